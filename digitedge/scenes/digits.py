"""Patches with drawn digits, and with what is no digit: data to learn and test from that needs no download."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.digit_styles import CONTINENTAL, DIGITS
from digitedge.scenes.fonts import digit_height, write_glyph
from digitedge.scenes.glyphs import HIGHEST_PX, LOWEST_PX, Patch, draw_glyph, finish
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.nondigits import NONDIGIT_KINDS, draw_nondigits
from digitedge.scenes.print_styles import draw_print

__all__ = ["NONDIGIT_KINDS", "Patch", "draw_digits", "draw_nondigits", "write_digits"]


def draw_digits(count: int, seed: int, printed: float = 0.0, continental: float = 0.0) -> tuple[list[Patch], NDArray[np.int64]]:
    """Return ``count`` digits of many hands and pens, and what they are.

    Args:
        count: How many; each digit occurs ``count / 10`` times, up to one.
        seed: The same seed gives the same digits.
        printed: Share of digits in print instead of handwriting, 0..1.
        continental: Share of the 1s, 4s, 7s and 9s in handwriting that are drawn as on the European continent, 0..1.

    Returns:
        Patches (uint8 [H, W], about 24–96 px high, ink bright on 0, tight) and labels (int64 [count], 0..9), shuffled.
    """
    rng = np.random.default_rng((seed, 1))
    labels = rng.permutation(np.arange(count, dtype=np.int64) % 10)
    in_print = np.random.default_rng((seed, 7)).random(count) < printed
    abroad = np.random.default_rng((seed, 8)).random(count) < continental
    patches = [
        finish(draw_print(str(label), int(rng.integers(14, 64)), rng), Pen("felt", 0.1, 0, 0, 1.0), rng)
        if is_printed
        else draw_glyph((CONTINENTAL if is_abroad and int(label) in CONTINENTAL else DIGITS)[int(label)], rng)
        for label, is_printed, is_abroad in zip(labels, in_print, abroad, strict=True)
    ]
    return patches, labels


def write_digits(count: int, seed: int, fonts: Sequence[Path]) -> tuple[list[Patch], NDArray[np.int64]]:
    """Return ``count`` digits of handwriting fonts, each by a random font, hand and pen, and what they are.

    Args:
        count: How many; each digit occurs ``count / 10`` times, up to one.
        seed: The same seed and fonts give the same digits.
        fonts: Files that FreeType reads, with all ten digits.

    Returns:
        As `draw_digits`.

    Raises:
        ValueError: A font has no ink for a digit.
    """
    rng = np.random.default_rng((seed, 2))
    labels = rng.permutation(np.arange(count, dtype=np.int64) % 10)
    return [_in_font(fonts[int(rng.integers(len(fonts)))], str(label), rng) for label in labels], labels


def _in_font(font: Path, digit: str, rng: np.random.Generator) -> Patch:
    hand, pen = Hand.random(rng), Pen.random(rng)
    height_px = rng.uniform(LOWEST_PX, HIGHEST_PX) / digit_height(font)
    glyph = write_glyph(font, digit, height_px, pen.width, hand, rng)
    if glyph is None:
        raise ValueError(f"{font} holds no {digit}")
    return finish(glyph.ink, pen, rng)
