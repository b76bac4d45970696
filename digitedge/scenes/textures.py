"""What lies around and under paper: wood, cloth, stone, keyboards, heaps of things."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.optics import noise_tile

Picture = NDArray[np.uint8]
"""uint8 [H, W, 3], blue, green, red."""

DESKS: dict[str, float] = {
    "wood": 0.26,
    "cloth": 0.14,
    "granite": 0.12,
    "plain": 0.18,
    "gravel": 0.05,
    "fur": 0.04,
    "keyboard": 0.06,
    "stripes": 0.04,
    "tiles": 0.05,
    "things": 0.06,
}
"""Surfaces that nobody writes on, and how often they lie under the paper."""


def random_desk(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Return some table top: uint8 [H, W, 3]."""
    return desk(size_wh, str(rng.choice(list(DESKS), p=list(DESKS.values()))), rng)


def desk(size_wh: tuple[int, int], kind: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a table top: uint8 [H, W, 3]; kind is one of `DESKS`."""
    width, height = size_wh
    tone = rng.uniform(0.35, 1.15)
    if kind in _DRAWN:
        image = _DRAWN[kind](size_wh, rng)
        grainy = cv2.resize(_pattern("granite")[:256, :256], (width, height), interpolation=cv2.INTER_LINEAR)
        soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 0.004 * width + 0.5)))
        grainy = cv2.addWeighted(grainy, 0.4, grainy, 0.0, 96)
        return np.asarray(cv2.multiply(soft, cv2.cvtColor(grainy, cv2.COLOR_GRAY2BGR), scale=1 / 160), np.uint8)
    color = {
        "wood": np.array([70, 115, 165]),
        "cloth": rng.uniform(40, 210, 3),
        "granite": np.full(3, rng.uniform(60, 190)),
        "gravel": rng.uniform(80, 190) + rng.uniform(-20, 20, 3),
        "fur": rng.uniform(40, 200, 3),
        "plain": rng.uniform(20, 230, 3),
    }[kind]
    pattern = _pattern(kind)
    if rng.random() < 0.5:
        pattern = pattern.T
    zoom = rng.uniform(1.0, 2.5) * max(width, height) / 512
    rows, columns = (min(512, max(2, round(side / zoom))) for side in (height, width))
    y, x = int(rng.integers(513 - rows)), int(rng.integers(513 - columns))
    part = np.ascontiguousarray(pattern[y : y + rows, x : x + columns])
    large = cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.merge([cv2.convertScaleAbs(large, alpha=float(c) * tone / 160) for c in color]), np.uint8)


@lru_cache(maxsize=8)
def _pattern(kind: str) -> NDArray[np.uint8]:
    noise = noise_tile()[:512, :512, 0].astype(np.float32) - 128
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    if kind == "wood":
        slow = cv2.GaussianBlur(noise, (0, 0), sigmaX=60, sigmaY=10) * 60
        fine = cv2.GaussianBlur(noise, (0, 0), sigmaX=18, sigmaY=0.8) * 2.2
        level = 160 + 22 * np.sin(y / 9 + slow / 14) + fine
    elif kind == "cloth":
        level = (
            150
            + 28 * np.sin(x * 0.9) * np.sin(y * 0.9)
            + cv2.GaussianBlur(noise, (0, 0), 1.0)
            + 14 * np.sin(x / 37) * np.sin(y / 23)
        )
    elif kind == "granite":
        level = 150 + 1.8 * cv2.GaussianBlur(noise, (0, 0), 1.5) + 7 * cv2.GaussianBlur(noise, (0, 0), 5)
    elif kind == "gravel":
        bumps = cv2.GaussianBlur(noise, (0, 0), 3.5)
        level = 150 + 60 * np.tanh(bumps / 2.5) + 0.5 * noise
    elif kind == "fur":
        level = 150 + 5 * cv2.GaussianBlur(noise, (0, 0), sigmaX=9, sigmaY=0.9) + 4 * cv2.GaussianBlur(noise, (0, 0), 12)
    else:
        level = 160 + 0.15 * noise
    return np.clip(level, 0, 255).astype(np.uint8)


def _keyboard(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    width, height = size_wh
    color = np.full(3, rng.uniform(25, 60))
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(color * 0.6, 0, 255)
    pitch = max(12, round(rng.uniform(0.05, 0.12) * max(size_wh)))
    gap = max(2, pitch // 8)
    key = np.clip(color + rng.uniform(10, 40), 0, 255).tolist()
    for row, y in enumerate(range(0, height, pitch)):
        for x in range(-(row * pitch // 3) % pitch - pitch, width, pitch):
            cv2.rectangle(image, (x + gap, y + gap), (x + pitch, y + pitch), key, -1)
            letter = "ACDEFGHKLMNPRTUVWXY<>#+*"[int(rng.integers(24))]
            cv2.putText(image, letter, (x + pitch // 3, y + 3 * pitch // 4), 0, pitch / 55, (190, 190, 190), 1, cv2.LINE_AA)
    return image


def _muted(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return colours (float64 [..., 3]) with less saturation: most things are nearly grey."""
    gray = colors.mean(axis=-1, keepdims=True)
    return gray + 0.45 * (colors - gray)


def _stripes(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Blinds, planks, book spines, a checked cloth: bands of a few colours, across or both ways."""
    width, height = size_wh
    colors = _muted(rng.uniform(30, 230, (4, 3)))

    def bands(length: int) -> NDArray[np.float64]:
        edges = np.cumsum(rng.uniform(0.01, rng.choice([0.04, 0.2]), 200) * length)
        return colors[np.searchsorted(edges, np.arange(length)) % 4 % int(rng.integers(2, 5))]

    image = np.broadcast_to(bands(height)[:, None], (height, width, 3))
    if rng.random() < 0.4:
        image = 0.5 * (image + bands(width)[None])
    return image.astype(np.uint8)


def _tiles(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Floor tiles or bricks with joints."""
    width, height = size_wh
    base = _muted(rng.uniform(60, 220, 3))
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(base * rng.uniform(0.5, 1.3), 0, 255)
    tall = max(8, round(rng.uniform(0.06, 0.3) * height))
    wide = round(tall * rng.uniform(0.8, 3))
    joint = max(1, round(tall * rng.uniform(0.02, 0.1)))
    shift = wide // 2 if rng.random() < 0.6 else 0
    for row, y in enumerate(range(0, height, tall)):
        for x in range(-wide + (row % 2) * shift, width, wide):
            tone = np.clip(base * rng.uniform(0.85, 1.1), 0, 255).tolist()
            cv2.rectangle(image, (x + joint, y + joint), (x + wide, y + tall), tone, -1)
    return image


def _things(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A heap of objects out of focus or sharp: boxes, cups, leaves, cables."""
    width, height = size_wh
    image = np.empty((height, width, 3), np.uint8)
    image[:] = rng.uniform(30, 220, 3).astype(np.uint8)
    size = rng.uniform(0.03, 0.25) * max(size_wh)
    leafy = rng.random() < 0.3
    for _ in range(int(rng.integers(5, 60))):
        color = (rng.uniform([20, 60, 10], [90, 180, 110]) if leafy else _muted(rng.uniform(10, 245, 3))).tolist()
        center = rng.uniform(0, 1, 2) * size_wh
        axes = size * rng.uniform(0.2, 1.2, 2)
        shape = (center.tolist(), (2 * axes).tolist(), float(rng.uniform(0, 180)))
        if leafy or rng.random() < 0.4:
            cv2.ellipse(image, shape, color, -1, cv2.LINE_AA)
        elif rng.random() < 0.7:
            cv2.fillPoly(image, [np.rint(cv2.boxPoints(shape)).astype(np.int32)], color, cv2.LINE_AA)
        else:
            angles = np.linspace(rng.uniform(0, 6), rng.uniform(0, 6), 20)
            cable = center + np.stack([np.cos(angles), np.sin(1.3 * angles)], axis=1) * axes * 2
            cv2.polylines(image, [np.rint(cable).astype(np.int32)], False, color, max(2, int(size / 12)), cv2.LINE_AA)
    return image


_DRAWN: dict[str, Callable[[tuple[int, int], np.random.Generator], Picture]] = {
    "keyboard": _keyboard,
    "stripes": _stripes,
    "tiles": _tiles,
    "things": _things,
}
