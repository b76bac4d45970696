"""Light on the page, and what lens, sensor and file do to the picture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

_FIELD = 48  # light is drawn on a grid this wide
_TILE = 1024


def light(size_wh: tuple[int, int], rng: np.random.Generator, difficulty: float) -> NDArray[np.uint8]:
    """Return how much light falls where, uint8 [H, W, 3], 255 all: gradients, lamps, shadows, vignette, colour cast."""
    width, height = size_wh
    grid_w, grid_h = _FIELD, max(8, round(_FIELD * height / width))
    y, x = np.mgrid[0 : 1 : grid_h * 1j, 0 : 1 : grid_w * 1j]
    field = np.ones((grid_h, grid_w))
    strength = 0.25 + 0.75 * difficulty
    if rng.random() < 0.7:
        angle = rng.uniform(0, 2 * np.pi)
        along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
        field *= 1 + strength * rng.uniform(0.1, 0.75) * along
    if rng.random() < 0.35:
        center_x, center_y = rng.uniform(-0.2, 1.2, 2)
        distance = (x - center_x) ** 2 + (y - center_y) ** 2
        field *= 1 - strength * rng.uniform(0.2, 0.6) * (1 - np.exp(-distance / rng.uniform(0.15, 0.8)))
    if rng.random() < 0.4:
        field *= 1 - strength * rng.uniform(0.1, 0.5) * 2 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    fine = cv2.resize(field.astype(np.float32), (grid_w * 8, grid_h * 8), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.5, 0.3, 0.15, 0.05]))):
        fine *= _shadow(fine.shape[1], fine.shape[0], rng, strength)
    if rng.random() < 0.15:
        fine *= _creases(fine.shape[1], fine.shape[0], rng, strength)
    if rng.random() < 0.08:
        fine += _glare(fine.shape[1], fine.shape[0], rng) * fine.max()
        np.minimum(fine, np.quantile(fine, 0.98), out=fine)
    peak = 1.0 if rng.random() < 0.8 else rng.uniform(0.5, 0.95)
    cast = 1 + 0.10 * strength * rng.standard_normal(3)
    colored = fine[:, :, None] / fine.max() * (cast / cast.max()) * peak
    small = np.clip(255 * colored, 12, 255).astype(np.uint8)
    return np.asarray(cv2.resize(small, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)


def _shadow(width: int, height: int, rng: np.random.Generator, strength: float) -> NDArray[np.float32]:
    """Return float32 [height, width]: 1 in the light, darker in the shadow of a hand, a phone or a window bar."""
    mask = np.zeros((height, width), np.float32)
    kind = rng.random()
    if kind < 0.45:  # half plane
        angle = rng.uniform(0, 2 * np.pi)
        normal = np.array([np.cos(angle), np.sin(angle)])
        center = rng.uniform(0.2, 0.8, 2) * (width, height)
        along = np.array([-normal[1], normal[0]]) * 4 * width
        corners = np.array(
            [center + along, center - along, center - along + normal * 4 * width, center + along + normal * 4 * width]
        )
    elif kind < 0.75:  # a hand or a head
        angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
        waves = rng.normal(0, 0.22, 4) @ np.sin(np.arange(1, 5)[:, None] * angles + rng.uniform(0, 6, (4, 1)))
        radius = (1 + waves) * rng.uniform(0.15, 0.5) * width
        corners = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None] + rng.uniform(0, 1, 2) * (width, height)
    else:  # a bar
        start, end = rng.uniform(-0.2, 1.2, (2, 2)) * (width, height)
        across = np.array([-(end - start)[1], (end - start)[0]])
        across = across / (np.hypot(*across) + 1e-6) * rng.uniform(0.03, 0.15) * width
        corners = np.array([start, end, end + across, start + across])
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1.0)
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.8, 0.05 * width)))
    return np.asarray(1 - strength * rng.uniform(0.2, 0.6) * soft, np.float32)


def _creases(width: int, height: int, rng: np.random.Generator, strength: float) -> NDArray[np.float32]:
    """Return float32 [height, width] around 1: folds, one side brighter than the other."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    field = np.ones((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        angle = rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.1)
        along = (x - rng.uniform(0.2, 0.8) * width) * np.cos(angle) + (y - rng.uniform(0.2, 0.8) * height) * np.sin(angle)
        field *= 1 + np.float32(strength * rng.normal(0, 0.08)) * np.tanh(along / 2) * np.exp(-np.abs(along) / (0.15 * width))
    return field


def _glare(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return float32 [height, width]: a lamp mirrored in a glossy surface."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    spot = ((x / width - rng.random()) / rng.uniform(0.05, 0.2)) ** 2 + (
        (y / height - rng.random()) / rng.uniform(0.05, 0.3)
    ) ** 2
    return np.asarray(rng.uniform(0.2, 0.6) * np.exp(-spot), np.float32)


