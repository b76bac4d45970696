"""What cameras meet beside digits: letters, signs, scribbles, specks, pieces of lines, corners, halves of digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.digit_styles import DIGITS
from digitedge.scenes.glyphs import Patch, draw_glyph, finish
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen, draw_path, grain_tile
from digitedge.scenes.letter_styles import LETTERS
from digitedge.scenes.letters_like_digits import AMBIGUOUS
from digitedge.scenes.print_styles import PRINTABLE, draw_print
from digitedge.scenes.strokes import Template
from digitedge.scenes.symbol_styles import MARKS, SYMBOLS

_UPRIGHT_MARKS = frozenset("|/!',")  # alone, each could be a 1
_SAFE_HALVES = ("0tblr", "2bl", "3tb", "5tbl", "6r", "8l", "9l")  # halves that look like no other digit


def draw_nondigits(count: int, seed: int, kinds: Sequence[str] | None = None) -> tuple[list[Patch], list[str]]:
    """Return ``count`` patches that show no single digit, and the kind of each.

    Args:
        count: How many; the kinds occur equally often.
        seed: The same seed gives the same patches.
        kinds: Some of `NONDIGIT_KINDS`; None takes all of them. "ambiguous" holds what some reader would take for a digit
            (O, l, S, an upright bar): a trainer leaves it out.

    Returns:
        Patches (uint8 [H, W], ink bright on 0, tight) and their kinds.

    Raises:
        ValueError: A kind is unknown.
    """
    chosen = NONDIGIT_KINDS if kinds is None else tuple(kinds)
    unknown = set(chosen) - set(NONDIGIT_KINDS)
    if unknown or not chosen:
        raise ValueError(f"kinds must be some of {', '.join(NONDIGIT_KINDS)}, got {', '.join(map(str, chosen)) or 'none'}")
    rng = np.random.default_rng((seed, 2))
    names = [chosen[int(index)] for index in rng.permutation(np.arange(count) % len(chosen))]
    return [_DRAWERS[name](rng) for name in names], names


def _any_of(*tables: dict[str, tuple[Template, ...]]) -> Callable[[np.random.Generator], Patch]:
    labels = [templates for table in tables for templates in table.values()]
    return lambda rng: draw_glyph(labels[int(rng.integers(len(labels)))], rng)


def _draw_word(rng: np.random.Generator) -> Patch:
    """Two to five letters, near or joined."""
    letters = [labels[int(rng.integers(len(labels)))] for labels in [list(LETTERS.values())] for _ in range(rng.integers(2, 6))]
    return _row(letters, float(rng.uniform(-0.08, 0.1)), rng)


def _draw_pair(rng: np.random.Generator) -> Patch:
    """Two digits, near, touching or overlapping a little."""
    return _row([DIGITS[int(digit)] for digit in rng.integers(0, 10, 2)], float(rng.uniform(-0.12, 0.12)), rng)


def _row(labels: Sequence[Sequence[Template]], gap: float, rng: np.random.Generator) -> Patch:
    hand, pen = Hand.random(rng), Pen.random(rng)
    height_px = 24 + 60 * rng.random()
    paths: list[NDArray[np.float64]] = []
    ends: list[int] = []
    right = 0.0
    for templates in labels:
        template = hand.choose(templates, rng)
        path = hand.trace(template, rng)
        path += np.array([right + gap - path[:, 0].min(), 0.05 * rng.standard_normal()])
        right = float(path[:, 0].max())
        drawn = ends[-1] if ends else 0
        ends += [drawn + end for end in template.stroke_ends]
        paths.append(path)
    ink, _ = draw_path(np.concatenate(paths) * height_px, ends, max(1.2, pen.width * height_px), pen.pressure, rng)
    return finish(ink, pen, rng)


def _draw_strokes(strokes: Sequence[NDArray[np.float64]], rng: np.random.Generator, width: float | None = None) -> Patch:
    """Draw free strokes, each float64 [M, 2] in glyph heights."""
    pen = Pen.random(rng)
    height_px = 24 + 72 * rng.random()
    ends = np.cumsum([len(stroke) for stroke in strokes]).tolist()
    width_px = max(1.2, (pen.width if width is None else width) * height_px)
    ink, _ = draw_path(np.concatenate(strokes) * height_px, ends, width_px, pen.pressure, rng)
    return finish(ink, pen, rng)


def _draw_scribble(rng: np.random.Generator) -> Patch:
    steps = int(rng.integers(25, 120))
    if rng.random() < 0.5:  # a wandering pen
        turns = np.cumsum(rng.normal(rng.normal(0, 0.15), 0.5, steps))
        path = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * 0.08
    else:  # to and fro, as one strikes something out
        along = np.linspace(0, rng.uniform(0.4, 2), steps)
        swing = np.sin(np.arange(steps) * rng.uniform(0.5, 1.6)) * rng.uniform(0.1, 0.5)
        path = np.stack([along, swing], axis=1) + 0.04 * rng.standard_normal((steps, 2))
        path = path @ _turn(rng.uniform(-0.9, 0.9))
    return _draw_strokes([path], rng)


def _draw_speck(rng: np.random.Generator) -> Patch:
    """A dot, a blot or a flake, no taller than it is wide by much."""
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radii = 1 + rng.uniform(0, 0.45) * rng.standard_normal(14)
    outline = np.stack([np.cos(angles) * rng.uniform(0.8, 2.2), np.sin(angles)], axis=1) * np.abs(radii)[:, None]
    size_px = rng.uniform(2, 12)
    points = np.rint((outline - outline.min(axis=0)) * size_px).astype(np.int32) + 1
    ink = np.zeros((int(points[:, 1].max()) + 2, int(points[:, 0].max()) + 2), np.uint8)
    cv2.fillPoly(ink, [points], 255)
    return finish(ink, Pen("felt", 0.1, 0, 0, 1.0), rng)


def _draw_line(rng: np.random.Generator) -> Patch:
    """A piece of a line, straight or sagging, or two: level or leaning at most 35°, since an upright one could be a 1."""
    along = np.linspace(0, rng.uniform(0.3, 2.5), 12)
    strokes = []
    for number in range(1 if rng.random() < 0.8 else 2):
        sag = rng.normal(0, 0.05) * np.sin(along * rng.uniform(1, 3))
        strokes.append(np.stack([along, sag + number * rng.uniform(0.1, 0.5)], axis=1) @ _turn(rng.uniform(-0.6, 0.6)))
    return _draw_strokes(strokes, rng)


def _draw_corner(rng: np.random.Generator) -> Patch:
    """Where ruled lines meet: corners, crossings, junctions, combs and whole cells of a table."""
    x, y = rng.uniform(0.3, 1.4, 2)
    pieces = {
        "corner": ["l", "b"],
        "cross": ["h", "v"],
        "junction": ["b", "v"],
        "side-junction": ["l", "h"],
        "comb": ["l", "b", "r"],
        "cell": ["l", "t", "r", "b"],
        "two-cells": ["l", "t", "r", "b", "v"],
        "grid": ["h", "v", "t", "l"],
        "rails": ["t", "b", "v"],
    }
    lines = {
        "l": (0, 0, 0, y),
        "r": (x, 0, x, y),
        "t": (0, 0, x, 0),
        "b": (0, y, x, y),
        "h": (0, y / 2, x, y / 2),
        "v": (x / 2, 0, x / 2, y),
    }
    chosen = pieces[list(pieces)[int(rng.integers(len(pieces)))]]
    flip = np.where(rng.random(2) < 0.5, -1.0, 1.0)
    turn = _turn(rng.normal(0, 0.06))
    ends = [np.array(lines[name]).reshape(2, 2) for name in chosen]
    strokes = [(np.linspace(start, end, 8) + 0.01 * rng.standard_normal((8, 2))) * flip @ turn for start, end in ends]
    return _draw_strokes(strokes, rng, width=float(rng.uniform(0.02, 0.12)))


def _draw_half(rng: np.random.Generator) -> Patch:
    """A part of a digit that looks like no other digit."""
    entry = _SAFE_HALVES[int(rng.integers(len(_SAFE_HALVES)))]
    whole = draw_glyph(DIGITS[int(entry[0])], rng)
    height, width = whole.shape
    share = rng.uniform(0.38, 0.52)
    rows, columns = max(2, int(height * share)), max(2, int(width * share))
    side = entry[int(rng.integers(1, len(entry)))]
    part = {"t": whole[:rows], "b": whole[-rows:], "l": whole[:, :columns], "r": whole[:, -columns:]}[side]
    return _tight(part)


def _draw_texture(rng: np.random.Generator) -> Patch:
    """What a threshold makes of cloth, wood, shadows and sensor noise: ragged blobs."""
    side = int(rng.integers(24, 80))
    y, x = (int(value) for value in rng.integers(0, 512 - side, 2))
    noise = grain_tile()[y : y + side, x : x + side].astype(np.float32)
    stretch = (rng.uniform(0.8, 6), rng.uniform(0.8, 4))
    soft = cv2.GaussianBlur(noise, (0, 0), sigmaX=stretch[0], sigmaY=stretch[1])
    level = np.quantile(soft, rng.uniform(0.5, 0.85))
    mask = (soft > level).astype(np.uint8) * 255
    if rng.random() < 0.6:
        _, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
        mask = np.where(parts == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), 255, 0).astype(np.uint8)
    patch = _tight(mask)
    if patch.shape[0] > 1.6 * patch.shape[1]:  # a slim upright blob could be a 1
        patch = np.ascontiguousarray(patch.T)
    return finish(patch, Pen("felt", 0.1, 0, 0.2, 1.0), rng)


def _draw_printed(rng: np.random.Generator) -> Patch:
    """A printed letter or sign, or a short printed word."""
    length = 1 if rng.random() < 0.7 else int(rng.integers(2, 5))
    text = "".join(PRINTABLE[int(index)] for index in rng.integers(0, len(PRINTABLE), length))
    return finish(draw_print(text, int(rng.integers(14, 64)), rng), Pen("felt", 0.1, 0, 0, 1.0), rng)


def _draw_ambiguous(rng: np.random.Generator) -> Patch:
    labels = list(AMBIGUOUS.values()) + [MARKS[name] for name in sorted(_UPRIGHT_MARKS)]
    return draw_glyph(labels[int(rng.integers(len(labels)))], rng)


def _turn(radians: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(radians), np.sin(radians)
    return np.array([[cosine, sine], [-sine, cosine]])


def _tight(ink: Patch) -> Patch:
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width]


_DRAWERS: dict[str, Callable[[np.random.Generator], Patch]] = {
    "letter": _any_of(LETTERS),
    "symbol": _any_of(SYMBOLS),
    "mark": _any_of({label: templates for label, templates in MARKS.items() if label not in _UPRIGHT_MARKS}),
    "word": _draw_word,
    "pair": _draw_pair,
    "half": _draw_half,
    "scribble": _draw_scribble,
    "speck": _draw_speck,
    "line": _draw_line,
    "corner": _draw_corner,
    "texture": _draw_texture,
    "printed": _draw_printed,
    "ambiguous": _draw_ambiguous,
}

NONDIGIT_KINDS: tuple[str, ...] = tuple(_DRAWERS)
"""What `draw_nondigits` can draw."""
