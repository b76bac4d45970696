"""Candidates and their scores → readings: one candidate for each place, and only where a digit is the best explanation."""

from __future__ import annotations

from dataclasses import dataclass
from operator import add

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate
from digitedge.reading.near import overlapping
from digitedge.reading.page import Box

_SAME_PLACE = 0.3  # intersection over the smaller box, past which two candidates may compete for the same ink,
_INSIDE = 0.65  # and past which they do whatever their ink: a circle around a digit, what a 0 encloses
_SAME_INK = 0.08  # part of the smaller one's ink; less is the soft edge between slanted neighbours
_INK = 96  # of 255, in a patch: no soft edge
_MARGIN = 0.02  # what was joined or split must beat the piece as found by this,
_TAIL = 0.15  # and a part that reads as the whole does, by this: what is cut off is more of the digit


@dataclass(frozen=True, slots=True)
class Selection:
    """What was decided.

    Attributes:
        standing: Indices of the candidates that are digits, the surest first.
        rivals: intp [N]: the standing candidate that took a sure one's place; −1 for those that stand or are not sure.
    """

    standing: list[int]
    rivals: NDArray[np.intp]


def select(
    candidates: list[Candidate], best: NDArray[np.intp], confidence: NDArray[np.float32], min_confidence: float
) -> Selection:
    """Return which of the candidates stand as digits.

    Args:
        candidates: Of all layers.
        best: intp [N], the digit each looks like most.
        confidence: float32 [N], calibrated probability of that.
        min_confidence: Those below stand nowhere.
    """
    composed = np.array([candidate.how != "piece" for candidate in candidates], bool)
    rank = np.where(confidence >= min_confidence, confidence - _MARGIN * composed, -1)
    place = {id(candidate): index for index, candidate in enumerate(candidates)}
    for part in np.flatnonzero(composed & (rank >= 0)).tolist():
        whole = place.get(id(candidates[part].whole))
        if whole is not None and best[whole] == best[part] and rank[part] - _TAIL < rank[whole] < rank[part]:
            rank[part] = rank[whole] - _MARGIN
    order = (-rank).argsort(kind="stable")[: np.count_nonzero(rank >= 0)].tolist()
    boxes = np.array([candidates[index].box_xywh for index in order], np.float32).reshape(-1, 4)
    rivals = np.full(len(candidates), -1, np.intp)
    weaker: dict[int, list[int]] = {}
    for strong, weak in _competing([candidates[index] for index in order], boxes):
        weaker.setdefault(strong, []).append(weak)
    taken: dict[int, int] = {}  # by which candidate, each position in the order
    standing: list[int] = []
    for position, index in enumerate(order):
        if position in taken:
            rivals[index] = taken[position]
        else:
            standing.append(index)
            for weak in weaker.get(position, ()):
                taken.setdefault(weak, index)
    return Selection(standing, rivals)


def _competing(candidates: list[Candidate], boxes: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the pairs of candidates that share too much to be two digits; the earlier one first.

    Args:
        candidates: N of them.
        boxes: float32 [N, 4], theirs.
    """
    first, second = overlapping(boxes, boxes)
    ordered = np.flatnonzero(first < second)
    first, second = first[ordered], second[ordered]
    (x, y, w, h), (other_x, other_y, other_w, other_h) = boxes[first].T, boxes[second].T
    width = np.minimum(x + w, other_x + other_w) - np.maximum(x, other_x)
    height = np.minimum(y + h, other_y + other_h) - np.maximum(y, other_y)
    share = np.maximum(width, 0) * np.maximum(height, 0) / np.minimum(w * h, other_w * other_h)
    close = np.flatnonzero(share > _SAME_PLACE)
    pairs = zip(first[close].tolist(), second[close].tolist(), (share[close] > _INSIDE).tolist(), strict=True)
    return [(one, other) for one, other, inside in pairs if inside or _shares_ink(candidates[one], candidates[other])]


def _shares_ink(one: Candidate, other: Candidate) -> bool:
    """Return whether candidates whose boxes overlap are of the same ink; slanted neighbours are not."""
    if one.light != other.light or one.level != other.level:
        return True  # a halo, or the same seen at another scale
    (x, y), (other_x, other_y) = one.corner_xy, other.corner_xy
    left, top = max(x, other_x), max(y, other_y)
    inks = [
        candidate.patch[max(0, top - y) :, max(0, left - x) :] > _INK
        for candidate, (x, y) in ((one, (x, y)), (other, (other_x, other_y)))
    ]
    height, width = (min(inks[0].shape[axis], inks[1].shape[axis]) for axis in (0, 1))
    shared = np.count_nonzero(inks[0][:height, :width] & inks[1][:height, :width])
    return bool(shared > _SAME_INK * min(np.count_nonzero(candidate.patch > _INK) for candidate in (one, other)))


def around(boxes: list[Box]) -> Box:
    """Return the box around boxes.

    >>> around([(0, 0, 2, 3), (5, 1, 2, 4)])
    (0, 0, 7, 5)
    """
    x, y, w, h = zip(*boxes, strict=True)
    left, top = min(x), min(y)
    return left, top, max(map(add, x, w)) - left, max(map(add, y, h)) - top
