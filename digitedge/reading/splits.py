"""Touching neighbours: a wide piece of ink is cut where little ink would be cut, and every run of its parts is offered.

    ┌─────────┐        ┌──┬────┬───┐
    │ 1 2─3   │   ──▶  │1 │ 2  │ 3 │    offered: 1, 2, 3, 12, 23
    └─────────┘        └──┴────┴───┘

Which of them are digits, the classifier says.
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
_SHEARS = (0.0, 0.3)  # columns upright, and leaning as most hands do
_MAX_CUTS = 4
_SPACING = 0.28  # heights between cuts
_MAX_CUT = 0.4  # of the tallest column's ink


def split(candidate: Candidate) -> Iterator[Candidate]:
    """Yield the parts that a wide candidate may be made of, each a candidate of its own."""
    height, width = candidate.patch.shape
    if width < MIN_ASPECT * height:
        return
    seen: set[tuple[int, int]] = set()
    for shear in _SHEARS:
        leaning = _sheared(candidate.patch, shear)
        cuts = _cuts(leaning, height)
        edges = [0, *cuts, leaning.shape[1]]
        for first in range(len(edges) - 1):
            for last in range(first + 1, len(edges)):
                if (first, last) != (0, len(edges) - 1):
                    part = _part(candidate, leaning, (edges[first], edges[last]), shear)
                    if part is not None and (part.box_xywh[0], part.box_xywh[2]) not in seen:
                        seen.add((part.box_xywh[0], part.box_xywh[2]))
                        yield part


def _sheared(patch: NDArray[np.uint8], shear: float, back: bool = False) -> NDArray[np.uint8]:
    """Return the patch with each row moved so that strokes leaning by ``shear`` (dx per dy, upwards) stand upright."""
    if shear == 0.0:
        return patch
    height, width = patch.shape
    extra = int(np.ceil(shear * height))
    if back:
        matrix = np.array([[1, -shear, 0.0], [0, 1, 0]])
        return cv2.warpAffine(patch, matrix, (width - extra, height), flags=cv2.INTER_NEAREST)
    return cv2.warpAffine(patch, np.array([[1, shear, 0.0], [0, 1, 0]]), (width + extra, height), flags=cv2.INTER_NEAREST)


def _cuts(patch: NDArray[np.uint8], height: int) -> list[int]:
    """Return the columns where least ink would be cut, from left to right."""
    ink = np.count_nonzero(patch, axis=0).astype(np.float32)
    smooth = np.convolve(ink, np.ones(3, np.float32) / 3, mode="same")
    spacing = max(3, round(_SPACING * height))
    open_ = np.ones(len(smooth), bool)
    open_[:spacing] = open_[len(smooth) - spacing :] = False
    cuts: list[int] = []
    while len(cuts) < _MAX_CUTS and open_.any():
        column = int(np.flatnonzero(open_)[smooth[open_].argmin()])
        if smooth[column] > _MAX_CUT * smooth.max():
            break
        cuts.append(column)
        open_[max(0, column - spacing) : column + spacing] = False
    return sorted(cuts)


def _part(candidate: Candidate, leaning: NDArray[np.uint8], columns: tuple[int, int], shear: float) -> Candidate | None:
    """Return what lies between two columns, without the crumbs of its neighbours; None where it has no digit's shape."""
    kept = np.zeros_like(leaning)
    kept[:, columns[0] : columns[1]] = leaning[:, columns[0] : columns[1]]
    upright = _sheared(kept, shear, back=True)
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(upright, 8, cv2.CV_32S, cv2.CCL_BBDT)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, w, h, _ = stats[largest].tolist()
    if not _MIN_ASPECT * h <= w <= _MAX_ASPECT * h or h < 0.5 * candidate.patch.shape[0]:
        return None
    patch = np.where(labels[y : y + h, x : x + w] == largest, upright[y : y + h, x : x + w], np.uint8(0))
    left, top, _, _ = candidate.box_xywh
    zoom = candidate.zoom
    box = (left + round(x * zoom), top + round(y * zoom), max(1, round(w * zoom)), max(1, round(h * zoom)))
    return dataclasses.replace(candidate, box_xywh=box, patch=patch, how="split")
