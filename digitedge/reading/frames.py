"""Rules, frames and grids taken away from what is too large to be a digit.

What is longer than a digit is a line; what is shorter, only where both of its ends meet other lines, as the sides of a form's
cells and boxes do. Where a stroke crosses a line, the crossing is given back:

    ──┃──   minus the line   ──   gives   ┃   not   ╻
      ┃                                   ┃         ╹

and so is ink that is much darker than the line: a pen's stroke along a printed rule.
"""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.lines import MAX_THICKNESS_PX, Chains, Floats, Line, box, height_at

_RUN_PX, _SEED_PX = 24, 40  # straight runs, and a chain of them that may be a line
_SHORT_RUN_PX, _SHORT_SEED_PX = 11, 13  # the same of a cell's sides
_NEAR_PX = 12  # between a cell's side, before it is followed to its ends, and the line it meets
_MEETS_PX = 4  # between a line's end and the line it meets, half their thickness beside
_SQUARE = 0.06  # slope by which a short side may differ from a right angle with the line it meets
_DARKER = 1.5  # times a line's usual strength: ink that is stronger was not drawn with the line
_STEP_PX = 24  # columns of a line that are looked at together, for where it runs exactly,
_BESIDE_PX = 2  # and how far from its edges
_USUAL = 0.4  # quantile of the strengths along a line: digits may stand on the other half


class _Sheet(NamedTuple):
    """A layer, or the same lying on its side; uint8 [h, w] each: ``thin`` and ``wide`` as in `Chains.lines`."""

    strength: NDArray[np.uint8]
    thin: NDArray[np.uint8]
    wide: NDArray[np.uint8]


def without_lines(
    strength: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    weak: NDArray[np.uint8],
    large: NDArray[np.uint8] | None,
    min_length_px: int,
) -> NDArray[np.uint8] | None:
    """Return the mask without its thin straight lines, uint8 [h, w] 0/255; None where it has no such line.

    Args:
        strength: uint8 [h, w], contrast to the paper.
        mask: uint8 [h, w], 255 on ink.
        weak: uint8 [h, w], 255 on ink and on what is a little fainter: a faint rule is broken in the mask and whole here.
        large: uint8 [h, w], 255 on pieces too large for a digit, among which frames are looked for; None where there is none.
        min_length_px: Shortest line that is taken away wherever it is; a digit's own straight stroke must be shorter.
    """
    thin = cv2.subtract(mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, box(MAX_THICKNESS_PX, MAX_THICKNESS_PX)))
    upright_images = (cv2.transpose(image) for image in (strength, thin, weak))
    sheets = [_Sheet(s, t, cv2.dilate(w, box(1, 3))) for s, t, w in ((strength, thin, weak), upright_images)]
    found = [Chains.of(one.thin, _RUN_PX, _SEED_PX).lines(one.thin, one.wide) for one in sheets]
    sides = [[], []] if large is None else _sides(sheets, large, found)
    across, down = _standing(found, sides, min_length_px)
    if not across and not down:
        return None
    drawn, upright = _drawn(across, sheets[0].strength), cv2.transpose(_drawn(down, sheets[1].strength))
    rest = cv2.bitwise_and(mask, cv2.compare(strength, cv2.max(drawn, upright), cv2.CMP_GT))
    # A stroke that crosses a line leaves ink on both of its sides, a digit that stands on it only on one.
    crossed = np.zeros_like(mask)
    for lines, limits, turn in ((across, drawn, False), (down, upright, True)):
        if lines:
            reach = max(line.thickness for line in lines) + 5
            closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, box(reach, 3) if turn else box(3, reach))
            crossed |= cv2.bitwise_and(closed, cv2.compare(limits, 0, cv2.CMP_GT))
    return cv2.bitwise_or(rest, cv2.bitwise_and(crossed, mask))


def _sides(sheets: list[_Sheet], large: NDArray[np.uint8], found: list[list[Line]]) -> list[list[Line]]:
    """Return the short lines across and those down that begin or end near a longer one."""
    thin = cv2.bitwise_and(sheets[0].thin, large)
    thins = thin, cv2.transpose(thin)
    chains = [Chains.of(one, _SHORT_RUN_PX, _SHORT_SEED_PX) for one in thins]
    walls = [_around(lines) for lines in found]
    return [
        chains[one].which(_near(chains[one].boxes, walls[1 - one])).lines(thins[one], sheets[one].wide, found[one])
        for one in (0, 1)
    ]


def _around(lines: list[Line]) -> NDArray[np.int32]:
    """Return int32 [M, 4]: x, y, width, height of lines."""
    ends = [line.at(np.array([line.left, line.right], np.float64)) for line in lines]
    boxes = [
        (line.left, round(min(heights)), line.length, round(np.ptp(heights))) for line, heights in zip(lines, ends, strict=True)
    ]
    return np.array(boxes, np.int32).reshape(-1, 4)


