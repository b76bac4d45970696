"""Touching neighbours: a wide piece of ink is cut along paths that cross little ink, and every run of its parts is offered.

    ┌─────────┐        ┌──╮───╱───┐
    │ 1 2─3   │   ──▶  │1 │2 ╲  3 │    offered: 1, 2, 3, 12, 23
    └─────────┘        └──╯───╱───┘

A path goes from the top to the bottom, one pixel to the side a row at most, so that it can follow the slant of a hand and
wind between two digits that overlap. The paths are found as seams are (S. Avidan, A. Shamir 2007, "Seam Carving for
Content-Aware Image Resizing"). Which of the parts are digits, the classifier says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate

MIN_ASPECT = 0.8  # width over height of a piece that may be more than one digit
_MAX_ASPECT = 1.1  # of what is offered
_MIN_ASPECT = 0.12
_MIN_HEIGHT = 0.45  # of a part, in heights of the whole piece
_CUTS_A_HEIGHT = 2.5  # so many for a piece as wide as high
_MAX_CUTS = 12
_SPACING = 0.22  # heights between cuts
_EDGE_SPACING = 0.12  # heights between the first cut and the piece's edge: a 1 is thin
_MAX_CUT = 0.4  # of the tallest column's ink
_SIDESTEP = 0.08  # what a step to the side costs, in pixels of ink: of two free paths the straighter one is taken


def split(candidate: Candidate) -> Iterator[Candidate]:
    """Yield the parts that a wide candidate may be made of, each a candidate of its own."""
    height, width = candidate.patch.shape
    if width < MIN_ASPECT * height:
        return
    paths = [np.zeros(height, np.intp), *_cuts(candidate.patch), np.full(height, width, np.intp)]
    columns = np.arange(width)
    for first, left in enumerate(paths[:-1]):
        for right in paths[first + 1 :]:
            if (left is paths[0] and right is paths[-1]) or (right - left).mean() > _MAX_ASPECT * height:
                break
            part = _part(candidate, (columns >= left[:, None]) & (columns < right[:, None]))
            if part is not None:
                yield part


def _cuts(patch: NDArray[np.uint8]) -> list[NDArray[np.intp]]:
    """Return the paths where least ink would be cut, from left to right: the column, [h], where the right side begins."""
    height, width = patch.shape
    ink, paths = _paths(patch)
    place = paths.mean(axis=0)
    limit = _MAX_CUT * float(np.count_nonzero(patch, axis=0).max())
    open_ = (place > _EDGE_SPACING * height) & (place < width - _EDGE_SPACING * height) & (ink <= limit)
    cuts: list[int] = []
    while len(cuts) < min(_MAX_CUTS, _CUTS_A_HEIGHT * width / height) and open_.any():
        best = int(np.flatnonzero(open_)[ink[open_].argmin()])
        cuts.append(best)
        open_ &= np.abs(place - place[best]) > _SPACING * height
    return [paths[:, column] for column in sorted(cuts, key=lambda column: float(place[column]))]


def _paths(patch: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the cheapest path down to each column of the last row: its cost, in pixels of ink [w], and its columns [h, w]."""
    height, width = patch.shape
    cost = patch.astype(np.float32) / 255
    total = np.full(width + 2, np.inf, np.float32)  # with a border that no path takes
    total[1:-1] = cost[0]
    came = np.empty((height, width), np.int8)
    for row in range(1, height):
        stay, left, right = total[1:-1], total[:-2] + _SIDESTEP, total[2:] + _SIDESTEP
        side = np.minimum(left, right)
        came[row] = np.where(side < stay, np.where(left <= right, -1, 1), 0)
        total[1:-1] = np.minimum(side, stay) + cost[row]
    paths = np.empty((height, width), np.intp)
    paths[-1] = np.arange(width)
    for row in range(height - 1, 0, -1):
        paths[row - 1] = paths[row] + came[row, paths[row]]
    return total[1:-1], paths


def _part(candidate: Candidate, within: NDArray[np.bool_]) -> Candidate | None:
    """Return what of a candidate lies within, without the crumbs of its neighbours; None where it has no digit's shape."""
    kept = np.where(within, candidate.patch, np.uint8(0))
    ink = cv2.compare(kept, 255 * candidate.bound / candidate.contrast, cv2.CMP_GT)
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_BBDT)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, w, h, _ = stats[largest].tolist()
    if not _MIN_ASPECT * h <= w <= _MAX_ASPECT * h or h < _MIN_HEIGHT * candidate.patch.shape[0]:
        return None
    # As with a whole piece, one pixel more on each side takes along the soft edge.
    left, top = max(0, x - 1), max(0, y - 1)
    window = np.s_[top : y + h + 1, left : x + w + 1]
    soft = cv2.dilate((labels[window] == largest).astype(np.uint8), np.ones((3, 3), np.uint8))
    patch = np.where(soft > 0, kept[window], np.uint8(0))
    picture_x, picture_y, _, _ = candidate.box_xywh
    margin_x, margin_y = int(picture_x > 0), int(picture_y > 0)  # of the candidate's own patch
    zoom = candidate.zoom
    box = (
        max(0, picture_x + round((x - margin_x) * zoom)),
        max(0, picture_y + round((y - margin_y) * zoom)),
        max(1, round(w * zoom)),
        max(1, round(h * zoom)),
    )
    return dataclasses.replace(candidate, box_xywh=box, patch=patch, how="split")
