"""Readings → numbers: neighbours on one line, of one size, closer than a space."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.decide import around
from digitedge.reading.neighbours import followers
from digitedge.reading.page import Box, Number, Reading
from digitedge.reading.rules import are_of_paper, do_part, is_bar
from digitedge.reading.signs import is_comma, is_minus, is_point

_MAX_GAP = 0.54  # between one number's neighbours, in heights of the two in the mean
_RULE_REACH = 2.5  # heights above and below a pair of digits, where a rule between them may go on
_MINUS_ALONE = 0.35  # heights before a minus, where nothing stands
_COMMA_HIGHER = 1.5  # than a point of the same hand
_MIN_COMMAS = 3  # on a page of lists,
_COMMA_SHARE = 0.15  # and of its digits
_TAIL = 1.8  # width over height: a flat stroke at the foot is the end of a digit
_MIN_SIGN = 0.06  # heights: smaller ink between digits is a speck
_MIN_LINE_OVERLAP = 0.5  # of the smaller one's height


def in_reading_order(readings: list[Reading]) -> list[Reading]:
    """Return the readings line by line, each line from left to right."""
    return [reading for line in _lines(readings) for reading in line]


def group_numbers(
    readings: list[Reading], signs: NDArray[np.int32] | None = None, rules: NDArray[np.int32] | None = None
) -> tuple[Number, ...]:
    """Return the numbers that readings in reading order form.

    Args:
        readings: In reading order; the numbers' members are indices into them.
        signs: int32 [M, 4], boxes of ink beside the digits (`Page.signs`): between two digits a point joins them and anything
            else parts them; a minus before the first belongs to it.
        rules: int32 [K, 4], boxes of pieces of upright rules: they part what stands in two cells of a table.
    """
    boxes = [reading.box_xywh for reading in readings]
    digits = np.array(boxes, np.float32).reshape(-1, 4)
    after = followers(digits)
    beside = _Places.of([] if signs is None else signs.tolist())
    of_table = rules is not None and len(rules) > 0 and not are_of_paper(rules.astype(np.float32), digits)
    upright = _Places.of(rules.tolist() if rules is not None and of_table else [])
    joints = _alike([_joint(boxes[i], boxes[j], beside, upright) if j >= 0 else None for i, j in enumerate(after)])
    inner = {follower for follower, joint in zip(after, joints, strict=True) if joint is not None}
    numbers = []
    for index in range(len(readings)):
        if index not in inner:
            run = [index]
            while joints[run[-1]] is not None:
                run.append(after[run[-1]])
            for members, points in _parts(run, [joint for member in run if (joint := joints[member]) is not None]):
                sign = _minus_before(boxes[members[0]], boxes, beside)
                parts = [f"{readings[member].digit}{point}" for member, point in zip(members, [*points, ""], strict=True)]
                numbers.append(_number(sign + "".join(parts), members, readings))
    return tuple(numbers)


@dataclass(frozen=True, slots=True)
class _Joint:
    """What stands between two neighbours: nothing, "." or ",", and its height, in heights of theirs."""

    text: str
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class _Places:
    """Boxes from top to bottom by their middles, each with its place in the order in which they came."""

    middles: list[float]
    boxes: list[tuple[int, Box]]

    @classmethod
    def of(cls, boxes: list[Box]) -> _Places:
        ordered = sorted((y + h / 2, place, (x, y, w, h)) for place, (x, y, w, h) in enumerate(boxes))
        return cls([middle for middle, _, _ in ordered], [(place, box) for _, place, box in ordered])

    def within(self, top: float, bottom: float) -> list[Box]:
        """Return those whose middle lies between, as they came: a page has thousands, a line a few."""
        if not self.boxes:
            return []
        found = self.boxes[bisect_left(self.middles, top) : bisect_right(self.middles, bottom)]
        return [box for _, box in sorted(found)]


def _alike(joints: list[_Joint | None]) -> list[_Joint | None]:
    """Return joints with the points of a page of lists as commas, where they are no smaller than its commas."""
    commas = [joint.height for joint in joints if joint is not None and joint.text == ","]
    if len(commas) < max(_MIN_COMMAS, _COMMA_SHARE * len(joints)):
        return joints
    least = median(commas) / _COMMA_HIGHER
    return [_Joint(",", j.height) if j is not None and j.text == "." and j.height >= least else j for j in joints]


def _joint(left: Box, right: Box, signs: _Places, rules: _Places) -> _Joint | None:
    """Return what stands between two neighbours of one number or list; None where nothing joins them."""
    height = max(left[3], right[3])
    gap = 2 * (right[0] - left[0] - left[2]) / (left[3] + right[3])
    between = _between(signs, left, right) if signs.boxes else []
    if len(between) == 1 and is_point(between[0], left, right):
        return _Joint(".", between[0][3] / height)
    span = left[1] - _RULE_REACH * height, left[1] + (1 + _RULE_REACH) * height
    bars = [box for box in signs.within(*span) if is_bar(box, height)] if between else []
    pieces = [] if any(box not in bars for box in between) else rules.within(*span) + bars
    parted = do_part(left, right, pieces) if pieces else None
    if parted is False:
        return _Joint("")
    if len(between) == 1 and is_comma(between[0], left, right):
        return _Joint(",", between[0][3] / height)
    return None if between or parted or gap > _MAX_GAP else _Joint("")


def _between(signs: _Places, left: Box, right: Box) -> list[Box]:
    """Return the signs that stand between two neighbours, from a little above their heads to under their feet."""
    height = max(left[3], right[3])
    top, bottom = min(left[1], right[1]) + 0.22 * height, max(left[1] + left[3], right[1] + right[3]) + 0.3 * height
    first, last = left[0] + 0.6 * left[2], right[0] + 0.4 * right[2]
    foot = max(left[1] + left[3], right[1] + right[3]) + 0.08 * height
    found: list[Box] = []
    for x, y, w, h in signs.within(top, bottom):
        over_both = x < left[0] + 0.5 * left[2] and x + w > right[0] + 0.5 * right[2]
        tail = y + h / 2 > left[1] + left[3] - 0.22 * height and w > _TAIL * h
        again = any(_same(other, (x, y, w, h)) for other in found)
        inside = first < x + w / 2 < last and max(w, h) >= _MIN_SIGN * height and y < foot
        if inside and not over_both and not tail and not again:
            found.append((x, y, w, h))
    return found


def _parts(run: list[int], joints: list[_Joint]) -> Iterator[tuple[list[int], list[str]]]:
    """Yield the numbers of a run: their members, and what stands between these.

    Commas part. So do several points in a row, and points no smaller than the commas beside them: they are a list's commas in
    a small hand.
    """
    points = [joint.height for joint in joints if joint.text == "."]
    commas = [joint.height for joint in joints if joint.text == ","]
    are_commas = len(points) > 1 if not commas else min(commas) < _COMMA_HIGHER * max(points, default=0)
    texts: list[str] = []
    members = run[:1]
    for follower, joint in zip(run[1:], joints, strict=True):
        if joint.text == "," or (joint.text == "." and are_commas):
            yield members, texts
            members, texts = [follower], []
        else:
            members.append(follower)
            texts.append(joint.text)
    yield members, texts


def _minus_before(digit: Box, digits: list[Box], signs: _Places) -> str:
    """Return "-" where a minus stands before a number's first digit and nothing close before the minus: that is a sum."""
    _, top, _, height = digit
    near = signs.within(top - 0.5 * height, top + 1.2 * height)
    for x, y, w, h in near:
        if is_minus((x, y, w, h), digit):
            reach = _MINUS_ALONE * height + 2 * max(0, digit[0] - x - w)
            others = [
                other
                for other in [*near, *digits]
                if other != digit
                and 0.2 * height <= max(other[2:]) <= 3 * height
                and not _same(other, (x, y, w, h))
                and not (is_bar(other, height) and other[3] > height)  # of a frame
                and other[1] - 0.3 * height < y + h / 2 < other[1] + other[3] + 0.3 * height
                and x - reach < other[0] + other[2]
                and other[0] + 0.5 * other[2] < x + w
            ]
            return "" if others else "-"
    return ""


