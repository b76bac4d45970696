"""Readings → numbers: neighbours on one line, of one size, closer than a space."""

from __future__ import annotations

from statistics import median

from digitedge.reading.decide import around
from digitedge.reading.page import Box, Number, Reading

_MAX_GAP = 0.75  # between neighbours of one number, in heights
_MIN_LINE_OVERLAP = 0.5  # of the smaller one's height
_MAX_SIZE_RATIO = 1.8


def in_reading_order(readings: list[Reading]) -> list[Reading]:
    """Return the readings line by line, each line from left to right."""
    return [reading for line in _lines(readings) for reading in line]


def group_numbers(readings: list[Reading]) -> tuple[Number, ...]:
    """Return the numbers that readings in reading order form; members are indices into ``readings``."""
    index = {id(reading): i for i, reading in enumerate(readings)}
    numbers = []
    for line in _lines(readings):
        run: list[Reading] = []
        for reading in [*line, None]:
            if reading is not None and (not run or _belongs(run[-1].box_xywh, reading.box_xywh)):
                run.append(reading)
                continue
            if run:
                numbers.append(_number(run, index))
            run = [] if reading is None else [reading]
    return tuple(numbers)


def _number(run: list[Reading], index: dict[int, int]) -> Number:
    confidence = 1.0
    for reading in run:
        confidence *= reading.confidence
    text = "".join(str(reading.digit) for reading in run)
    return Number(text, confidence, around([r.box_xywh for r in run]), tuple(index[id(r)] for r in run))


def _belongs(left: Box, right: Box) -> bool:
    taller = max(left[3], right[3])
    gap = right[0] - (left[0] + left[2])
    return gap <= _MAX_GAP * taller and taller <= _MAX_SIZE_RATIO * min(left[3], right[3])


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
