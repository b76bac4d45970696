"""A candidate amid what is written around it, as a picture: people, too, tell an l from a 1 by looking at the word.

The network that looks at it lies beside this file and knows nothing of the classifier; models/recipes/glimpse.py and
scripts/make-glimpse say how it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    strengths = strengths_of(layers)
    squares = [_square(candidate, strengths[candidate.level, candidate.light], heights) for candidate in candidates]
    return np.array(scaled(squares, GLIMPSE_PX), np.uint8).reshape(-1, GLIMPSE_PX, GLIMPSE_PX)


def strengths_of(layers: Iterable[InkLayer]) -> dict[tuple[int, bool], NDArray[np.uint8]]:
    """Return how strong the ink of each layer is, by its level and polarity."""
    return {(layer.level, layer.light): layer.strength for layer in layers}


def cut_square(
    corner_xy: tuple[int, int], side: int, own: Sequence[Candidate], strength: NDArray[np.uint8], most: int
) -> NDArray[np.uint8]:
    """Return the ink in a square of a layer, black where it reaches beyond the picture.

    Args:
        corner_xy: Upper left, pixels of the layer; may lie outside.
        side: Pixels of the layer.
        own: At least one candidate of this layer; their ink is bright, all other ink at most half as bright.
        strength: uint8 [h, w], of the layer.
        most: Pixels; a square of twice as many and more is halved.

    Returns:
        uint8 [s, s], s < 2 · ``most``.
    """
    x, y = corner_xy
    seen = strength[max(0, y) : max(0, y + side), max(0, x) : max(0, x + side)]
    square = np.zeros((side, side), np.uint8)
    others = square[max(0, -y) :, max(0, -x) :][: seen.shape[0], : seen.shape[1]]
    others[:] = cv2.min(cv2.convertScaleAbs(seen, alpha=_OTHERS / own[0].contrast), _MOST)
    for candidate in own:
        left, top = candidate.corner_xy[0] - x, candidate.corner_xy[1] - y
        inside = square[
            max(0, top) : max(0, top + candidate.patch.shape[0]), max(0, left) : max(0, left + candidate.patch.shape[1])
        ]
        ink = candidate.patch[max(0, -top) :, max(0, -left) :][: inside.shape[0], : inside.shape[1]]
        np.maximum(inside, ink, out=inside)
    while len(square) >= 2 * most:  # by halves is faster than by a quarter at once
        half = len(square) // 2
        square = cv2.resize(square[: 2 * half, : 2 * half], (half, half), interpolation=cv2.INTER_AREA)
    return square


def _square(candidate: Candidate, strength: NDArray[np.uint8], heights: float) -> NDArray[np.uint8]:
    """Return the square around a candidate, less than twice as large as a glimpse."""
    rows, columns = candidate.patch.shape
    side = round(heights * max(rows, columns / _WIDE))
    left, top = candidate.corner_xy
    corner = left + columns // 2 - side // 2, top + rows // 2 - side // 2
    return cut_square(corner, side, [candidate], strength, GLIMPSE_PX)
