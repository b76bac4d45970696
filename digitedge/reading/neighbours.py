"""Which digit follows which in a line of writing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.near import overlapping

_MIN_SHARED = 0.4  # of the smaller one's height
_MAX_SIZE_RATIO = 1.8
_SMALL_RATIO = 2.4  # the same of one that stands low: many write a small 0
_LOW = 0.62, 1.12  # heights of the taller one, from its top to the foot of a small one: no power, and no index
_MIN_STEP = 0.15  # heights from centre to centre
_MAX_GAP = 1.5  # heights


def followers(boxes: NDArray[np.float32]) -> list[int]:
    """Return for each box the one that follows it in its line, −1 where none does; no box follows two.

    A box follows another where each is the other's nearest, of like size and at like height. A step up or down counts as far
    as one to the right, so that in a line that climbs no digit of the line above comes between.

    Args:
        boxes: float32 [N, 4]: x, y, width, height.

    >>> followers(np.array([(30, 2, 20, 40), (0, 0, 20, 40), (60, 30, 20, 40), (200, 0, 20, 40)], np.float32))
    [-1, 0, -1, -1]
    """
    found = [-1] * len(boxes)
    first, second = overlapping(boxes, boxes)
    (x, y, w, h), (other_x, other_y, other_w, other_h) = boxes[first].T, boxes[second].T
    taller, lower = np.maximum(h, other_h), np.minimum(h, other_h)
    step, climb = other_x - x + (other_w - w) / 2, np.abs(other_y - y + (other_h - h) / 2)
    shared = np.minimum(y + h, other_y + other_h) - np.maximum(y, other_y)
    foot = np.where(h < other_h, y + h - other_y, other_y + other_h - y)  # of the lower one, from the top of the taller
    is_low = (foot >= _LOW[0] * taller) & (foot <= _LOW[1] * taller)
    like = taller <= np.where(is_low, _SMALL_RATIO, _MAX_SIZE_RATIO) * lower
    near = (step > _MIN_STEP * taller) & (shared >= _MIN_SHARED * lower) & like
    near &= other_x - x - w <= _MAX_GAP * taller
    near_pairs = np.flatnonzero(near)
    first, second, far = first[near_pairs], second[near_pairs], (step + climb)[near_pairs]
    nearest, before = (np.full(len(boxes), -1) for _ in range(2))
    order = (-far).argsort(kind="stable")  # the nearest is written last
    nearest[first[order]] = second[order]
    before[second[order]] = first[order]
    for index in np.flatnonzero(nearest >= 0).tolist():
        follower = int(nearest[index])
        if before[follower] == index:
            found[index] = follower
    return found
