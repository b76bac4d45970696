"""Rules, frames and grids: long thin straight lines in what is too large to be a digit, found and taken away.

A line begins as a chain of short straight runs, nearly horizontal or nearly vertical. It is followed to both sides, under the
digits that stand on it, as long as there is ink; then it is long, or it is no line. Where a stroke crosses it, the crossing is
given back:

    ──┃──   minus the line   ──   gives   ┃   not   ╻
      ┃                                   ┃         ╹
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.pieces import Labels

_RUN_PX = 24  # a run of this length, one pixel of slack to each side: tilts up to 7 degrees
_SEED_PX = 40  # a chain of this length shows where a line may run
_MAX_THICKNESS_PX = 9  # a thicker bar is a felt pen's stroke
_MAX_BEND_PX = 1.2  # root mean square distance of a chain's pixels from a straight line, and this part of its length beside
_BEND_SHARE = 0.004
_MIN_FILL = 0.6  # part of a chain's length that is ink
_MAX_SLOPE = 0.16
_MIN_INK = 0.88  # part of a whole line's length under which there is ink: strokes in a row have gaps
_MAX_GAP_PX = 6  # without ink, where a line does not end


@dataclass(frozen=True, slots=True)
class _Line:
    """y = slope · x + offset for ``left`` ≤ x < ``right``, ``thickness`` pixels thick."""

    slope: float
    offset: float
    left: int
    right: int
    thickness: int


def without_lines(mask: NDArray[np.uint8], weak: NDArray[np.uint8], min_length_px: int) -> NDArray[np.uint8] | None:
    """Return the mask without its long thin straight lines, uint8 [h, w] 0/255; None where it has no such line.

    Args:
        mask: uint8 [h, w], 255 on ink.
        weak: uint8 [h, w], 255 on ink and on what is a little fainter: a faint rule is broken in the mask and whole here.
        min_length_px: Shortest line that is taken away; a digit's own straight stroke must be shorter.
    """
    across, thickness = _drawn(mask, weak, min_length_px)
    down, other_thickness = _drawn(cv2.transpose(mask), cv2.transpose(weak), min_length_px)
    down = cv2.transpose(down)
    if not thickness and not other_thickness:
        return None
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(cv2.bitwise_or(across, down)))
    # A stroke that crosses a line leaves ink on both of its sides, a digit that stands on it only on one.
    crossed = cv2.bitwise_and(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, _box(3, thickness + 5)), across)
    crossed |= cv2.bitwise_and(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, _box(other_thickness + 5, 3)), down)
    return cv2.bitwise_or(rest, cv2.bitwise_and(crossed, mask))


def _drawn(mask: NDArray[np.uint8], weak: NDArray[np.uint8], min_length_px: int) -> tuple[NDArray[np.uint8], int]:
    """Return a mask of the nearly horizontal lines and the thickest one's thickness (0 where there is none)."""
    drawn = np.zeros_like(mask)
    thickest = 0
    for line in _lines(mask, weak):
        if line.right - line.left >= min_length_px:
            ends = [(x, round(line.slope * x + line.offset)) for x in (line.left, line.right)]
            cv2.line(drawn, ends[0], ends[1], 255, line.thickness + 2)
            thickest = max(thickest, line.thickness)
    return drawn, thickest


def _lines(mask: NDArray[np.uint8], weak: NDArray[np.uint8]) -> Iterator[_Line]:
    """Yield the nearly horizontal straight lines, each followed to both of its ends."""
    thin = cv2.subtract(mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, _box(_MAX_THICKNESS_PX, _MAX_THICKNESS_PX)))
    runs = cv2.morphologyEx(cv2.dilate(thin, _box(1, 3)), cv2.MORPH_OPEN, _box(_RUN_PX, 1))
    chains = Labels.of(cv2.dilate(runs, _box(7, 1)))
    for label in np.flatnonzero(chains.stats[:, cv2.CC_STAT_WIDTH] >= _SEED_PX).tolist():
        if label:
            x, y, w, h, _ = chains.stats[label].tolist()
            rows, columns = slice(y, y + h), slice(x, x + w)
            line = _fitted(chains.ink([label], rows, columns) & (thin[rows, columns] > 0), x, y)
            followed = None if line is None else _followed(line, weak)
            if followed is not None:
                yield followed


def _fitted(ink: NDArray[np.bool_], x: int, y: int) -> _Line | None:
    """Return the line through a chain's ink (bool [h, w] with its corner at x, y); None if it is not straight or filled."""
    per_column = ink.sum(axis=0)
    columns = np.flatnonzero(per_column)
    if columns.size < _MIN_FILL * ink.shape[1]:
        return None
    counts = per_column[columns]
    middle = (ink * np.arange(ink.shape[0])[:, None]).sum(axis=0)[columns] / counts
    slope, offset = (float(value) for value in np.polyfit(columns, middle, 1))
    bend = float(np.sqrt(np.mean((middle - slope * columns - offset) ** 2)))
    thickness = round(float(np.median(counts)))
    if bend > _MAX_BEND_PX + _BEND_SHARE * ink.shape[1] or abs(slope) > _MAX_SLOPE or thickness > _MAX_THICKNESS_PX:
        return None
    return _Line(slope, offset + y - slope * x, x, x + ink.shape[1], thickness)


def _followed(line: _Line, weak: NDArray[np.uint8]) -> _Line | None:
    """Return the line continued on both sides as far as there is ink under it, digits that stand on it included.

    None where there is too little ink under it as a whole.
    """
    height, width = weak.shape
    columns = np.arange(width)
    rows = np.rint(line.slope * columns + line.offset).astype(np.intp)
    inside = (rows >= 1) & (rows < height - 1)
    under = np.zeros(width, bool)
    band = columns[inside]
    for shift in (-1, 0, 1):
        under[band] |= weak[rows[inside] + shift, band] > 0
    left = line.left - _reach(under[: line.left][::-1])
    right = line.right + _reach(under[line.right :])
    return _Line(line.slope, line.offset, left, right, line.thickness) if under[left:right].mean() >= _MIN_INK else None


def _reach(under: NDArray[np.bool_]) -> int:
    """Return how far ink goes on from the start, gaps of up to `_MAX_GAP_PX` bridged.

    >>> _reach(np.array([True, False, False, True, *[False] * 9, True]))
    4
    """
    filled = np.flatnonzero(under)
    if not filled.size:
        return 0
    jumps = np.flatnonzero(np.diff(filled, prepend=-1) > _MAX_GAP_PX + 1)
    last = filled[jumps[0] - 1] if jumps.size and jumps[0] else (-1 if jumps.size else filled[-1])
    return int(last) + 1


def _box(width: int, height: int) -> NDArray[np.uint8]:
    return np.ones((height, width), np.uint8)
