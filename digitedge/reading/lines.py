"""Rules, frames and grids: thin straight lines in what is too large to be a digit, found and taken away.

A line begins as a chain of short straight runs, nearly horizontal or nearly vertical. It is followed to both sides, under the
digits that stand on it, as long as there is ink. What is longer than a digit is a line; what is shorter, only where both of its
ends meet other lines, as the sides of a form's cells and boxes do. Where a stroke crosses it, the crossing is given back:

    ──┃──   minus the line   ──   gives   ┃   not   ╻
      ┃                                   ┃         ╹

and so is ink that is much darker than the line: a pen's stroke along a printed rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.pieces import Labels

Floats = NDArray[np.float64]

_RUN_PX, _SEED_PX = 24, 40  # straight runs, one pixel of slack to each side: tilts up to 7 degrees; a chain of them
_SHORT_RUN_PX, _SHORT_SEED_PX = 11, 13  # the same of a cell's sides
_MAX_THICKNESS_PX = 9  # a thicker bar is a felt pen's stroke
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
_MEETS_PX = 4  # between a line's end and the line it meets, half their thickness beside
_SQUARE = 0.06  # slope by which a short side may differ from a right angle with the line it meets
_DARKER = 1.5  # times a line's usual strength: ink that is stronger was not drawn with the line
_USUAL = 0.4  # quantile of the strengths along a line: digits may stand on the other half


@dataclass(frozen=True, slots=True)
class _Line:
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
        return self.right - self.left

    def at(self, x: Floats) -> Floats:
        """Return its height y for float64 [N] columns x."""
        along = x - self.centre
        return self.level + (self.slope + self.curve * along) * along

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point is on the line, or nearly so."""
        if not self.left <= x <= self.right:
            return False
        along = x - self.centre
        return abs(self.level + (self.slope + self.curve * along) * along - y) <= self.thickness / 2 + 2


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A layer, or the same lying on its side; uint8 [h, w] each, 255 on ink in ``mask``, ``weak`` and ``thin``."""

    strength: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    weak: NDArray[np.uint8]
    thin: NDArray[np.uint8]

    @classmethod
    def of(cls, strength: NDArray[np.uint8], mask: NDArray[np.uint8], weak: NDArray[np.uint8]) -> _Sheet:
        thick = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _box(_MAX_THICKNESS_PX, _MAX_THICKNESS_PX))
        return cls(strength, mask, weak, cv2.subtract(mask, thick))

    def within(self, area: NDArray[np.uint8]) -> _Sheet:
        """Return the same with nothing thin outside an area, uint8 [h, w]."""
        return replace(self, thin=cv2.bitwise_and(self.thin, area))

    def turned(self) -> _Sheet:
        return _Sheet(*(cv2.transpose(image) for image in (self.strength, self.mask, self.weak, self.thin)))


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
    sheet = _Sheet.of(strength, mask, weak)
    sheets = sheet, sheet.turned()
    found = [[line for line in _lines(one, _RUN_PX, _SEED_PX) if line.length >= min_length_px] for one in sheets]
    sides: list[list[_Line]] = [[], []]
    if large is not None:
        frames = sheet.within(large)
        turned = frames.turned()
        sides = [_lines(one, _SHORT_RUN_PX, _SHORT_SEED_PX, long) for one, long in zip((frames, turned), found, strict=True)]
    across, down = _standing(found, sides, min_length_px)
    if not across and not down:
        return None
    drawn, upright = _drawn(across, sheets[0]), cv2.transpose(_drawn(down, sheets[1]))
    rest = cv2.bitwise_and(mask, cv2.compare(strength, cv2.max(drawn, upright), cv2.CMP_GT))
    # A stroke that crosses a line leaves ink on both of its sides, a digit that stands on it only on one.
    crossed = np.zeros_like(mask)
    for lines, limits, turn in ((across, drawn, False), (down, upright, True)):
        if lines:
            reach = max(line.thickness for line in lines) + 5
            closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, _box(reach, 3) if turn else _box(3, reach))
            crossed |= cv2.bitwise_and(closed, cv2.compare(limits, 0, cv2.CMP_GT))
    return cv2.bitwise_or(rest, cv2.bitwise_and(crossed, mask))


def _standing(found: list[list[_Line]], sides: list[list[_Line]], min_length_px: int) -> tuple[list[_Line], list[_Line]]:
    """Return the lines across and those down: the long ones, and the short ones both of whose ends meet a line that stands."""
    lines = [long + short for long, short in zip(found, sides, strict=True)]
    tables = [np.array([astuple(line) for line in each], np.float64).reshape(-1, len(fields(_Line))) for each in lines]
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
        lines: float64 [N, 7], the numbers of a `_Line` each.
        end: Which of them is the end.
        others: float64 [M, 7], the same with x and y exchanged.
    """
    if not len(others):
        return np.zeros(len(lines), bool)
    centre, level, slope, curve, left, right, thickness = lines.T[:, :, None]
    other_centre, other_level, other_slope, other_curve, top, bottom, other_thickness = others.T
    x = lines[:, end][:, None]
    y = level + (slope + curve * (x - centre)) * (x - centre)
    along = y - other_centre
    slack = _MEETS_PX + (thickness + other_thickness) / 2
    near = np.abs(other_level + (other_slope + other_curve * along) * along - x) <= slack
    near &= (y >= top - slack) & (y <= bottom + slack) & (thickness <= other_thickness + 1)
    near &= np.abs(slope + 2 * curve * (x - centre) + other_slope + 2 * other_curve * along) <= _SQUARE
    near &= np.maximum(bottom - top, right - left) >= _SEED_PX  # a digit's bowl has corners, too
    return np.asarray(near.any(axis=1), bool)


