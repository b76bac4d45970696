"""Pens, and the ink they leave along a path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates
_TILE_PX = 512


@dataclass(frozen=True, slots=True)
class Pen:
    """What writes.

    Attributes:
        kind: "ball", "felt", "pencil" or "chalk".
        width: Stroke width, relative to the glyph's height.
        pressure: How much the width swings along a stroke, 0..1.
        grain: How much of the paper's tooth shows in the stroke, 0..1.
        strength: Brightness of full ink, 0..1.
    """

    kind: str
    width: float
    pressure: float
    grain: float
    strength: float

    @classmethod
    def random(cls, rng: np.random.Generator, kind: str | None = None) -> Pen:
        """Return some pen, of ``kind`` if given."""
        if kind is None:
            kind = ("ball", "ball", "ball", "felt", "felt", "pencil", "pencil", "chalk")[int(rng.integers(8))]
        u, v, w, s = rng.random(4)
        if kind == "felt":
            return cls(kind, 0.07 + 0.10 * u + 0.08 * u**4, 0.25 * v, 0.1 * w, 0.9 + 0.1 * s)
        if kind == "pencil":
            return cls(kind, 0.025 + 0.05 * u, 0.4 * v, 0.2 + 0.45 * w, 0.7 + 0.3 * s)
        if kind == "chalk":
            return cls(kind, 0.06 + 0.09 * u, 0.4 * v, 0.3 + 0.5 * w, 0.85 + 0.15 * s)
        return cls(kind, 0.03 + 0.08 * u, 0.5 * v, 0.15 * w, 0.85 + 0.15 * s)


def draw_path(
    path_px: NDArray[np.float64], stroke_ends: Sequence[int], width_px: float, pressure: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return the ink along a path, anti-aliased, and where its upper left corner lies.

    Args:
        path_px: float64 [M, 2], x and y, pixels.
        stroke_ends: Index one past the last point of each stroke.
        width_px: Mean stroke width, pixels.
        pressure: Swing of the width along a stroke, 0..1.
        rng: Of the swing.

    Returns:
        uint8 [H, W], 255 full ink, tight around it; and its (x, y), whole pixels.
    """
    scale = 4 if width_px < 3 else 2
    margin = int(width_px) + 3
    low, high = path_px.min(axis=0).tolist(), path_px.max(axis=0).tolist()
    left, top = math.floor(low[0]) - margin, math.floor(low[1]) - margin
    right, bottom = math.ceil(high[0]) + margin, math.ceil(high[1]) + margin
    canvas = np.zeros(((bottom - top) * scale, (right - left) * scale), np.uint8)
    points = np.rint((path_px - (left, top)) * (scale << _SHIFT)).astype(np.int32)
    turns = np.arange(len(points)) * (5 / len(points) * (1 + rng.random())) + 6 * rng.random()
    widths = (width_px * scale * (1 + 0.6 * pressure * np.sin(turns)) + 0.5).astype(int).clip(1).tolist()
    first = 0
    for end in stroke_ends:
        if pressure < 0.1:
            cv2.polylines(canvas, [points[first:end]], False, 255, widths[first], cv2.LINE_8, _SHIFT)
        else:
            for piece in range(first, end - 1, 3):
                last = min(piece + 4, end)
                cv2.polylines(canvas, [points[piece:last]], False, 255, widths[piece], cv2.LINE_8, _SHIFT)
        first = end
    small = cv2.resize(canvas, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    x, y, width, height = cv2.boundingRect(small)
    return small[y : y + height, x : x + width].astype(np.uint8, copy=False), (left + x, top + y)


def add_grain(ink: NDArray[np.uint8], grain: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return ``ink`` (uint8 [H, W]) with the paper's tooth showing through; ``grain`` in 0..1."""
    tooth = grain_tile()
    height, width = ink.shape
    if height > _TILE_PX // 2 or width > _TILE_PX // 2:
        tooth = np.tile(tooth, (2 * height // _TILE_PX + 1, 2 * width // _TILE_PX + 1))
    y, x = (int(value) for value in rng.integers(0, _TILE_PX // 2, 2))
    part = tooth[y : y + height, x : x + width]
    kept = cv2.addWeighted(part, grain, part, 0.0, 255 * (1 - grain))
    return np.asarray(cv2.multiply(ink, kept, scale=1 / 255), np.uint8)


@lru_cache(maxsize=1)
def grain_tile() -> NDArray[np.uint8]:
    """Return uint8 [512, 512]: the tooth of paper, 0 where ink does not reach."""
    noise = np.random.default_rng(20).standard_normal((_TILE_PX, _TILE_PX)).astype(np.float32)
    rough = cv2.GaussianBlur(noise, (0, 0), 0.8) * 2.2 + 0.9 * cv2.GaussianBlur(noise, (0, 0), 2.0) * 3
    return np.clip(150 + 110 * rough, 0, 255).astype(np.uint8)
