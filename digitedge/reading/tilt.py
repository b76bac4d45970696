"""Lines of writing that run uphill or downhill: their direction, so that their digits can be read upright too."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.page import Box

MIN_TILT_DEG = 10.0  # the classifier has learnt to read digits that lean less
_MAX_TILT_DEG = 50.0
_MIN_MEMBERS = 3
_MAX_REACH = 2.2  # heights from centre to centre, of neighbours
_MAX_SIZE_RATIO = 1.7
_MAX_RESIDUAL = 0.3  # heights, mean distance of the centres from the line


def tilted_lines(boxes: list[Box]) -> list[tuple[float, list[int]]]:
    """Return (degrees, indices) of each tilted line of at least three boxes; positive runs downhill to the right.

    >>> tilted_lines([(0, 0, 20, 40), (30, 20, 20, 40), (60, 40, 20, 40), (90, 60, 20, 40)])
    [(33.69, [0, 1, 2, 3])]
    >>> tilted_lines([(0, 0, 20, 40), (30, 0, 20, 40), (60, 0, 20, 40)])
    []
    """
    if len(boxes) < _MIN_MEMBERS:
        return []
    array: NDArray[np.float32] = np.array(boxes, np.float32)
    centers, heights = array[:, :2] + array[:, 2:] * np.float32(0.5), np.maximum(array[:, 3], array[:, 2] * np.float32(2 / 3))
    lines = []
    for members in _chains(centers, heights):
        degrees = _direction(centers[members], float(np.median(heights[members])))
        if degrees is not None and MIN_TILT_DEG <= abs(degrees) <= _MAX_TILT_DEG:
            lines.append((round(degrees, 2), members))
    return lines


def upright(patch: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Return the patch, uint8 [h, w], turned by ``degrees`` against a line's tilt, on a field large enough for all of it."""
    height, width = patch.shape
    side = int(np.ceil(np.hypot(height, width))) + 2
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return cv2.warpAffine(patch, matrix, (side, side), flags=cv2.INTER_LINEAR)


def _chains(centers: NDArray[np.float32], heights: NDArray[np.float32]) -> list[list[int]]:
    """Return the groups that links from each box to its nearest two neighbours of like size make."""
    distance = np.linalg.norm(centers[:, None] - centers[None, :], axis=2)
    taller, lower = np.maximum.outer(heights, heights), np.minimum.outer(heights, heights)
    distance[(distance > _MAX_REACH * taller) | (taller > _MAX_SIZE_RATIO * lower)] = np.inf
    np.fill_diagonal(distance, np.inf)
    group = np.arange(len(centers))
    for index, nearest in enumerate(np.argsort(distance, axis=1, kind="stable")[:, :2].tolist()):
        for other in nearest:
            if np.isfinite(distance[index, other]) and group[index] != group[other]:
                group[group == group[other]] = group[index]
    return [np.flatnonzero(group == label).tolist() for label in np.unique(group) if (group == label).sum() >= _MIN_MEMBERS]


def _direction(centers: NDArray[np.float32], height: float) -> float | None:
    """Return the line's direction in degrees within ±90, None where the centres do not lie on one."""
    offsets = centers - centers.mean(axis=0)
    _, spread, axes = np.linalg.svd(offsets, full_matrices=False)
    if spread[1] / len(centers) ** 0.5 > _MAX_RESIDUAL * height:
        return None
    dx, dy = (float(value) for value in axes[0])
    return float(np.degrees(np.arctan2(dy, dx) if dx >= 0 else np.arctan2(-dy, -dx)))
