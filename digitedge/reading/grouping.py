"""Readings → numbers: which neighbours of a line are of one number, `digitedge.reading.joints` says."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.decide import around
from digitedge.reading.joints import APART, POINT, JointModel, Pairs, shipped_joints
from digitedge.reading.neighbours import followers
from digitedge.reading.page import Box, Number, Reading, no_boxes
from digitedge.reading.rules import are_of_paper, is_bar, parts_sign
from digitedge.reading.signs import is_minus

_MINUS_ALONE = 0.35  # heights before a minus, where nothing stands
_MIN_LINE_OVERLAP = 0.5  # of the smaller one's height


def in_reading_order(readings: list[Reading]) -> list[Reading]:
    """Return the readings line by line, each line from left to right."""
    return [reading for line in _lines(readings) for reading in line]


def pairs_of(readings: list[Reading]) -> NDArray[np.intp]:
    """Return intp [2, P]: the digits that another follows in its line, and these."""
    after = np.array(followers(np.array([reading.box_xywh for reading in readings], np.float32).reshape(-1, 4)), np.intp)
    return np.stack([np.flatnonzero(after >= 0), after[after >= 0]])


def known_pairs(readings: list[Reading], signs: NDArray[np.int32], rules: NDArray[np.int32]) -> Pairs | None:
    """Return what is known of neighbours, None where no digit has one; the arguments as in `group_numbers`."""
    pairs = pairs_of(readings)
    return Pairs.of(readings, pairs, signs, rules) if pairs.size else None


def group_numbers(
    readings: list[Reading],
    signs: NDArray[np.int32] | None = None,
    rules: NDArray[np.int32] | None = None,
    model: JointModel | None = None,
    known: Pairs | None = None,
) -> tuple[Number, ...]:
    """Return the numbers that readings in reading order form.

    Args:
        readings: In reading order; the numbers' members are indices into them.
        signs: int32 [M, 4], boxes of ink beside the digits (`Page.signs`): a point, or what parts numbers; a minus before the
            first digit belongs to its number.
        rules: int32 [K, 4], boxes of pieces of upright rules: they part what stands in two cells of a table.
        model: Tells which neighbours are of one number; `shipped_joints` if None.
        known: `known_pairs` of these, where that is found out already.
    """
    boxes = [reading.box_xywh for reading in readings]
    signs, rules = (no_boxes() if some is None else some for some in (signs, rules))
    known = known or known_pairs(readings, signs, rules)
    joints: dict[int, tuple[int, int]] = {}  # a digit → what joins the one after it, and which that is
    if known:
        kinds = (model or shipped_joints()).judge(known)
        joints = {i: (kind, j) for i, j, kind in zip(*known.members.tolist(), kinds.tolist(), strict=True) if kind != APART}
    inner = {follower for _, follower in joints.values()}
    beside = _Places.of(signs.tolist())
    bars = _of_tables(rules, boxes)
    numbers = []
    for index in range(len(readings)):
        if index not in inner:
            for members, points in _parts(index, joints):
                sign = _minus_before(boxes[members[0]], boxes, beside, bars)
                parts = [f"{readings[member].digit}{point}" for member, point in zip(members, [*points, ""], strict=True)]
                numbers.append(_number(sign + "".join(parts), members, readings))
    return tuple(numbers)


def _of_tables(rules: NDArray[np.int32], digits: list[Box]) -> list[Box]:
    if not len(rules) or not digits or are_of_paper(rules.astype(np.float32), np.array(digits, np.float32)):
        return []
    return [(x, y, w, h) for x, y, w, h in rules.tolist()]


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


def _parts(first: int, joints: dict[int, tuple[int, int]]) -> list[tuple[list[int], list[str]]]:
    """Return the numbers of a run of digits: their members, and what stands between these. Several points in a row part."""
    run, texts = [first], []
    while run[-1] in joints:
        kind, follower = joints[run[-1]]
        run.append(follower)
        texts.append("." if kind == POINT else "")
    if texts.count(".") <= 1:
        return [(run, texts)]
    starts = [0, *(place + 1 for place, text in enumerate(texts) if text), len(run)]
    return [(run[start:end], [""] * (end - start - 1)) for start, end in pairwise(starts)]


def _minus_before(digit: Box, digits: list[Box], signs: _Places, bars: list[Box]) -> str:
    """Return "-" where a minus stands before a number's first digit, in its cell; nothing close before it: that is a sum."""
    _, top, _, height = digit
    near = signs.within(top - 0.5 * height, top + 1.2 * height)
    for x, y, w, h in near:
        if is_minus((x, y, w, h), digit) and not parts_sign((x, y, w, h), digit, bars):
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