def _drawn(lines: list[_Line], sheet: _Sheet) -> NDArray[np.uint8]:
    """Return uint8 [h, w]: on the lines the strength up to which ink is theirs, elsewhere 0."""
    drawn = np.zeros_like(sheet.mask)
    limits = [min(255.0, _DARKER * _usual(line, sheet.strength)) for line in lines]
    for limit, line in sorted(zip(limits, lines, strict=True), key=lambda pair: pair[0]):
        columns = np.linspace(line.left, line.right, 2 + line.length // _SEED_PX * bool(line.curve))
        points = np.rint(np.column_stack([columns, line.at(columns)])).astype(np.int32)
        cv2.polylines(drawn, [points], False, limit, line.thickness + 2)
    return drawn


def _usual(line: _Line, strength: NDArray[np.uint8]) -> float:
    """Return the strength along a line, where nothing stands on it."""
    columns = np.arange(line.left, line.right, dtype=np.float64)
    rows = np.rint(line.at(columns)).astype(np.intp)
    inside = (rows >= 0) & (rows < strength.shape[0])
    along = strength[rows[inside], columns[inside].astype(np.intp)]
    return float(np.quantile(along, _USUAL)) if along.size else 0.0


def _lines(sheet: _Sheet, run_px: int, seed_px: int, known: Sequence[_Line] = ()) -> list[_Line]:
    """Return the nearly horizontal straight lines that are not known yet, each followed to both of its ends."""
    runs = cv2.morphologyEx(cv2.dilate(sheet.thin, _box(1, 3)), cv2.MORPH_OPEN, _box(run_px, 1))
    chains = Labels.of(cv2.dilate(runs, _box(7, 1)))
    _, _, width, height, _ = chains.stats.T
    seeds = np.flatnonzero((width >= seed_px) & (height <= _MAX_SLOPE * width + 2 * _MAX_THICKNESS_PX))
    wide = cv2.dilate(sheet.weak, _box(1, 3))
    found: list[_Line] = []
    for label in seeds[seeds > 0].tolist():
        x, y, w, h, _ = chains.stats[label].tolist()
        if any(line.holds(x + w / 2, y + h / 2) for line in (*known, *found)):
            continue  # another chain of the same line
        rows, columns = slice(y, y + h), slice(x, x + w)
        for strip in _strips(chains.ink([label], rows, columns) & (sheet.thin[rows, columns] > 0)):
            line = _fitted(strip, x, y)
            followed = None if line is None else _followed(line, wide)
            if followed is not None:
                found.append(followed)
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


def _fitted(ink: NDArray[np.bool_], x: int, y: int) -> _Line | None:
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
    if bend > min(_MAX_BEND_PX, _SHORT_BEND * length) or abs(slope) > _MAX_SLOPE or thickness > _MAX_THICKNESS_PX:
        return None
    if abs(curve) * length > _MAX_CURVE:
        return None
    return _Line(centre + x, level + y, slope, curve, x + int(columns[0]), x + int(columns[-1]) + 1, thickness)


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


def _followed(line: _Line, weak: NDArray[np.uint8]) -> _Line | None:
    """Return the line continued on both sides as far as there is ink under it, digits that stand on it included.

    None where there is too little ink under it as a whole.
    """
    height, width = weak.shape
    rows = np.rint(line.at(np.arange(width, dtype=np.float64))).astype(np.intp)
    inside = (rows >= 0) & (rows < height)
    under = np.zeros(width, bool)
    under[inside] = weak[rows[inside], np.flatnonzero(inside)] > 0
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


def _box(width: int, height: int) -> NDArray[np.uint8]:
    return np.ones((height, width), np.uint8)
