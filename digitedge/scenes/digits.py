"""Patches with drawn digits, and with what is no digit: data to learn and test from that needs no download."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.digit_styles import DIGITS
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen, add_grain, draw_path
from digitedge.scenes.strokes import Template

Patch = NDArray[np.uint8]
"""uint8 [H, W], ink bright on 0, tight around the ink."""


def draw_digits(count: int, seed: int) -> tuple[list[Patch], NDArray[np.int64]]:
    """Return ``count`` handwritten digits of many hands and pens, and what they are.

    Args:
        count: How many; each digit occurs ``count / 10`` times, up to one.
        seed: The same seed gives the same digits.

    Returns:
        Patches (uint8 [H, W], about 24–96 px high, ink bright on 0, tight) and labels (int64 [count], 0..9), shuffled.
    """
    rng = np.random.default_rng((seed, 1))
    labels = rng.permutation(np.arange(count, dtype=np.int64) % 10)
    return [draw_glyph(DIGITS[int(label)], rng) for label in labels], labels


def draw_glyph(templates: Sequence[Template], rng: np.random.Generator) -> Patch:
    """Return one glyph of one label by a random hand and pen, 24–96 px high."""
    hand, pen = Hand.random(rng), Pen.random(rng)
    template = hand.choose(templates, rng)
    height_px = 24 + 72 * rng.random()
    path_px = hand.trace(template, rng) * height_px
    ink, _ = draw_path(path_px, template.stroke_ends, max(1.2, pen.width * height_px), pen.pressure, rng)
    return finish(ink, pen, rng)


def finish(ink: Patch, pen: Pen, rng: np.random.Generator) -> Patch:
    """Return ``ink`` with the pen's grain and strength and a camera's softness, tight."""
    if pen.grain > 0.05:
        ink = add_grain(ink, pen.grain, rng)
    softness = float(rng.random())
    if softness > 0.4:
        sigma = 0.4 + 1.4 * (softness - 0.4)
        ink = cv2.copyMakeBorder(ink, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0).astype(np.uint8, copy=False)
        ink = cv2.GaussianBlur(ink, (5, 5), sigma).astype(np.uint8, copy=False)
    peak = max(1, int(ink.max()))
    ink = cv2.convertScaleAbs(ink, alpha=255 * pen.strength / peak).astype(np.uint8, copy=False)
    ink[ink < 16] = 0
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width]