def scan(image_bgr: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return what a scanner or a screen shows of a page, uint8 [H, W, 3]: no light, no noise, hard contrast now and then."""
    if rng.random() < 0.4:
        gray = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
        low, high = float(np.quantile(gray[::7, ::7], 0.02)), float(np.median(gray))
        if high > low + 20:
            gain = 255 / (0.8 * (high - low))
            image_bgr = np.asarray(
                cv2.cvtColor(cv2.convertScaleAbs(cv2.subtract(gray, low), alpha=gain), cv2.COLOR_GRAY2BGR), np.uint8
            )
    return image_bgr


def photograph(
    image_bgr: NDArray[np.uint8], rng: np.random.Generator, difficulty: float, smallest_px: float
) -> NDArray[np.uint8]:
    """Return what a camera makes of a scene: light, exposure, blur, sharpening, noise, JPEG.

    Args:
        image_bgr: uint8 [H, W, 3], the scene in even light.
        rng: Of everything.
        difficulty: 0 (a scanner) to 1 (a phone in a hurry).
        smallest_px: Height of the smallest digit; blur stays small enough to read it. Infinite if there is none.
    """
    height, width = image_bgr.shape[:2]
    lit = cv2.multiply(image_bgr, light((width, height), rng, difficulty), scale=(1 / 255) * rng.choice([0.85, 1, 1, 1.15]))
    limit = min(0.05 * smallest_px, 0.004 * max(width, height))
    if rng.random() < 0.7:
        sigma = float(rng.uniform(0.2, 1.0)) * difficulty * limit
        if sigma > 0.25:
            lit = cv2.GaussianBlur(lit, (0, 0), sigma)
    if rng.random() < 0.12 * difficulty and limit > 1:
        lit = cv2.filter2D(lit, -1, _motion(rng.uniform(1.5, 3.5) * limit, rng.uniform(0, np.pi)))
    if rng.random() < 0.25:
        soft = cv2.GaussianBlur(lit, (0, 0), 1.2)
        amount = rng.uniform(0.3, 1.2)
        lit = cv2.addWeighted(lit, 1 + amount, soft, -amount, 0)
    if rng.random() < 0.1:
        lit = cv2.cvtColor(cv2.cvtColor(lit, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if smallest_px > 30 and rng.random() < 0.12:  # shown small, then blown up
        factor = rng.uniform(1.2, min(2.5, smallest_px / 16))
        small = cv2.resize(lit, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)
        lit = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    sigma = difficulty * float(rng.choice([0.5, 1.5, 3, 6, 10], p=[0.2, 0.3, 0.3, 0.15, 0.05]))
    noisy = add_noise(np.asarray(lit, np.uint8), sigma, rng)
    if rng.random() < 0.85:
        quality = int(rng.integers(round(92 - 55 * difficulty), 97))
        _, coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
        noisy = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return noisy


def add_noise(image_bgr: NDArray[np.uint8], sigma: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture (uint8 [H, W, 3]) with sensor noise of standard deviation ``sigma``."""
    if sigma < 0.3:
        return image_bgr
    height, width = image_bgr.shape[:2]
    y, x = (int(value) for value in rng.integers(0, _TILE // 2, 2))
    tile = noise_tile()[y : y + _TILE // 2, x : x + _TILE // 2]
    across, down = -(-width // tile.shape[1]), -(-height // tile.shape[0])
    noise = cv2.repeat(tile, down, across)[:height, :width]
    return np.asarray(cv2.addWeighted(image_bgr, 1.0, noise, sigma / 30, -128 * sigma / 30), np.uint8)


@lru_cache(maxsize=1)
def noise_tile() -> NDArray[np.uint8]:
    """Return uint8 [1024, 1024, 3]: grey 128 with grain of standard deviation 30, partly coloured."""
    rng = np.random.default_rng(7)
    gray = rng.standard_normal((_TILE, _TILE, 1)).astype(np.float32)
    color = rng.standard_normal((_TILE, _TILE, 3)).astype(np.float32)
    return np.clip(128 + 30 * (0.8 * gray + 0.6 * color), 0, 255).astype(np.uint8)


def _motion(length_px: float, angle: float) -> NDArray[np.float32]:
    side = max(3, 2 * round(length_px / 2) + 1)
    kernel = np.zeros((side, side), np.float32)
    reach = np.array([np.cos(angle), np.sin(angle)]) * (side - 1) / 2
    middle = (side - 1) / 2
    start, end = np.rint(middle - reach).astype(int).tolist(), np.rint(middle + reach).astype(int).tolist()
    cv2.line(kernel, start, end, 1.0, 1)
    return kernel / kernel.sum()
