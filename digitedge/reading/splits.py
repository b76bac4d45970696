"""Touching neighbours: a wide piece of ink is cut along paths that cross little ink, and every run of its parts is offered.

    ┌─────────┐        ┌──╮───╱───┐
    │ 1 2─3   │   ──▶  │1 │2 ╲  3 │    offered: 1, 2, 3, 12, 23
    └─────────┘        └──╯───╱───┘

A path goes from the top to the bottom, one pixel to the side a row at most, so that it can follow the slant of a hand and
wind between two digits that overlap. The paths are found as seams are (S. Avidan, A. Shamir 2007, "Seam Carving for
Content-Aware Image Resizing"). Which of the parts are digits, the classifier says.
"""

from __future__ import annotations

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
_TOGETHER = 64  # pieces whose paths are followed in one go
_CROSS = np.ones((3, 3), np.uint8)


def split(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Yield the parts that wide candidates may be made of, each a candidate of its own."""
    wide = [c for c in candidates if c.patch.shape[1] >= MIN_ASPECT * c.patch.shape[0]]
    for candidate, paths in zip(wide, _cuts([candidate.patch for candidate in wide]), strict=True):
        height, width = candidate.patch.shape
        edges = [np.zeros(height, np.intp), *paths, np.full(height, width, np.intp)]
        places = [int(edge.sum()) for edge in edges]
        for first in range(len(edges) - 1):
            for last in range(first + 1, len(edges)):
                is_all = last - first == len(edges) - 1
                if is_all or (places[last] - places[first]) / height > _MAX_ASPECT * height:
                    break
                part = _part(candidate, edges[first], edges[last])
                if part is not None:
                    yield part


def _cuts(patches: list[NDArray[np.uint8]]) -> list[list[NDArray[np.intp]]]:
    """Return for each patch the paths where least ink would be cut, from left to right: the columns, [h], on their right."""
    cuts: list[list[NDArray[np.intp]]] = [[] for _ in patches]
    order = sorted(range(len(patches)), key=lambda index: patches[index].shape[0])
    for first in range(0, len(order), _TOGETHER):
        some = order[first : first + _TOGETHER]
        for index, (ink, paths) in zip(some, _paths([patches[index] for index in some]), strict=True):
            cuts[index] = _best(patches[index], ink, paths)
    return cuts


def _best(patch: NDArray[np.uint8], ink: NDArray[np.float32], paths: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return those of all paths, see `_paths`, that cut least ink and are not too close to each other, from left to right."""
    height, width = patch.shape
    place = paths.sum(axis=0) / height
    limit = _MAX_CUT * float(np.count_nonzero(patch, axis=0).max())
    open_ = (place > _EDGE_SPACING * height) & (place < width - _EDGE_SPACING * height) & (ink <= limit)
    cuts: list[int] = []
    while len(cuts) < min(_MAX_CUTS, _CUTS_A_HEIGHT * width / height) and open_.any():
        best = int(np.where(open_, ink, np.inf).argmin())
        cuts.append(best)
        open_ &= np.abs(place - place[best]) > _SPACING * height
    return [paths[:, column] for column in sorted(cuts, key=lambda column: float(place[column]))]


def _paths(patches: list[NDArray[np.uint8]]) -> Iterator[tuple[NDArray[np.float32], NDArray[np.intp]]]:
    """Yield for each patch the cheapest paths down to the columns of its last row: pixels of ink they cut [w], columns [h, w].

    All patches stand on one ground, side by side with walls between them, so that they are followed down together. Above
    the lower ones there is nothing, which costs nothing.
    """
    widths = np.array([patch.shape[1] for patch in patches])
    starts = np.cumsum(widths + 1) - widths
    height, width = max(patch.shape[0] for patch in patches), int(starts[-1] + widths[-1]) + 1
    cost = np.zeros((height, width), np.float32)
    cost[:, starts - 1] = cost[:, -1] = np.inf
    for patch, start in zip(patches, starts.tolist(), strict=True):
        cost[height - patch.shape[0] :, start : start + patch.shape[1]] = patch
    cost /= 255
    total = cost  # of the cheapest path down to each pixel, row by row; the walls stay infinite
    side = np.empty(width - 2, np.float32)
    for row in range(1, height):
        above = total[row - 1]
        np.minimum(above[:-2], above[2:], out=side)
        side += _SIDESTEP
        np.minimum(side, above[1:-1], out=side)
        total[row, 1:-1] += side
    came = np.zeros((height, width), np.int8)
    left, above, right = total[:-1, :-2], total[:-1, 1:-1], total[:-1, 2:]
    aside = np.where(left <= right, np.int8(-1), np.int8(1))
    came[1:, 1:-1] = np.where(np.minimum(left, right) + np.float32(_SIDESTEP) < above, aside, np.int8(0))
    paths = np.empty((height, width), np.intp)
    paths[-1] = np.arange(width)
    for row in range(height - 1, 0, -1):
        np.add(paths[row], came[row].take(paths[row]), out=paths[row - 1])
    for patch, start in zip(patches, starts.tolist(), strict=True):
        columns = slice(start, start + patch.shape[1])
        yield total[-1, columns], paths[height - patch.shape[0] :, columns] - start


def _part(candidate: Candidate, left_edge: NDArray[np.intp], right_edge: NDArray[np.intp]) -> Candidate | None:
    """Return what of a candidate lies between two paths, without its neighbours' crumbs; None where it has no digit's shape."""
    start, end = max(0, int(left_edge.min()) - 1), min(candidate.patch.shape[1], int(right_edge.max()) + 1)
    columns = np.arange(start, end)
    kept = candidate.patch[:, start:end] * ((columns >= left_edge[:, None]) & (columns < right_edge[:, None]))
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
    patch = kept[window] * cv2.dilate((labels[window] == largest).view(np.uint8), _CROSS)
    picture_x, picture_y, _, _ = candidate.box_xywh
    margin_x, margin_y = int(picture_x > 0), int(picture_y > 0)  # of the candidate's own patch
    zoom = candidate.zoom
    box = (
        max(0, picture_x + round((start + x - margin_x) * zoom)),
        max(0, picture_y + round((y - margin_y) * zoom)),
        max(1, round(w * zoom)),
        max(1, round(h * zoom)),
    )
    return Candidate(
        box, patch, candidate.contrast, candidate.bound, candidate.light, candidate.level, zoom, "split", candidate
    )