def _same(sign: Box, other: Box) -> bool:
    """Return whether two boxes are of one sign, found in two layers: each has the other's middle inside."""
    apart = [abs(sign[axis] + sign[axis + 2] / 2 - other[axis] - other[axis + 2] / 2) for axis in (0, 1)]
    return all(far < 0.5 * min(sign[axis + 2], other[axis + 2]) for axis, far in enumerate(apart))


def _number(text: str, members: list[int], readings: list[Reading]) -> Number:
    own = [readings[member] for member in members]
    confidence = math.prod([reading.confidence for reading in own])
    return Number(text, confidence, around([reading.box_xywh for reading in own]), tuple(members))


def _lines(readings: list[Reading]) -> list[list[Reading]]:
    """Return the readings as lines from top to bottom: each joins the line whose last digits it overlaps most in height."""
    lines: list[list[Reading]] = []
    ends: list[tuple[int, int]] = []  # top and bottom of each line's last digit
    for reading in sorted(readings, key=lambda r: r.box_xywh[0]):
        _, top, _, height = reading.box_xywh
        bottom = top + height
        best, most = -1, 0.0
        for number, (other_top, other_bottom) in enumerate(ends):
            if other_top < bottom and top < other_bottom:
                shared = min(bottom, other_bottom) - max(top, other_top)
                overlap = shared / min(height, other_bottom - other_top)
                if overlap > most:
                    best, most = number, overlap
        if most >= _MIN_LINE_OVERLAP:
            lines[best].append(reading)
            ends[best] = (top, bottom)
        else:
            lines.append([reading])
            ends.append((top, bottom))
    return sorted(lines, key=lambda line: median(r.box_xywh[1] + r.box_xywh[3] / 2 for r in line))
