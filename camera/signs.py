"""Signs between digits over frames: a point that most frames show joins "3.5", a speck that one frame shows parts nothing.

Signs are the ink beside the digits that is no digit (`digitedge.reading.page.Page.signs`). They move with the digits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.page import Reading

_KEEP = 0.9  # of what was counted, from one frame that is read to the next: a memory of ten
_STEADY_SEEN, _STEADY_SHARE = 2.5, 0.6  # frames it was seen in (three in a row are 2.7), and which part of them all
_HELD_SHARE = 0.3  # of them all, for one that is steady already
_FORGOTTEN = 0.15
_APART, _APART_PX = 0.5, 2.0  # of its longer side, and beyond, between its middles in two frames
_BESIDE, _ABOVE = 1.0, 0.5  # heights of a digit: what is farther away says nothing about its number
_BOX, _SEEN, _LOOKS, _STEADY = slice(0, 4), 4, 5, 6  # columns of what is known of a sign


class SteadySigns:
    """The signs in view, as often as they are seen."""

    def __init__(self) -> None:
        self._known = np.empty((0, 7))

    def update(
        self, signs: NDArray[np.int32], readings: tuple[Reading, ...], shift_xy: tuple[float, float]
    ) -> NDArray[np.int32]:
        """Take the signs of a frame that was read; return the steady ones, int32 [K, 4], where they are in it.

        Args:
            signs: int32 [M, 4]: x, y, width, height, pixels of the frame.
            readings: The frame's digits.
            shift_xy: How far the digits have moved since the last frame that was read, pixels.
        """
        signs, known = signs[_near(signs, readings)], self._known
        known[:, :2] += shift_xy
        known[:, _SEEN] *= _KEEP
        known[:, _LOOKS] = known[:, _LOOKS] * _KEEP + 1
        old, found = _matched(known[:, _BOX], signs)
        known[old, _BOX] = signs[found]
        known[old, _SEEN] += 1
        fresh = np.delete(signs, found, axis=0)
        known = np.concatenate([known, np.column_stack([fresh, np.full((len(fresh), 3), (1, 1, 0))])])
        share = known[:, _SEEN] / known[:, _LOOKS]
        is_new = (known[:, _SEEN] >= _STEADY_SEEN) & (share >= _STEADY_SHARE)
        known[:, _STEADY] = is_new | ((known[:, _STEADY] > 0) & (share >= _HELD_SHARE))
        self._known = known[share >= _FORGOTTEN]
        return np.rint(self._known[self._known[:, _STEADY] > 0, _BOX]).astype(np.int32)


def _near(signs: NDArray[np.int32], readings: tuple[Reading, ...]) -> NDArray[np.bool_]:
    """Return bool [M]: which signs stand beside a digit."""
    if not readings:
        return np.zeros(len(signs), bool)
    x, y, w, h = np.array([reading.box_xywh for reading in readings], np.float64).T
    middle_x, middle_y = (signs[:, axis, None] + signs[:, axis + 2, None] / 2 for axis in (0, 1))
    beside = (middle_x > x - _BESIDE * h) & (middle_x < x + w + _BESIDE * h)
    level = (middle_y > y - _ABOVE * h) & (middle_y < y + (1 + _ABOVE) * h)
    return (beside & level).any(axis=1)


def _matched(known: NDArray[np.float64], signs: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which known sign is which of this frame's, the nearest pairs, no sign twice; indices of both."""
    if not len(known) or not len(signs):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    apart = np.abs((known[:, None, :2] + known[:, None, 2:] / 2) - (signs[None, :, :2] + signs[None, :, 2:] / 2)).max(axis=2)
    nearest, of_nearest = apart.argmin(axis=1), apart.argmin(axis=0)
    each = np.arange(len(known))
    room = _APART * np.maximum(known[:, 2:].max(axis=1), signs[nearest, 2:].max(axis=1)) + _APART_PX
    mutual = np.flatnonzero((of_nearest[nearest] == each) & (apart[each, nearest] <= room))
    return mutual, nearest[mutual]
