"""Grey picture → ink: how much each pixel differs from the paper around it, at several scales.

Paper is the local median of a window larger than any stroke at that scale: unlike a mean it is not drawn towards the ink,
and it follows shadow edges. A digit of any size is 10 to 128 pixels high in one of the levels, so one window serves them all:

    level 0   full size (at most 2.2 megapixels)     digits of  10 …  72 pixels
    level 1   half of it                             digits of  60 … 144
    level 2   a quarter                              digits of 120 … 288 …
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

_MAX_PIXELS = 2_200_000
_MIN_SIDE = 24  # a level smaller than this shows no digit
_SMALL = 60_000  # pixels: a larger level's paper is estimated on every eighth pixel, a smaller one's on every fourth
_WINDOW, _SMALL_WINDOW = 11, 21  # of those, so 88 or 84 pixels: more than twice the thickest stroke of a digit 72 pixels high
_BLOCK = 4  # pixels, side of a square of one bound, and in a large level of one paper
_COARSE = 8  # the noise is looked at on every eighth pixel
_NOISE_WINDOW = 21  # of those
_WEBER = 0.05  # contrast that counts as ink, as a part of the paper's brightness
_NOISE_SIGMAS = 3.5
_LEAST_INK = 8  # pixels of certain ink, without which a layer shows nothing
CERTAIN = 1.7  # times the bound: ink whose core is weaker is noise
_HALO_PX, _HALO = 9, 0.4  # ink within half of that of other ink, and so much weaker, is the other's halo
_MIN_STEP = 4  # grey levels, below which JPEG and 8-bit rounding speak
_CELL_PX = 4  # of a square of which one pixel of ink is enough: breaks in a stroke are bridged
_SMALL_CELLS = 19  # in height: ink of at most 72 pixels touches no more


@dataclass(frozen=True, slots=True)
class InkLayer:
    """Ink of one polarity at one scale.

    Attributes:
        zoom: Picture pixels per pixel of this layer.
        strength: uint8 [h, w], absolute difference to the paper where the polarity fits, else 0.
        mask: uint8 [h, w], 255 where the strength is past the threshold.
        bound: uint8 [h, w], the strength past which a pixel counts as ink.
        light: True for light ink on dark ground.
        level: 0 for the finest.
    """

    zoom: float
    strength: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    bound: NDArray[np.uint8]
    light: bool
    level: int


def levels(gray: NDArray[np.uint8]) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield (zoom, uint8 [h, w]) from the finest scale to the coarsest; zoom is picture pixels per level pixel."""
    height, width = gray.shape
    zoom = max(1.0, (height * width / _MAX_PIXELS) ** 0.5)
    level = gray if zoom == 1.0 else _shrunk(gray, max(1, round(width / zoom)), max(1, round(height / zoom)))
    while min(level.shape) >= _MIN_SIDE:
        yield width / level.shape[1], level
        level = _half(level)


def ink_layers(gray: NDArray[np.uint8]) -> Iterator[InkLayer]:
    """Yield the ink of a grey picture, uint8 [H, W]: for each level dark ink, then light ink where there is any.

    Where no ink is higher than a level's digits are, nothing is left for the coarser ones, and they are not looked at.
    """
    for number, (zoom, level) in enumerate(levels(gray)):
        paper, bound = _paper_and_bound(level)
        strengths = ((False, cv2.subtract(paper, level)), (True, cv2.subtract(level, paper)))
        every = [InkLayer(zoom, s, cv2.compare(s, bound, cv2.CMP_GT), bound, is_light, number) for is_light, s in strengths]
        layers = [layer for layer in every if _has_certain_ink(layer)]
        if len(layers) == 2:
            layers = [layer for layer in map(_without_halo, layers, layers[::-1]) if _has_certain_ink(layer)]
        yield from layers
        if layers and all(_is_small(layer.mask) for layer in layers):
            return


