"""Which box of this frame is which box of the frame before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitedge.reading.page import Box, Page, Reading

_MAX_SHIFT, _MAX_RATIO = 0.6, 1.8  # between two frames: in a box's longer sides; of its area's root
_EDGE_PX = 1
_REPLACED_SHARE = 0.3  # of the smaller box


def whole_in_view(page: Page, roi_xywh: Box | None) -> tuple[Reading, ...]:
    """Return the page's digits without those that touch the edge of what was read: half a digit is another digit.

    Args:
        page: What was read.
        roi_xywh: The part of the frame that was read, pixels; None for all of it.
    """
    x, y, width, height = roi_xywh or (0, 0, *page.size_wh)
    left, top = max(0, x) + _EDGE_PX, max(0, y) + _EDGE_PX
    right, bottom = min(x + width, page.size_wh[0]) - _EDGE_PX, min(y + height, page.size_wh[1]) - _EDGE_PX

    def is_whole(box: Box) -> bool:
        return box[0] >= left and box[1] >= top and box[0] + box[2] <= right and box[1] + box[3] <= bottom

    return tuple(reading for reading in page.digits if is_whole(reading.box_xywh))


def match_boxes(old_xywh: Sequence[Sequence[float]], new_xywh: Sequence[Box]) -> dict[int, int]:
    """Return for each old box the new one that is nearest and of similar size, nearest pairs first; indices of both.

    Args:
        old_xywh: x, y, width, height, pixels.
        new_xywh: The same, whole pixels.
    """
    if not old_xywh or not new_xywh:
        return {}
    old, new = np.array(old_xywh, np.float64), np.array(new_xywh, np.float64)
    sizes = np.sqrt(old[:, None, 2] * old[:, None, 3] / np.maximum(new[None, :, 2] * new[None, :, 3], 1))
    shift = np.abs((old[:, None, :2] + old[:, None, 2:] / 2) - (new[None, :, :2] + new[None, :, 2:] / 2)).max(axis=2)
    shift /= np.maximum(old[:, None, 3], old[:, None, 2])
    shift[(sizes > _MAX_RATIO) | (sizes < 1 / _MAX_RATIO) | (shift > _MAX_SHIFT)] = np.inf
    matched: dict[int, int] = {}
    taken: set[int] = set()
    rows, columns = np.nonzero(np.isfinite(shift))
    for nearest in np.argsort(shift[rows, columns], kind="stable"):
        row, column = int(rows[nearest]), int(columns[nearest])
        if row not in matched and column not in taken:
            matched[row] = column
            taken.add(column)
    return matched


def overlap(one: Box, other: Box) -> bool:
    """Tell whether a good part of the smaller box lies in the other."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return min(width, height) > 0 and width * height > _REPLACED_SHARE * min(one[2] * one[3], other[2] * other[3])
