"""Where has the ink under each box gone since the frame before? For frames that are not read.

Lucas and Kanade's optical flow in pyramids (J.-Y. Bouguet 2001, OpenCV's own), at the middle of each box, on small pictures, a
4×4 block a pixel: 0.08 ms for 21 digits, and 1.4 pixels off after the six frames between two readings.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.live import LiveFrame, TrackedDigit
from digitedge.camera.still import BLOCK_PX
from digitedge.reading.decide import around
from digitedge.reading.page import Box

_WINDOW_WH, _LEVELS = (11, 11), 1  # 44 pixels around the middle, twice that on the coarser level
_MOST_APART_PX = 16  # from the others' median in one frame, 480 pixels a second: more is no longer the same ink


def shifts_of(before: NDArray[np.uint8], now: NDArray[np.uint8], boxes_xywh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each box has moved, float64 [N, 2]: x and y in pixels of the frame.

    A box whose ink is not found again, as behind a hand, moves as the others do in the median.

    Args:
        before: uint8 [h, w], the frame before, as `digitedge.camera.still.shrunk` gives it.
        now: uint8 [h, w], this one.
        boxes_xywh: float64 [N, 4], pixels of the frame.
    """
    if not len(boxes_xywh):
        return np.empty((0, 2))
    middles = ((boxes_xywh[:, :2] + boxes_xywh[:, 2:] / 2) / BLOCK_PX).astype(np.float32)
    ends, found, _ = cv2.calcOpticalFlowPyrLK(
        before, now, middles[:, None], np.empty_like(middles[:, None]), winSize=_WINDOW_WH, maxLevel=_LEVELS
    )
    shifts = (ends[:, 0] - middles).astype(np.float64) * BLOCK_PX
    is_found = found[:, 0] != 0
    count = int(is_found.sum())
    common = np.sort(shifts[is_found], axis=0)[count // 2] if count else np.zeros(2)  # np.median takes half of all the time
    shifts[~is_found | (np.abs(shifts - common).max(axis=1) > _MOST_APART_PX)] = common
    return shifts


def moved(live: LiveFrame, boxes: dict[int, Box]) -> LiveFrame:
    """Return a live frame with its digits in other places, and its numbers around them; ``boxes`` by the tracks' ids."""
    # Made anew: dataclasses.replace takes four times as long, for some six hundred digits a second.
    digits = tuple(TrackedDigit(d.id, d.digit, d.confidence, boxes[d.id], d.steady) for d in live.digits)
    numbers = tuple(
        dataclasses.replace(number, box_xywh=around([digits[member].box_xywh for member in number.members]))
        for number in live.numbers
    )
    return dataclasses.replace(live, digits=digits, numbers=numbers)