def _is_small(mask: NDArray[np.uint8]) -> bool:
    """Return whether none of a layer's ink is higher than the digits of its level."""
    height, width = (side - side % _CELL_PX for side in mask.shape)
    first, second, third, fourth = (mask[row:height:_CELL_PX, :width] for row in range(_CELL_PX))
    rows = cv2.bitwise_or(cv2.bitwise_or(first, second), cv2.bitwise_or(third, fourth))
    cells = (rows.view(np.uint32) != 0).view(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(cells, 8, cv2.CV_32S, cv2.CCL_BBDT)
    return bool(stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0) <= _SMALL_CELLS)


def _without_halo(layer: InkLayer, other: InkLayer) -> InkLayer:
    """Return a layer without what is a halo of stronger ink of the other polarity: cameras sharpen, JPEG rings."""
    near = cv2.dilate(other.strength, np.ones((_HALO_PX, _HALO_PX), np.uint8))
    is_own = cv2.compare(layer.strength, cv2.convertScaleAbs(near, alpha=_HALO), cv2.CMP_GT)
    return replace(layer, mask=cv2.bitwise_and(layer.mask, is_own))


def _has_certain_ink(layer: InkLayer) -> bool:
    """Return whether enough pixels are far past the bound: where there is writing, every eighth row mostly tells."""
    if cv2.countNonZero(layer.mask) < _LEAST_INK:
        return False
    for rows in (slice(None, None, 8), slice(None)):
        certain = cv2.convertScaleAbs(layer.bound[rows], alpha=CERTAIN)
        if cv2.countNonZero(cv2.compare(layer.strength[rows], certain, cv2.CMP_GT)) >= _LEAST_INK:
            return True
    return False


def _paper_and_bound(level: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the paper's brightness under each pixel and what ink there differs by at least, both uint8 [h, w]."""
    small = _paper(level)
    blocks_wh = (-(-level.shape[1] // _BLOCK), -(-level.shape[0] // _BLOCK))
    blocks = _grown(small, blocks_wh)
    paper = _grown(small, level.shape[::-1]) if level.size < _SMALL else _spread(blocks, level.shape)
    # Weber's law: a shadow dims paper and ink alike, so the contrast that counts is relative to the paper.
    return paper, _spread(cv2.addWeighted(blocks, _WEBER, _grown(_step(level), blocks_wh), 1.0, 0.0), level.shape)


def paper_of(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of the paper under each pixel, uint8 [h, w]."""
    return _grown(_paper(level), level.shape[::-1])


def _paper(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the paper's brightness on every eighth pixel, in a small level on every fourth.

    Always the median of means of 4×4 pixels: larger blocks would mostly be partly ink.
    """
    quarter = _half(_half(level))
    if level.size < _SMALL:
        return cv2.medianBlur(quarter, _SMALL_WINDOW)
    return cv2.medianBlur(np.ascontiguousarray(quarter[::2, ::2]), _WINDOW)


def _spread(blocks: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return uint8 of a shape, each value of uint8 [n, m] on a square of `_BLOCK` pixels: four bytes make one number."""
    rows = (blocks.astype(np.uint32) * np.uint32(0x01010101)).view(np.uint8)
    squares = np.broadcast_to(rows[:, None], (len(rows), _BLOCK, rows.shape[1])).reshape(-1, rows.shape[1])
    return squares[: shape[0], : shape[1]]


def _step(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how far noise and fine texture reach, on every eighth pixel, uint8 grey levels, at least `_MIN_STEP`.

    The local median absolute difference of pixels two apart, 0.95 standard deviations of normal noise: shading does not move
    it, and ink does so only along its edges.
    """
    difference = cv2.absdiff(level[::_COARSE, :-2:_COARSE], level[::_COARSE, 2::_COARSE])
    return cv2.max(cv2.convertScaleAbs(cv2.medianBlur(difference, _NOISE_WINDOW), alpha=_NOISE_SIGMAS / 0.95), _MIN_STEP)


def _grown(image: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    return cv2.resize(image, size_wh, interpolation=cv2.INTER_LINEAR_EXACT)


def _half(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return _shrunk(image, max(1, image.shape[1] // 2), max(1, image.shape[0] // 2))


def _shrunk(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
