"""Grey picture → ink: how much each pixel differs from the paper around it, at several scales.

Paper is the local median of a window larger than any stroke at that scale: unlike a mean it is not drawn towards the ink,
and it follows shadow edges. A digit of any size is 10 to 128 pixels high in one of the levels, so one window serves them all:

    level 0   full size (at most 2.2 megapixels)     digits of  10 …  72 pixels
    level 1   half of it                             digits of  60 … 144
    level 2   a quarter                              digits of 120 … 288 …
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_MAX_PIXELS = 2_200_000
_MIN_SIDE = 24  # a level smaller than this shows no digit
_SMALL = 60_000  # pixels: a larger level's paper is estimated on every eighth pixel, a smaller one's on every fourth
_WINDOW, _SMALL_WINDOW = 11, 21  # of those, so 88 or 84 pixels: more than twice the thickest stroke of a digit 72 pixels high
_BLOCK = 4  # pixels of one bound, and in a large level rows of one paper
_COARSE = 8  # the noise is looked at on every eighth pixel
_NOISE_WINDOW = 21  # of those
_WEBER = 0.05  # contrast that counts as ink, as a part of the paper's brightness
_NOISE_SIGMAS = 3.5
_LEAST_INK = 8  # pixels of certain ink, without which a layer shows nothing
CERTAIN = 1.7  # times the bound: ink whose core is weaker is noise
_HALO_PX, _HALO = 9, 0.4  # ink within half of that of other ink, and so much weaker, is the other's halo
_MIN_STEP = 4  # grey levels, below which JPEG and 8-bit rounding speak


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
    """Yield the ink of a grey picture, uint8 [H, W]: for each level dark ink, then light ink where there is any."""
    for number, (zoom, level) in enumerate(levels(gray)):
        small = _paper(level)
        paper = _paper_under(level, small)
        # Weber's law: a shadow dims paper and ink alike, so the contrast that counts is relative to the paper.
        blocks_wh = (-(-level.shape[1] // _BLOCK), -(-level.shape[0] // _BLOCK))
        bound = cv2.addWeighted(_grown(small, blocks_wh), _WEBER, _grown(_step(level), blocks_wh), 1.0, 0.0)
        bound = bound.repeat(_BLOCK, axis=1).repeat(_BLOCK, axis=0)[: level.shape[0], : level.shape[1]]
        dark, light = cv2.subtract(paper, level), cv2.subtract(level, paper)
        masks = [cv2.compare(strength, bound, cv2.CMP_GT) for strength in (dark, light)]
        if all(_has_certain_ink(*each, bound) for each in zip(masks, (dark, light), strict=True)):
            masks = [cv2.bitwise_and(masks[0], _no_halo(dark, light)), cv2.bitwise_and(masks[1], _no_halo(light, dark))]
        for is_light, mask, strength in zip((False, True), masks, (dark, light), strict=True):
            if _has_certain_ink(mask, strength, bound):
                yield InkLayer(zoom, strength, mask, bound, is_light, number)


def _no_halo(strength: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 [h, w], 255 where ink is no halo of stronger ink of the other polarity: cameras sharpen, JPEG rings."""
    near = cv2.dilate(other, np.ones((_HALO_PX, _HALO_PX), np.uint8))
    return cv2.compare(strength, cv2.convertScaleAbs(near, alpha=_HALO), cv2.CMP_GT)


def _has_certain_ink(mask: NDArray[np.uint8], strength: NDArray[np.uint8], bound: NDArray[np.uint8]) -> bool:
    """Return whether enough pixels are far past the bound: where there is writing, every eighth row mostly tells."""
    if cv2.countNonZero(mask) < _LEAST_INK:
        return False
    for rows in (slice(None, None, 8), slice(None)):
        certain = cv2.convertScaleAbs(bound[rows], alpha=CERTAIN)
        if cv2.countNonZero(cv2.compare(strength[rows], certain, cv2.CMP_GT)) >= _LEAST_INK:
            return True
    return False


def paper_of(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of the paper under each pixel, uint8 [h, w]."""
    return _paper_under(level, _paper(level))


def _paper(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the paper's brightness on every eighth pixel, in a small level on every fourth.

    Always the median of means of 4×4 pixels: larger blocks would mostly be partly ink.
    """
    quarter = _half(_half(level))
    if level.size < _SMALL:
        return cv2.medianBlur(quarter, _SMALL_WINDOW)
    return cv2.medianBlur(np.ascontiguousarray(quarter[::2, ::2]), _WINDOW)


def _paper_under(level: NDArray[np.uint8], small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the paper under each pixel, uint8 [h, w], from what `_paper` gave; in a large level `_BLOCK` rows share it."""
    height, width = level.shape
    if level.size < _SMALL:
        return _grown(small, (width, height))
    return _grown(small, (width, -(-height // _BLOCK))).repeat(_BLOCK, axis=0)[:height]


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
