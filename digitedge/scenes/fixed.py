"""The one fixed page: 640×480, 24 digits, the same bytes on every machine.

Benchmarks and the demo need a picture that never changes. Everything here is whole numbers in NumPy (curves, pens, light,
noise), because floating point and OpenCV's drawing may round differently elsewhere; a test holds the SHA-256.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import around
from digitedge.scenes.digit_styles import DIGITS
from digitedge.scenes.strokes import Template
from digitedge.scenes.truth import Box, Scene, TrueDigit, TrueNumber

WIDTH, HEIGHT = 640, 480
_FINE = 4  # ink is drawn this many times larger, then averaged
_STEPS = 24  # path points between two control points
_INK = np.array([88, 52, 38], np.int64)  # blue, green, red of a dark blue ball pen
_PAPER = np.array([232, 240, 243], np.int64)

# text, left, top, height in pixels, lean in hundredths, pen radius in quarter pixels
_NUMBERS: tuple[tuple[str, int, int, int, int, int], ...] = (
    ("1024", 60, 60, 56, 8, 7),
    ("768", 300, 54, 60, -6, 8),
    ("35", 505, 66, 48, 14, 6),
    ("90213", 52, 190, 50, 18, 6),
    ("46", 350, 184, 62, 4, 9),
    ("7", 530, 196, 46, 10, 6),
    ("8159", 84, 330, 58, 0, 8),
    ("620", 390, 338, 44, 22, 6),
)

# By name, so that new styles do not change the page.
_STYLES: tuple[tuple[str, ...], ...] = (
    ("plain", "loop"),
    ("upstroke", "foot", "bar"),
    ("plain", "looped", "wave"),
    ("round", "flat"),
    ("open", "closed"),
    ("detached", "attached"),
    ("curled", "straight"),
    ("crossed", "plain"),
    ("s-start", "two-circles"),
    ("straight", "curled"),
)


def fixed_scene() -> Scene:
    """Return the fixed page with its truth: eight numbers, 24 digits, uneven light, paper noise."""
    ink = np.zeros((HEIGHT, WIDTH), np.int64)
    digits: list[TrueDigit] = []
    numbers: list[TrueNumber] = []
    for text, left, top, height, lean, radius in _NUMBERS:
        first = len(digits)
        for character in text:
            earlier = sum(digit.digit == int(character) for digit in digits)
            style = _STYLES[int(character)][earlier % len(_STYLES[int(character)])]
            template = next(template for template in DIGITS[int(character)] if template.style == style)
            box = _draw(ink, template, left, top + (5 * len(digits)) % 7, height, lean, radius)
            digits.append(TrueDigit(int(character), box))
            left = box[0] + box[2] + height // 6
        members = tuple(range(first, len(digits)))
        numbers.append(TrueNumber(text, around([digit.box_xywh for digit in digits[first:]]), members))
    return Scene(_photograph(ink), tuple(digits), tuple(numbers), (), "fixed")


def _draw(ink: NDArray[np.int64], template: Template, left: int, top: int, height: int, lean: int, radius: int) -> Box:
    """Add a digit to ``ink`` (0..255); return its tight box."""
    path = np.concatenate([_curve(stroke.split()) for stroke in template.path.split(";")])  # in 1/3200 of the height
    across = path[:, 0] + (3200 - path[:, 1]) * lean // 100
    x = (across - across.min()) * height * _FINE // 3200 + _FINE * radius
    y = path[:, 1] * height * _FINE // 3200 + _FINE * radius
    rows, columns = (int(side.max()) // _FINE + radius + 1 for side in (y, x))
    fine = np.zeros((rows * _FINE, columns * _FINE), np.bool_)
    disc_y, disc_x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    for dx, dy in zip(disc_x.ravel().tolist(), disc_y.ravel().tolist(), strict=True):
        if dx * dx + dy * dy <= radius * radius + radius:
            fine[y + dy, x + dx] = True
    cover = fine.reshape(rows, _FINE, columns, _FINE).sum(axis=(1, 3), dtype=np.int64) * 255 // (_FINE * _FINE)
    corner_x, corner_y = left - radius, top - radius
    part = ink[corner_y : corner_y + rows, corner_x : corner_x + columns]
    np.maximum(part, cover, out=part)
    lines, rises = np.flatnonzero(cover.max(axis=1) >= 72), np.flatnonzero(cover.max(axis=0) >= 72)
    return (
        corner_x + int(rises[0]),
        corner_y + int(lines[0]),
        int(rises[-1] - rises[0]) + 1,
        int(lines[-1] - lines[0]) + 1,
    )


def _curve(tokens: list[str]) -> NDArray[np.int64]:
    """Return int64 [M, 2]: one stroke's Catmull-Rom curve (see `strokes`) in units of 1/3200 of the glyph's height."""
    corners = [token.endswith("!") for token in tokens]
    points = np.array([[int(value) for value in token.rstrip("!").split(",")] for token in tokens], np.int64)
    last = len(points) - 1
    u = np.arange(_STEPS + 1, dtype=np.int64)[:, None]
    pieces = []
    for segment in range(last):
        p1, p2 = points[segment], points[segment + 1]
        p0 = p1 if segment == 0 or corners[segment] else points[segment - 1]
        p3 = p2 if segment + 1 == last or corners[segment + 1] else points[segment + 2]
        n = _STEPS
        doubled = (
            2 * p1 * n**3
            + (p2 - p0) * u * n * n
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u * u * n
            + (3 * p1 - p0 - 3 * p2 + p3) * u**3
        )
        pieces.append(doubled * 32 // (2 * n**3))
    return np.concatenate(pieces)


def _photograph(ink: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return uint8 [H, W, 3]: ink on paper under a lamp at the upper left, a soft shadow at the lower right, grain."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.int64)
    far = (x - 180) ** 2 + (y - 120) ** 2
    light = 256 - far * 96 // (far.max() + 1)
    edge = x + 2 * y - 1150  # across the shadow's soft border
    light -= np.clip(edge, 0, 60) * 50 // 60
    page = (_PAPER * (255 - ink[:, :, None]) + _INK * ink[:, :, None]) // 255
    grain = np.stack([_hash(x, y, channel) % 15 + _hash(x, y, channel + 8) % 15 - 14 for channel in range(3)], axis=2) * 2 // 3
    tooth = (_hash(x // 2, y // 2, 77) % 9 - 4)[:, :, None]
    return np.clip(page * light[:, :, None] // 256 + grain + tooth, 0, 255).astype(np.uint8)


def _hash(x: NDArray[np.int64], y: NDArray[np.int64], salt: int) -> NDArray[np.int64]:
    """Return reproducible noise, int64 in 0..65535 (an integer mix after Wang's 32-bit hash)."""
    value = (x * 73856093 ^ y * 19349663 ^ salt * 83492791) & 0xFFFFFFFF
    value = ((value ^ 61) ^ (value >> 16)) * 9 & 0xFFFFFFFF
    value = (value ^ (value >> 4)) * 0x27D4EB2D & 0xFFFFFFFF
    return (value ^ (value >> 15)) & 0xFFFF
