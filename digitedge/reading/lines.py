"""Lines: long thin straight strokes, found as chains of short straight runs and followed to both ends.

Everything here is about nearly horizontal lines; those that are nearly vertical are found in the picture laid on its side. A
line may be bent a little, as rules are on paper that does not lie flat, and it is followed under the digits that stand on it,
as long as there is ink.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.pieces import Labels

Floats = NDArray[np.float64]

MAX_THICKNESS_PX = 15  # a thicker bar is no rule, but an edge or a shadow; odd, so that what it opens stays in place
_MAX_BEND_PX = 1.2  # root mean square distance of a chain's pixels from the line,
_SHORT_BEND = 0.024  # but never more than this part of its length
_BENT_PX = 80  # a chain of this length may be bent,
_MAX_CURVE = 0.16  # so far: the slope changes by twice that from end to end
_BARE = 0.3  # part of a chain's length along which no digit leans on the line
_DOUBLE = 0.5  # part of a chain's length along which there is paper between its ink
_MIN_FILL = 0.6  # part of a chain's length that is ink
_MAX_SLOPE = 0.16
_MIN_INK = 0.88  # part of a whole line's length under which there is ink: strokes in a row have gaps
_MAX_GAP_PX = 6  # without ink, where a line does not end


@dataclass(frozen=True, slots=True)
class Line:
    """y = level + slope · d + curve · d², d = x − centre, for ``left`` ≤ x < ``right``; ``thickness`` pixels thick."""

    centre: float
    level: float
    slope: float
    curve: float
    left: int
    right: int
    thickness: int

    @property
    def length(self) -> int:
        """Columns from end to end."""
        return self.right - self.left

    def at(self, x: Floats) -> Floats:
        """Return its height y for float64 [N] columns x."""
        return height_at(self.centre, self.level, self.slope, self.curve, x)

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point is on the line, or nearly so."""
        if not self.left <= x <= self.right:
            return False
        return bool(abs(height_at(self.centre, self.level, self.slope, self.curve, x) - y) <= self.thickness / 2 + 2)

    def pixels(self, height: int, left: int, right: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the rows and columns, intp [N] each, that it runs through from ``left`` to before ``right``.

        Args:
            height: Of the picture; what is above or below it is left out.
            left: First column; may be before the line's own.
            right: The one past the last.
        """
        columns = np.arange(left, right)
        rows = np.rint(self.at(columns.astype(np.float64))).astype(np.intp)
        inside = (rows >= 0) & (rows < height)
        return rows[inside], columns[inside]


def height_at(centre: Any, level: Any, slope: Any, curve: Any, x: Any) -> Any:
    """Return y at x of the lines with these numbers, see `Line`: of one, or of as many as the arrays have."""
    along = x - centre
    return level + (slope + curve * along) * along


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains of nearly horizontal straight runs: where lines may be.

    Attributes:
        labels: Of all chains.
        numbers: intp [N], of those that are long and flat enough.
        boxes: int32 [N, 4]: x, y, width, height.
    """

    labels: Labels
    numbers: NDArray[np.intp]
    boxes: NDArray[np.int32]

    @classmethod
    def of(cls, thin: NDArray[np.uint8], run_px: int, length_px: int) -> Chains:
        """Return the chains of runs of ``run_px`` pixels, one pixel of slack to each side, that are ``length_px`` long.

        Args:
            thin: uint8 [h, w], 255 on ink that is no thick stroke's.
            run_px: Of 24 pixels tilts up to 7 degrees are found.
            length_px: Shortest chain.
        """
        runs = cv2.morphologyEx(cv2.dilate(thin, box(1, 3)), cv2.MORPH_OPEN, box(run_px, 1))
        labels = Labels.of(cv2.dilate(runs, box(7, 1)))
        _, _, width, height, _ = labels.stats.T
        fits = (width >= length_px) & (height <= _MAX_SLOPE * width + 2 * MAX_THICKNESS_PX)
        fits[0] = False
        numbers = np.flatnonzero(fits)
        return cls(labels, numbers, labels.stats[numbers, :4])

    def which(self, kept: NDArray[np.bool_]) -> Chains:
        """Return some of them, bool [N]."""
        return Chains(self.labels, self.numbers[kept], self.boxes[kept])

    def lines(self, thin: NDArray[np.uint8], wide: NDArray[np.uint8], known: Sequence[Line] = ()) -> list[Line]:
        """Return the lines of the chains that are no part of a known one, each followed to both of its ends.

        Args:
            thin: uint8 [h, w], as above.
            wide: uint8 [h, w], 255 on ink, on what is a little fainter, and one pixel above and below.
            known: Lines found before.
        """
        found: list[Line] = []
        for number, (x, y, w, h) in zip(self.numbers.tolist(), self.boxes.tolist(), strict=True):
            if any(line.holds(x + w / 2, y + h / 2) for line in (*known, *found)):
                continue  # another chain of the same line
            rows, columns = slice(y, y + h), slice(x, x + w)
            ink = self.labels.ink([number], rows, columns) & (thin[rows, columns] > 0)
            followed = (_followed(line, wide) for strip in _strips(ink) for line in _fitted_parts(strip, x, y))
            found += [line for line in followed if line is not None]
        return found


def _strips(ink: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return a chain's ink, bool [h, w]; of a double line each of the two."""
    height = ink.shape[0]
    rows = np.arange(height)[:, None]
    reach = height - ink[::-1].argmax(axis=0) - ink.argmax(axis=0)
    if (reach > ink.sum(axis=0)).mean() <= _DOUBLE:
        return [ink]
    upper = ink & np.minimum.accumulate(ink | (rows < ink.argmax(axis=0)), axis=0)
    return [upper, ink & ~upper]


def _fitted_parts(ink: NDArray[np.bool_], x: int, y: int) -> Iterator[Line]:
    """Yield the line through a chain's ink, as `_fitted` returns it; where there is none, those through the chain's halves."""
    line = _fitted(ink, x, y)
    if line is not None:
        yield line
    elif ink.shape[1] >= 2 * _BENT_PX:
        half = ink.shape[1] // 2
        yield from _fitted_parts(ink[:, :half], x, y)
        yield from _fitted_parts(ink[:, half:], x + half, y)


def _fitted(ink: NDArray[np.bool_], x: int, y: int) -> Line | None:
    """Return the line through a chain's ink (bool [h, w] with its corner at x, y); None if it is not straight or filled.

    A long one may be bent a little, as rules are on paper that does not lie flat.
    """
    per_column = ink.sum(axis=0)
    columns = np.flatnonzero(per_column)
    if columns.size < _MIN_FILL * ink.shape[1]:
        return None
    counts = per_column[columns]
    thickness = int(np.partition(counts, rank := int(_BARE * (counts.size - 1)))[rank])
    reach = ink.shape[0] - ink[::-1, columns].argmax(axis=0) - ink[:, columns].argmax(axis=0)
    bare = (counts <= thickness + 1) & (reach == counts)  # where no digit leans on it
    if bare.sum() < _BARE * columns.size:
        return None
    along = columns[bare].astype(np.float64)
    middle = (np.arange(ink.shape[0]) @ ink)[columns[bare]] / counts[bare]
    length = ink.shape[1]
    centre, level, slope, curve = _parabola(along, middle, length >= _BENT_PX)
    along -= centre
    bend = float(np.sqrt(np.mean((middle - level - (slope + curve * along) * along) ** 2)))
    if bend > min(_MAX_BEND_PX, _SHORT_BEND * length) or abs(slope) > _MAX_SLOPE or thickness > MAX_THICKNESS_PX:
        return None
    if abs(curve) * length > _MAX_CURVE:
        return None
    return Line(centre + x, level + y, slope, curve, x + int(columns[0]), x + int(columns[-1]) + 1, thickness)


def _parabola(x: Floats, y: Floats, bent: bool) -> tuple[float, float, float, float]:
    """Return centre, level, slope and curve of the parabola with the least squares, of a straight line if not ``bent``."""
    centre, level = float(x.mean()), float(y.mean())
    x, y = x - centre, y - level
    squares = float(x @ x)
    slope = float(x @ y) / max(squares, 1.0)
    if not bent:
        return centre, level, slope, 0.0
    # What a straight line leaves over, along the part of x² that is neither straight nor level.
    arch = x * x - squares / x.size
    arch -= x * (float(arch @ x) / squares)
    curve = float(arch @ y) / float(arch @ arch)
    cubes = float((x**3).sum()) / squares
    return centre, level - curve * squares / x.size, slope - curve * cubes, curve


def _followed(line: Line, wide: NDArray[np.uint8]) -> Line | None:
    """Return the line continued on both sides as far as there is ink under it, digits that stand on it included.

    None where there is too little ink under it as a whole.
    """
    height, width = wide.shape
    rows, columns = line.pixels(height, 0, width)
    under = np.zeros(width, bool)
    under[columns] = wide[rows, columns] > 0
    left = line.left - _reach(under[: line.left][::-1])
    right = line.right + _reach(under[line.right :])
    return replace(line, left=left, right=right) if under[left:right].mean() >= _MIN_INK else None


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


def box(width: int, height: int) -> NDArray[np.uint8]:
    """Return a structuring element of ones."""
    return np.ones((height, width), np.uint8)
