"""One glyph as a patch: template, hand, pen, softness."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen, add_grain, draw_path
from digitedge.scenes.strokes import Template

Patch = NDArray[np.uint8]
"""uint8 [H, W], ink bright on 0, tight around the ink."""


LOWEST_PX, HIGHEST_PX = 24, 96


def draw_glyph(templates: Sequence[Template], rng: np.random.Generator) -> Patch:
    """Return one glyph of one label by a random hand and pen, 24–96 px high."""
    hand, pen = Hand.random(rng), Pen.random(rng)
    template = hand.choose(templates, rng)
    height_px = LOWEST_PX + (HIGHEST_PX - LOWEST_PX) * rng.random()
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
