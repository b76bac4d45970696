"""Readings → numbers: neighbours on one line, of one size, closer than a space."""

from __future__ import annotations

import dataclasses
import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.decide import around
from digitedge.reading.page import Box, Number, Reading
from digitedge.reading.signs import is_minus, is_point

_MAX_PITCH = 1.2  # heights from centre to centre of one number's neighbours
_MAX_POINT_PITCH = 1.5  # the same across a decimal point
_MIN_SIGN = 0.06  # heights: smaller ink between digits is a speck
_MIN_LINE_OVERLAP = 0.5  # of the smaller one's height
_MAX_SIZE_RATIO = 1.8


def in_reading_order(readings: list[Reading]) -> list[Reading]:
    """Return the readings line by line, each line from left to right."""
    return [reading for line in _lines(readings) for reading in line]


def group_numbers(readings: list[Reading], signs: NDArray[np.int32] | None = None) -> tuple[Number, ...]:
    """Return the numbers that readings in reading order form.

    Args:
        readings: In reading order; the numbers' members are indices into them.
        signs: int32 [M, 4], boxes of ink beside the digits (`Page.signs`): between two digits a point joins them and anything
            else parts them; a minus before the first belongs to it.
    """
    index = {id(reading): i for i, reading in enumerate(readings)}
    beside = _Signs.of([] if signs is None else signs.tolist())
    numbers = []
    for line in _lines(readings):
        run = _Run()
        for reading in line:
            joint = run.joint_to(reading, beside)
            if joint is None and run.members:
                numbers += [part.number(index) for part in run.parts()]
                run = _Run()
            if not run.members:
                run.text = _minus_before(reading, line, beside)
            run.text += (joint or "") + str(reading.digit)
            run.members.append(reading)
        numbers += [part.number(index) for part in run.parts()]
    return tuple(numbers)


@dataclass(frozen=True, slots=True)
class _Signs:
    """Boxes from top to bottom by their middles, each with its place in the order in which they came."""

    middles: list[float]
    boxes: list[tuple[int, Box]]

    @classmethod
    def of(cls, boxes: list[Box]) -> _Signs:
        ordered = sorted((y + h / 2, place, (x, y, w, h)) for place, (x, y, w, h) in enumerate(boxes))
        return cls([middle for middle, _, _ in ordered], [(place, box) for _, place, box in ordered])

    def within(self, top: float, bottom: float) -> list[Box]:
        """Return those whose middle lies between, as they came: a page has thousands, a line a few."""
        found = self.boxes[bisect_left(self.middles, top) : bisect_right(self.middles, bottom)]
        return [box for _, box in sorted(found)]


@dataclass(slots=True)
class _Run:
    """A number in the making."""

    members: list[Reading] = dataclasses.field(default_factory=list)
    text: str = ""

    def joint_to(self, reading: Reading, signs: _Signs) -> str | None:
        """Return what joins the next digit to this number: "" or "."; None if it belongs to another one."""
        if not self.members:
            return None
        left, right = self.members[-1].box_xywh, reading.box_xywh
        between = _between(signs, left, right)
        if len(between) == 1 and is_point(between[0], left, right) and _belongs(left, right, _MAX_POINT_PITCH):
            return "."
        return "" if not between and _belongs(left, right, _MAX_PITCH) else None

    def parts(self) -> list[_Run]:
        """Return the run itself, or its numbers if it has several points: those are a list's commas in a small hand."""
        texts = self.text.split(".")
        if len(texts) <= 2:
            return [self]
        ends = np.cumsum([sum(map(str.isdigit, text)) for text in texts]).tolist()
        starts = [0, *ends[:-1]]
        return [_Run(self.members[start:end], text) for start, end, text in zip(starts, ends, texts, strict=True)]

    def number(self, index: dict[int, int]) -> Number:
        confidence = math.prod(reading.confidence for reading in self.members)
        box = around([reading.box_xywh for reading in self.members])
        return Number(self.text, confidence, box, tuple(index[id(reading)] for reading in self.members))


def _minus_before(reading: Reading, line: list[Reading], signs: _Signs) -> str:
    """Return "-" where a minus stands before a number's first digit and no other digit before the minus: that is a sum."""
    x, top, _, height = reading.box_xywh
    for sign in signs.within(top, top + height):
        if is_minus(sign, reading.box_xywh):
            before = [other for other in line if x - 1.9 * height < other.box_xywh[0] + other.box_xywh[2] <= sign[0]]
            return "" if before else "-"
    return ""


def _between(signs: _Signs, left: Box, right: Box) -> list[Box]:
    """Return the signs that stand between two neighbours, from a little above their heads to under their feet."""
    height = max(left[3], right[3])
    top, bottom = min(left[1], right[1]) - 0.1 * height, max(left[1] + left[3], right[1] + right[3]) + 0.3 * height
    first, last = left[0] + 0.6 * left[2], right[0] + 0.4 * right[2]
    return [
        (x, y, w, h) for x, y, w, h in signs.within(top, bottom) if first < x + w / 2 < last and max(w, h) >= _MIN_SIGN * height
    ]


def _belongs(left: Box, right: Box, max_pitch: float) -> bool:
    taller = max(left[3], right[3])
    pitch = (right[0] + right[2] / 2) - (left[0] + left[2] / 2)
    return pitch <= max_pitch * taller and taller <= _MAX_SIZE_RATIO * min(left[3], right[3])


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
