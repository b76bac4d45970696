"""Rules, frames and grids: long thin straight runs in what is too large to be a digit, found and taken away.

Where a stroke crosses a line, the crossing is given back:

    ──┃──   minus the line   ──   gives   ┃   not   ╻
      ┃                                   ┃         ╹
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_RUN_PX = 32  # a straight run of this length, one pixel of slack to each side, makes a piece of a line: tilts up to 5 degrees
_MAX_THICKNESS_PX = 9  # a thicker bar is a felt pen's stroke


def without_lines(mask: NDArray[np.uint8], min_length_px: int) -> NDArray[np.uint8] | None:
    """Return the mask without its long thin straight lines, uint8 [h, w] 0/255; None where it has no such line.

    Args:
        mask: uint8 [h, w], 255 on ink; holds only what is larger than a digit.
        min_length_px: Shortest line that is taken away; a digit's own straight stroke must be shorter.
    """
    blobs = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _box(_MAX_THICKNESS_PX, _MAX_THICKNESS_PX))
    thin = cv2.subtract(mask, blobs)
    lines = cv2.bitwise_or(_runs(thin, min_length_px, across=True), _runs(thin, min_length_px, across=False))
    if not lines.any():
        return None
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(lines))
    # A stroke that crosses a line leaves ink on both of its sides: what closing bridges there, and was ink, is stroke.
    thickness = _thickness(mask, lines)
    bridges = cv2.morphologyEx(_without_crumbs(rest, thickness), cv2.MORPH_CLOSE, _ellipse(2 * thickness + 3))
    return cv2.bitwise_or(rest, cv2.bitwise_and(bridges, mask))


def _runs(thin: NDArray[np.uint8], min_length_px: int, across: bool) -> NDArray[np.uint8]:
    """Return the pixels of nearly horizontal (``across``) or vertical lines, uint8 [h, w] 0/255."""
    slack, run = (_box(1, 3), _box(_RUN_PX, 1)) if across else (_box(3, 1), _box(1, _RUN_PX))
    runs = cv2.morphologyEx(cv2.dilate(thin, slack), cv2.MORPH_OPEN, run)
    # Small gaps, where a stroke crossed or the print broke, do not end a line.
    runs = cv2.dilate(runs, _box(9, 3) if across else _box(3, 9))
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(runs, 8, cv2.CV_32S, cv2.CCL_BBDT)
    length = stats[:, cv2.CC_STAT_WIDTH if across else cv2.CC_STAT_HEIGHT]
    keep = np.where(length >= min_length_px, np.uint8(255), np.uint8(0))
    keep[0] = 0
    return keep[labels] if count > 1 and keep.any() else np.zeros_like(thin)


def _thickness(mask: NDArray[np.uint8], lines: NDArray[np.uint8]) -> int:
    """Return the lines' median thickness in pixels, from the ridge of the distance transform along them."""
    distance = cv2.distanceTransform(cv2.bitwise_and(mask, lines), cv2.DIST_L2, 3)
    ridge = distance[(distance > 0) & (distance >= cv2.dilate(distance, _box(3, 3)))]
    return max(1, round(2 * float(np.median(ridge)) - 1)) if ridge.size else 1


def _without_crumbs(mask: NDArray[np.uint8], thickness: int) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
    keep = np.where(stats[:count, cv2.CC_STAT_AREA] > 3 * thickness, np.uint8(255), np.uint8(0))
    keep[0] = 0
    return keep[labels]


def _box(width: int, height: int) -> NDArray[np.uint8]:
    return np.ones((height, width), np.uint8)


def _ellipse(size: int) -> NDArray[np.uint8]:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
