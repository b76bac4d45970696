"""Rules, frames and grids: found as straight runs in what is too large to be a digit, and taken away.

Where a stroke crosses a line, the crossing is given back:

    ──┃──   minus the line   ──   gives   ┃   not   ╻
      ┃                                   ┃         ╹
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def without_lines(mask: NDArray[np.uint8], min_length_px: int) -> NDArray[np.uint8]:
    """Return the mask without its long straight lines, uint8 [h, w] 0/255; other ink stays.

    Args:
        mask: uint8 [h, w], 255 on ink; holds only what is larger than a digit.
        min_length_px: Shortest line that is taken away.
    """
    lines = np.zeros_like(mask)
    for x0, y0, x1, y1 in _segments(mask, min_length_px):
        cv2.line(lines, (x0, y0), (x1, y1), 255, 1)
    if not lines.any():
        return mask
    thickness = _thickness(mask, lines)
    grown = cv2.dilate(lines, _ellipse(thickness + 2))
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(grown))
    # A stroke that crosses a line leaves ink on both of its sides: what closing bridges there, and was ink, is stroke.
    bridges = cv2.morphologyEx(_without_specks(rest, thickness), cv2.MORPH_CLOSE, _ellipse(2 * thickness + 5))
    return cv2.bitwise_or(rest, cv2.bitwise_and(bridges, mask))


def _segments(mask: NDArray[np.uint8], min_length_px: int) -> NDArray[np.int32]:
    found = cv2.HoughLinesP(
        mask, 1, np.pi / 360, threshold=min_length_px // 2, minLineLength=min_length_px, maxLineGap=max(2, min_length_px // 12)
    )
    return np.empty((0, 4), np.int32) if found is None else found.reshape(-1, 4)


def _thickness(mask: NDArray[np.uint8], lines: NDArray[np.uint8]) -> int:
    """Return the lines' median thickness in pixels, from the distance transform along them."""
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    along = distance[(lines > 0) & (mask > 0)]
    return max(1, round(2 * float(np.median(along)) - 1)) if along.size else 1


def _without_specks(mask: NDArray[np.uint8], thickness: int) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    keep = np.zeros(count, np.uint8)
    keep[1:] = np.where(stats[1:, cv2.CC_STAT_AREA] > 3 * thickness, 255, 0)
    return keep[labels]


def _ellipse(size: int) -> NDArray[np.uint8]:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
