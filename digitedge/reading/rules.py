"""Upright rules: those of a table part what is in its cells, those of a comb hold one number, squared paper says nothing.

┌─────┬─────┐     ┌─┬─┬─┬─┐     ┼─┼─┼─┼
│  3  │  7  │     │3│7│0│ │     ┼ 370 ┼     3 and 7; 370; 370
├─────┼─────┤     └─┴─┴─┴─┘     ┼─┼─┼─┼
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.near import overlapping
from digitedge.reading.page import Box

_MAX_CROSSED = 0.12  # of the digits beside rules: where more are crossed, they are written on squared paper
_MAX_CELL = 1.4  # heights of a digit: the widest cell of a comb
_MAX_CELLS = 1.5  # from centre to centre, of neighbours in a comb
_MIN_TABLE = 2.2  # heights of a digit: a table's rule is longer, a comb's is not
_REACH = 4.0  # heights, how far the next rule is looked for
_ONE = 0.15  # heights between the pieces of one rule, to the side


def are_of_paper(rules: NDArray[np.float32], digits: NDArray[np.float32]) -> bool:
    """Return whether rules run through digits, as those of squared paper do: no table is filled in like that.

    Args:
        rules: float32 [K, 4]: x, y, width, height of pieces of upright rules.
        digits: float32 [N, 4], the same of digits.
    """
    x, y, w, h = digits.T
    # The strokes that a rule crosses take pieces out of it; it is seen above and below.
    middle = np.stack([x + 0.25 * w, y - 0.5 * h, 0.5 * w, 2 * h], axis=1)
    piece, digit = overlapping(rules, middle)
    offset = rules[piece, 0] + rules[piece, 2] / 2 - middle[digit, 0]
    crossed = np.unique(digit[(offset > 0) & (offset < middle[digit, 2])])
    beside = np.unique(digit[np.abs(offset) < _REACH * h[digit]])
    return len(crossed) > _MAX_CROSSED * len(beside)


def is_bar(sign: Box, height: float) -> bool:
    """Return whether a sign beside digits of this height is upright and thin, as the short rules of a comb are.

    >>> is_bar((50, 20, 3, 18), 40), is_bar((50, 20, 12, 18), 40)
    (True, False)
    """
    _, _, w, h = sign
    return h >= max(0.26 * height, 3.5 * w) and w <= 0.15 * height


def do_part(left: Box, right: Box, rules: list[Box]) -> bool | None:
    """Return whether rules part two neighbours; False where they are of a comb, None where none stands between.

    Args:
        left: Of a pair of digits.
        right: See ``left``.
        rules: Pieces of upright rules, from `_REACH` heights above the digits to as many below.

    >>> comb = [(x, 8, 2, 32) for x in (4, 50, 98)]
    >>> do_part((10, 0, 20, 40), (60, 0, 20, 40), comb)
    False
    >>> do_part((10, 0, 20, 40), (60, 0, 20, 40), [*comb, (50, 40, 2, 32), (50, 72, 2, 32)])
    True
    """
    height = max(left[3], right[3])
    top, bottom = min(left[1], right[1]), max(left[1] + left[3], right[1] + right[3])
    first, last = left[0] + 0.6 * left[2], right[0] + 0.4 * right[2]
    places: list[float] = []
    for place in sorted(x + w / 2 for x, y, w, h in rules if y < bottom + 0.3 * height and y + h > top - 0.3 * height):
        if not places or place - places[-1] > _ONE * height:
            places.append(place)
    between = [number for number, place in enumerate(places) if first < place < last]
    if not between:
        return None
    near = places[max(0, between[0] - 1) : between[-1] + 2]
    cell = min((b - a for a, b in pairwise(near)), default=_REACH * height)
    is_comb = cell <= _MAX_CELL * height and right[0] + right[2] / 2 - left[0] - left[2] / 2 <= _MAX_CELLS * cell
    return not is_comb or _length(places[between[0]], rules) >= _MIN_TABLE * height


def parts_sign(sign: Box, digit: Box, rules: list[Box]) -> bool:
    """Return whether a table's rule runs between a sign, or the right half of it, and the digit behind it.

    >>> parts_sign((0, 18, 16, 3), (26, 0, 24, 40), [(20, -60, 2, 160)])
    True
    >>> parts_sign((0, 18, 16, 3), (26, 0, 24, 40), [(60, -60, 2, 160)])
    False
    """
    left, top, _, height = digit
    near = [rule for rule in rules if abs(rule[0] - left) <= _REACH * height and abs(rule[1] - top) <= 2 * _REACH * height]
    beside = [(x + w / 2, y, y + h) for x, y, w, h in near]
    places = [x for x, first, last in beside if sign[0] + sign[2] / 2 < x < left and first < top + height and last > top]
    return any(_length(place, near) >= _MIN_TABLE * height for place in places)


def _length(place: float, rules: list[Box]) -> float:
    """Return how long the rule at a place is without a gap."""
    longest = start = end = -1.0
    for top, height in sorted((y, h) for x, y, w, h in rules if abs(x + w / 2 - place) <= 0.5 * h):
        if top > end + 2:
            start = top
        end = max(end, top + height)
        longest = max(longest, end - start)
    return longest
