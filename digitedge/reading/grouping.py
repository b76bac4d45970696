"""Readings → numbers: neighbours on one line, of one size, closer than a space."""

from __future__ import annotations

import dataclasses
import math
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
    boxes: list[Box] = [] if signs is None else [(x, y, w, h) for x, y, w, h in signs.tolist()]
    numbers = []
    for line in _lines(readings):
        run = _Run()
        for reading in line:
            joint = run.joint_to(reading, boxes)
            if joint is None and run.members:
                numbers.append(run.number(index))
                run = _Run()
            if not run.members:
                run.text = _minus_before(reading, line, boxes)
            run.text += (joint or "") + str(reading.digit)
            run.members.append(reading)
        numbers.append(run.number(index))
    return tuple(numbers)


@dataclass(slots=True)
class _Run:
    """A number in the making."""

    members: list[Reading] = dataclasses.field(default_factory=list)
    text: str = ""

    def joint_to(self, reading: Reading, signs: list[Box]) -> str | None:
        """Return what joins the next digit to this number: "" or "."; None if it belongs to another one."""
        if not self.members:
            return None
        left, right = self.members[-1].box_xywh, reading.box_xywh
        between = [sign for sign in signs if _is_between(sign, left, right)]
        if len(between) == 1 and is_point(between[0], left, right) and _belongs(left, right, _MAX_POINT_PITCH):
            return "."
        return "" if not between and _belongs(left, right, _MAX_PITCH) else None

    def number(self, index: dict[int, int]) -> Number:
        confidence = math.prod(reading.confidence for reading in self.members)
        box = around([reading.box_xywh for reading in self.members])
        return Number(self.text, confidence, box, tuple(index[id(reading)] for reading in self.members))


def _minus_before(reading: Reading, line: list[Reading], signs: list[Box]) -> str:
    """Return "-" where a minus stands before a number's first digit and no other digit before the minus: that is a sum."""
    x, _, _, height = reading.box_xywh
    for sign in signs:
        if is_minus(sign, reading.box_xywh):
            before = [other for other in line if x - 1.9 * height < other.box_xywh[0] + other.box_xywh[2] <= sign[0]]
            return "" if before else "-"
    return ""


def _is_between(sign: Box, left: Box, right: Box) -> bool:
    """Return whether a sign stands between two neighbours, from a little above their heads to under their feet."""
    height = max(left[3], right[3])
    middle = sign[0] + sign[2] / 2
    top, bottom = min(left[1], right[1]) - 0.1 * height, max(left[1] + left[3], right[1] + right[3]) + 0.3 * height
    beside = left[0] + 0.6 * left[2] < middle < right[0] + 0.4 * right[2]
    return beside and max(sign[2], sign[3]) >= _MIN_SIGN * height and top <= sign[1] + sign[3] / 2 <= bottom


def _belongs(left: Box, right: Box, max_pitch: float) -> bool:
    taller = max(left[3], right[3])
    pitch = (right[0] + right[2] / 2) - (left[0] + left[2] / 2)
    return pitch <= max_pitch * taller and taller <= _MAX_SIZE_RATIO * min(left[3], right[3])


def _lines(readings: list[Reading]) -> list[list[Reading]]:
    """Return the readings as lines from top to bottom: each joins the line whose last digits it overlaps most in height."""
    lines: list[list[Reading]] = []
    for reading in sorted(readings, key=lambda r: r.box_xywh[0]):
        best = max(lines, key=lambda line: _overlap(line, reading), default=None)
        if best is not None and _overlap(best, reading) >= _MIN_LINE_OVERLAP:
            best.append(reading)
        else:
            lines.append([reading])
    return sorted(lines, key=lambda line: median(r.box_xywh[1] + r.box_xywh[3] / 2 for r in line))


def _overlap(line: list[Reading], reading: Reading) -> float:
    _, top, _, height = line[-1].box_xywh
    _, other_top, _, other_height = reading.box_xywh
    shared = min(top + height, other_top + other_height) - max(top, other_top)
    return shared / min(height, other_height)