def _near(boxes: NDArray[np.int32], walls: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return bool [N]: whether the left or right end of each box is near a wall, int32 [M, 4] with x and y exchanged."""
    x, y, w, h = boxes.T[:, :, None]
    top, left, height, width = walls.T
    level = (y + h >= top - _NEAR_PX) & (y <= top + height + _NEAR_PX)
    ends = [(end >= left - _NEAR_PX) & (end <= left + width + _NEAR_PX) for end in (x, x + w)]
    return np.asarray((level & (ends[0] | ends[1])).any(axis=1), bool)


def _standing(found: list[list[Line]], sides: list[list[Line]], min_length_px: int) -> tuple[list[Line], list[Line]]:
    """Return the lines across and those down: the long ones, and the short ones both of whose ends meet a line that stands."""
    lines = [long + short for long, short in zip(found, sides, strict=True)]
    tables = [np.array([astuple(line) for line in each], np.float64).reshape(-1, len(fields(Line))) for each in lines]
    stand = [np.ones(len(table), bool) for table in tables]
    held = [np.zeros(0, bool)] * 2
    while True:
        for one, other in ((0, 1), (1, 0)):
            others = tables[other][stand[other]]
            long = tables[one][:, 5] - tables[one][:, 4] >= min_length_px
            held[one] = stand[one] & (long | (_meets(tables[one], 4, others) & _meets(tables[one], 5, others)))
        if all((held[one] == stand[one]).all() for one in (0, 1)):
            break
        stand = [each.copy() for each in held]
    across, down = (
        [line for line, stands in zip(each, keep, strict=True) if stands] for each, keep in zip(lines, stand, strict=True)
    )
    return across, down


def _meets(lines: Floats, end: int, others: Floats) -> NDArray[np.bool_]:
    """Return bool [N]: whether one end of each line is at one of the others, at right angles.

    Args:
        lines: float64 [N, 7], the numbers of a `Line` each.
        end: Which of them is the end.
        others: float64 [M, 7], the same with x and y exchanged.
    """
    if not len(others):
        return np.zeros(len(lines), bool)
    centre, level, slope, curve, left, right, thickness = lines.T[:, :, None]
    other_centre, other_level, other_slope, other_curve, top, bottom, other_thickness = others.T
    x = lines[:, end][:, None]
    y = height_at(centre, level, slope, curve, x)
    slack = _MEETS_PX + (thickness + other_thickness) / 2
    near = np.abs(height_at(other_centre, other_level, other_slope, other_curve, y) - x) <= slack
    near &= (y >= top - slack) & (y <= bottom + slack) & (thickness <= other_thickness + 1)
    near &= np.abs(slope + 2 * curve * (x - centre) + other_slope + 2 * other_curve * (y - other_centre)) <= _SQUARE
    near &= np.maximum(bottom - top, right - left) >= _SEED_PX  # a digit's bowl has corners, too
    return np.asarray(near.any(axis=1), bool)


def _drawn(lines: list[Line], strength: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 [h, w]: on the lines the strength up to which ink is theirs, elsewhere 0."""
    drawn = np.zeros_like(strength)
    limits = [min(255.0, _DARKER * _usual(line, strength)) for line in lines]
    for limit, line in sorted(zip(limits, lines, strict=True), key=lambda pair: pair[0]):
        cv2.polylines(drawn, [_ridge(line, strength)], False, limit, line.thickness + 2)
    return drawn


def _ridge(line: Line, strength: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return points along a line, int32 [K, 2], x and y: every few columns where the strength near it has its middle.

    What it was fitted to is a mask of one bit, and paper bends in more ways than a parabola.
    """
    if line.length < 2 * _STEP_PX:
        x, aside = np.array([line.left, line.right], np.float64), np.zeros(2)
    else:
        reach = _BESIDE_PX + (line.thickness + 1) // 2
        columns, near = _across(line, strength, reach)
        columns, near = columns[::2], near[:, ::2].astype(np.float32)
        offset = np.arange(-reach, reach + 1) @ near / np.maximum(near.sum(axis=0), 1)
        parts = np.array_split(np.arange(len(columns)), len(columns) * 2 // _STEP_PX)
        x = np.array([columns[part].mean() for part in parts])
        x[[0, -1]] = line.left, line.right
        # The strokes that stand on it or cross it are a few of a part's columns.
        aside = np.array([np.median(offset[part]) for part in parts])
    return np.rint(np.column_stack([x, line.at(x) + aside])).astype(np.int32)


def _usual(line: Line, strength: NDArray[np.uint8]) -> float:
    """Return the strength along a line, where nothing stands on it: of three pixels across it the strongest."""
    along = _across(line, strength, 1)[1].max(axis=0)
    rank = int(_USUAL * (along.size - 1))
    return float(np.partition(along, rank)[rank]) if along.size else 0.0


def _across(line: Line, strength: NDArray[np.uint8], reach: int) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Return a line's columns, intp [N], and the strengths from ``reach`` pixels above to as many below, [2 · reach + 1, N]."""
    rows, columns = line.pixels(strength.shape[0], line.left, line.right)
    aside = np.arange(-reach, reach + 1)[:, None]
    return columns, strength[(rows + aside).clip(0, len(strength) - 1), columns]
