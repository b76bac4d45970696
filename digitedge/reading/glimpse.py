"""A candidate amid what is written around it, as a picture: people, too, tell an l from a 1 by looking at the word.

The network that looks at it lies beside this file and knows nothing of the classifier; models/recipes/glimpse.py and
scripts/make-glimpse say how it was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.patch import scaled
from digitedge.reading.candidates import Candidate
from digitedge.reading.ink import InkLayer

GLIMPSE_PX = 64
"""Side of a glimpse, pixels."""

GLIMPSE_MODEL = Path(__file__).with_name("glimpse-int8.tflite")
"""Glimpse → what stands in its middle: 0 to 9, or no digit."""

HEIGHTS = 4.0
"""Of a candidate, from one side of the glimpses that the network learnt from to the other."""

FAR_HEIGHTS, NEAR_HEIGHTS = HEIGHTS / 0.92, HEIGHTS / 1.12
"""The same of the two views that it is shown: both as it saw glimpses `varied` in training, and they err differently."""

_WIDE = 1.6  # width over height, past which a candidate's width tells its size
_OTHERS = 100  # of 255: other ink as strong as the candidate's own
_MOST = 127  # of 255: other ink however strong


def glimpses(candidates: Iterable[Candidate], layers: list[InkLayer], heights: float = HEIGHTS) -> NDArray[np.uint8]:
    """Return a glimpse of each candidate and of what is around it.

    Args:
        candidates: N of those found in ``layers``.
        layers: Of one picture.
        heights: Of the candidate, from one side of its glimpse to the other.

    Returns:
        uint8 [N, `GLIMPSE_PX`, `GLIMPSE_PX`], a candidate's ink bright in the middle, 1 / ``heights`` of the side high (less
        if it is wide), all other ink of its polarity at most half as bright.
    """
    strengths = {(layer.level, layer.light): layer.strength for layer in layers}
    squares = [_square(candidate, strengths[candidate.level, candidate.light], heights) for candidate in candidates]
    return np.array(scaled(squares, GLIMPSE_PX), np.uint8).reshape(-1, GLIMPSE_PX, GLIMPSE_PX)


def _square(candidate: Candidate, strength: NDArray[np.uint8], heights: float) -> NDArray[np.uint8]:
    """Return the square around a candidate, less than twice as large as a glimpse."""
    rows, columns = candidate.patch.shape
    side = round(heights * max(rows, columns / _WIDE))
    left, top = candidate.corner_xy
    x, y = left + columns // 2 - side // 2, top + rows // 2 - side // 2
    seen = strength[max(0, y) : y + side, max(0, x) : x + side]
    square = np.zeros((side, side), np.uint8)
    others = square[max(0, -y) :, max(0, -x) :][: seen.shape[0], : seen.shape[1]]
    others[:] = cv2.min(cv2.convertScaleAbs(seen, alpha=_OTHERS / candidate.contrast), _MOST)
    own = square[top - y : top - y + rows, left - x : left - x + columns]
    np.maximum(own, candidate.patch, out=own)
    while len(square) >= 2 * GLIMPSE_PX:  # by halves is faster than by a quarter at once
        half = len(square) // 2
        square = cv2.resize(square[: 2 * half, : 2 * half], (half, half), interpolation=cv2.INTER_AREA)
    return square
