"""Is this frame the same picture as the one that was read last? Then what was read still holds, for a fraction of the work.

A camera on a tripod looks at a page that mostly does not change. Frames are compared as small pictures, a 4×4 block a pixel,
which takes most of the sensor's noise away and leaves every digit that can be read: even a thin, pale one darkens its blocks by
more than the noise does.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK_PX = 4
_CHANGE_NOISE, _LEAST_CHANGE = 7.0, 3.0  # in deviations of the blocks' noise (20,000 blocks reach 4.3), and in grey levels
_DEVIATION_OF_MEAN = 1.2533  # a normal distribution's, over its mean absolute value: sqrt(pi / 2)
_MOST_NOISE = 8.5  # grey levels: pixels' noise of 20 in light that fell to 0.6 is 9.8 and reaches 53; a wide change is no noise
READ_AGAIN_S = 5.0  # a still picture is read this often, whatever it looks like


class Stillness:
    """Remembers the picture that was read last."""

    def __init__(self) -> None:
        self._small: NDArray[np.float32] | None = None
        self._mean = 0.0
        self._time = 0.0

    def is_same(self, small: NDArray[np.uint8], time: float) -> bool:
        """Tell whether a frame shows what the one that was read last showed, in brighter or darker light or not.

        Args:
            small: uint8 [h, w], the frame as `shrunk` gives it.
            time: Of the frame, seconds.
        """
        if self._small is None or small.shape != self._small.shape or not 0 <= time - self._time < READ_AGAIN_S:
            return False
        gain = self._mean / max(cv2.mean(small)[0], 1.0)
        change = cv2.absdiff(small * np.float32(gain), self._small)
        noise = min(_DEVIATION_OF_MEAN * cv2.mean(change)[0], _MOST_NOISE)
        return cv2.norm(change, cv2.NORM_INF) < max(_LEAST_CHANGE, _CHANGE_NOISE * noise)

    def remember(self, small: NDArray[np.uint8], time: float) -> None:
        """Note the frame that is being read; ``small`` as in `is_same`."""
        self._small, self._time = small.astype(np.float32), time
        self._mean = cv2.mean(small)[0]


def shrunk(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean of each block of a picture, uint8 [about H/4, about W/4]. Halving twice is OpenCV's fastest way there."""
    height, width = gray.shape
    half = cv2.resize(gray, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    return cv2.resize(half, (max(1, width // BLOCK_PX), max(1, height // BLOCK_PX)), interpolation=cv2.INTER_AREA)
