"""Candidates and their scores → readings: one candidate for each place, and only where a digit is the best explanation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate
from digitedge.reading.near import overlapping
from digitedge.reading.page import Box

_SAME_PLACE = 0.3  # intersection over the smaller box, past which two candidates compete for the same ink
_MARGIN = 0.02  # what was joined or split must beat the piece as found by this


@dataclass(frozen=True, slots=True)
class Selection:
    """What was decided.

    Attributes:
        standing: Indices of the candidates that are digits, the surest first.
        rivals: intp [N]: the standing candidate that took a sure one's place; −1 for those that stand or are not sure.
    """

    standing: list[int]
    rivals: NDArray[np.intp]


def select(candidates: list[Candidate], confidence: NDArray[np.float32], min_confidence: float) -> Selection:
    """Return which of the candidates stand as digits.

    Args:
        candidates: Of all layers.
        confidence: float32 [N], calibrated probability of each one's best digit.
        min_confidence: Those below stand nowhere.
    """
    composed = np.array([candidate.how != "piece" for candidate in candidates], bool)
    rank = np.where(confidence >= min_confidence, confidence - _MARGIN * composed, -1)
    order = [index for index in np.argsort(-rank, kind="stable").tolist() if rank[index] >= 0]
    boxes = np.array([candidates[index].box_xywh for index in order], np.float32).reshape(-1, 4)
    rivals = np.full(len(candidates), -1, np.intp)
    weaker: dict[int, list[int]] = {}
    for strong, weak in _competing(boxes):
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


def _competing(boxes: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the pairs of boxes, float32 [N, 4], that share too much ink to be two digits; the earlier one first."""
    first, second = overlapping(boxes, boxes)
    ordered = np.flatnonzero(first < second)
    first, second = first[ordered], second[ordered]
    (x, y, w, h), (other_x, other_y, other_w, other_h) = boxes[first].T, boxes[second].T
    width = np.minimum(x + w, other_x + other_w) - np.maximum(x, other_x)
    height = np.minimum(y + h, other_y + other_h) - np.maximum(y, other_y)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    close = np.flatnonzero(shared / np.minimum(w * h, other_w * other_h) > _SAME_PLACE)
    return list(zip(first[close].tolist(), second[close].tolist(), strict=True))


def around(boxes: list[Box]) -> Box:
    """Return the box around boxes.

    >>> around([(0, 0, 2, 3), (5, 1, 2, 4)])
    (0, 0, 7, 5)
    """
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
