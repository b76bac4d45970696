"""Lines of writing that run uphill or downhill: their direction, so that their digits can be read upright too."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.near import ranges
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
    group = _chains(centers, heights)
    lines = []
    for chain in np.flatnonzero(_may_be_tilted(centers, group)).tolist():
        members = np.flatnonzero(group == chain).tolist()
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


def _chains(centers: NDArray[np.float32], heights: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return intp [N]: which chain each box is in; links from each to its nearest two neighbours of like size make them."""
    group = list(range(len(centers)))
    members = [[index] for index in group]
    for index, other in zip(*_links(centers, heights), strict=True):
        kept, left = group[index], group[other]
        if kept != left:
            members[kept] += members[left]
            for member in members[left]:
                group[member] = kept
    return np.array(group, np.intp)


def _links(centers: NDArray[np.float32], heights: NDArray[np.float32]) -> tuple[list[int], list[int]]:
    """Return each box and one of its nearest two neighbours of like size, in the order of the boxes, the nearest first."""
    order = centers[:, 0].argsort(kind="stable")
    x, reach = centers[order, 0], _MAX_REACH * _MAX_SIZE_RATIO * heights + 1  # one pixel more: which are near is decided below
    index, position = ranges(x.searchsorted(centers[:, 0] - reach), x.searchsorted(centers[:, 0] + reach))
    other = order[position]
    apart = centers[index] - centers[other]
    distance = np.sqrt(apart[:, 0] * apart[:, 0] + apart[:, 1] * apart[:, 1])
    taller, lower = np.maximum(heights[index], heights[other]), np.minimum(heights[index], heights[other])
    near = np.flatnonzero((distance <= _MAX_REACH * taller) & (taller <= _MAX_SIZE_RATIO * lower) & (index != other))
    near = near[np.lexsort((other[near], distance[near], index[near]))]
    index, other = index[near], other[near]
    nearest = np.ones(len(index), bool)
    nearest[2:] = index[2:] != index[:-2]
    return index[nearest].tolist(), other[nearest].tolist()


def _may_be_tilted(centers: NDArray[np.float32], group: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return bool [N]: whether the chain of that number has members enough and is neither clearly level nor clearly too steep.

    The direction is that of the largest moment, half the angle of (2·xy, xx − yy); a round heap has none, and may be anything.
    """
    size = len(group)
    count = np.bincount(group, minlength=size)
    several = np.maximum(count, 1)
    x, y = (axis - (np.bincount(group, axis, size) / several)[group] for axis in centers.T)
    xx, yy, xy = (np.bincount(group, product, size) for product in (x * x, y * y, x * y))
    degrees = np.abs(np.degrees(np.arctan2(2 * xy, xx - yy) / 2))
    round_ = np.hypot(2 * xy, xx - yy) < 0.01 * (xx + yy)
    return (count >= _MIN_MEMBERS) & (round_ | ((degrees > MIN_TILT_DEG - 1) & (degrees < _MAX_TILT_DEG + 1)))


def _direction(centers: NDArray[np.float32], height: float) -> float | None:
    """Return the line's direction in degrees within ±90, None where the centres do not lie on one."""
    offsets = centers - centers.mean(axis=0)
    _, spread, axes = np.linalg.svd(offsets, full_matrices=False)
    if spread[1] / len(centers) ** 0.5 > _MAX_RESIDUAL * height:
        return None
    dx, dy = (float(value) for value in axes[0])
    return float(np.degrees(np.arctan2(dy, dx) if dx >= 0 else np.arctan2(-dy, -dx)))
