"""The one fixed page: 640×480, 24 digits, the same bytes on every machine.

Benchmarks and the demo need a picture that never changes. Everything here is whole numbers in NumPy (curves, pens, light,
noise), because floating point and OpenCV's drawing may round differently elsewhere; a test holds the SHA-256.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import around
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

# Paths as in `strokes`, of each digit in turn; kept here, so that the hands may change and the page stays.
_PATHS: tuple[tuple[str, ...], ...] = (
    (
        "36,2 12,16 3,50 10,84 32,99 55,84 63,50 56,16 38,1 28,5",
        "54,12 36,1 14,14 3,48 9,86 32,99 55,84 62,46 50,14 34,5 26,14 36,22",
    ),
    ("2,24 22,0! 20,50 19,100", "6,20 28,0! 28,98 ; 3,99 56,98", "6,0 5,50 4,100"),
    (
        "4,22 15,5 35,0 55,12 57,32 44,56 22,79 3,97! 35,97 63,96",
        "5,20 20,3 42,2 56,18 50,42 30,68 11,92 3,94 4,83 16,81 32,90 48,98 64,91",
        "4,18 22,2 46,3 56,22 46,48 22,76 4,96! 22,88 42,96 64,90",
    ),
    ("5,14 22,1 46,4 53,22 42,40 22,47! 46,50 60,68 52,90 28,100 3,88", "5,4 54,2! 24,40! 48,46 60,68 50,92 26,100 3,90"),
    ("14,2 8,30 3,58! 62,55 ; 46,26 44,60 41,100", "46,100 48,50 50,0! 24,34 2,66! 66,64"),
    ("14,5 10,44! 32,36 55,50 56,76 38,97 16,99 2,90 ; 15,3 60,1", "58,2 14,3! 8,43! 30,36 54,48 58,72 42,95 18,100 2,90"),
    ("50,5 28,12 9,40 4,72 16,96 40,98 56,80 48,60 28,55 9,70", "42,0 20,32 5,68 12,94 34,100 54,84 50,64 30,56 8,72"),
    ("3,5 30,5 58,3! 38,52 24,100 ; 14,52 54,47", "3,4 30,5 58,2! 40,48 22,100"),
    (
        "52,13 34,0 11,10 12,32 34,47 56,66 54,90 30,100 7,90 6,70 26,51 48,34 54,12",
        "32,0 12,9 11,34 32,46 52,35 52,10 33,0 ; 33,46 8,58 3,84 30,100 58,88 56,60 34,46",
    ),
    ("50,14 30,2 8,14 4,36 20,51 40,42 52,8! 50,50 47,100", "54,18 36,1 12,8 4,32 20,51 42,42 54,16 54,54 46,86 26,100 5,92"),
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
            path = _PATHS[int(character)][earlier % len(_PATHS[int(character)])]
            box = _draw(ink, path, left, top + (5 * len(digits)) % 7, height, lean, radius)
            digits.append(TrueDigit(int(character), box))
            left = box[0] + box[2] + height // 6
        members = tuple(range(first, len(digits)))
        numbers.append(TrueNumber(text, around([digit.box_xywh for digit in digits[first:]]), members))
    return Scene(_photograph(ink), tuple(digits), tuple(numbers), (), "fixed")


def _draw(ink: NDArray[np.int64], path: str, left: int, top: int, height: int, lean: int, radius: int) -> Box:
    """Add a digit to ``ink`` (0..255); return its tight box."""
    points = np.concatenate([_curve(stroke.split()) for stroke in path.split(";")])  # in 1/3200 of the height
    across = points[:, 0] + (3200 - points[:, 1]) * lean // 100
    x = (across - across.min()) * height * _FINE // 3200 + _FINE * radius
    y = points[:, 1] * height * _FINE // 3200 + _FINE * radius
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
