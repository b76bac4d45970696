"""Handwriting fonts: letters and digits in shapes that many people drew, written with any pen.

A font's outline has one weight. Here each glyph is kept as its signed distance to the outline, so that the same shape is drawn
by a pencil or a felt pen: what lies deeper than half the difference of both widths is ink.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitedge.scenes.hand import Hand

WRITTEN = frozenset(string.ascii_letters + string.digits + "()[]{}/?!&%#@<>+=")
"""Characters taken from a font; marks that belong to numbers (point, comma, minus) are drawn by strokes."""

_CAPITAL_PX = 64  # height of an H as it is kept
_MARGIN = 0.25  # around a glyph, in heights of a capital: room for a thick pen and a warp
_OUTSIDE = -99.0
_THINNEST, _THICKEST = 0.5, 0.24  # of the font's own pen; of the height
_USUAL_SLANT = 0.12  # of hands; fonts have their own
_LIKENESS = 0.6  # how much of a hand's habits a font takes on

_UPRIGHT = Hand(_USUAL_SLANT, 1.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0)

_Depth = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Glyph:
    """Ink of one character, lengths in heights of a capital.

    Attributes:
        ink: uint8 [H, W], 255 full ink, tight.
        left: Where the ink begins, from where the pen stood.
        top: Where it begins, from the line it stands on, y down.
        advance: How far on the next character stands.
        pixel: Of ``ink``.
    """

    ink: NDArray[np.uint8]
    left: float
    top: float
    advance: float
    pixel: float


@dataclass(frozen=True, slots=True)
class _Shape:
    """A font's character: ``depth``, float32 [H, W], pixels to the outline, above 0 in ink; the rest as in `Glyph`."""

    depth: _Depth
    left: float
    top: float
    advance: float


def write_glyph(
    font: Path, character: str, height_px: float, width: float, hand: Hand, rng: np.random.Generator
) -> Glyph | None:
    """Return one character of a font as ``hand`` would write it, or None if it has no ink.

    Args:
        font: A file that FreeType reads.
        character: One of `WRITTEN`.
        height_px: Of a capital, pixels.
        width: Of the pen, in heights of a capital.
        hand: Its slant, aspect, rotation and warp are taken on in part; the font has its own.
        rng: Of the warp.
    """
    kept = _kept(font, character)
    if kept is None:
        return None
    own_width, left, top = _face(font)[1], kept.left, kept.top
    aspect = hand.aspect**_LIKENESS
    # Stretched by the aspect, upright strokes grow with it and level ones do not: the pen is right for those in between.
    wanted = min(max(width / aspect**0.5, _THINNEST * own_width), _THICKEST)
    turn = _LIKENESS * hand.rotation
    shear = _LIKENESS * (hand.slant - _USUAL_SLANT) + turn
    forth = np.array([[aspect, -shear], [aspect * turn, 1.0]])  # from the font's plane to the written one
    back = np.linalg.inv(forth)
    rows, columns = kept.depth.shape
    frame = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]]) / _CAPITAL_PX + (left, top)
    corners = frame @ forth.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    size = np.ceil((high - low) * height_px).astype(int) + 1
    columns_px, rows_px = (np.arange(count) + 0.5 for count in size)  # the middles of pixels
    x, y = np.meshgrid(low[0] + columns_px / height_px, low[1] + rows_px / height_px)
    waves = rng.standard_normal((2, 3))
    sway = [hand.warp * np.sin(2.4 * (a * x + b * y) + 3 * c) for a, b, c in waves]
    map_x = (back[0, 0] * x + back[0, 1] * y + sway[0] - left) * _CAPITAL_PX - 0.5
    map_y = (back[1, 0] * x + back[1, 1] * y + sway[1] - top) * _CAPITAL_PX - 0.5
    seen = cv2.remap(
        kept.depth, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT, _OUTSIDE
    )
    inside_px = (seen / _CAPITAL_PX + 0.5 * (wanted - own_width)) * height_px
    ink = np.rint(255 * np.clip(inside_px + 0.5, 0, 1)).astype(np.uint8)
    column, row, wide, high_px = cv2.boundingRect(ink)
    if not wide:
        return None
    tight = ink[row : row + high_px, column : column + wide]
    return Glyph(
        tight, float(low[0]) + column / height_px, float(low[1]) + row / height_px, kept.advance * aspect, 1 / height_px
    )


def advance(font: Path, character: str) -> float:
    """Return how far on the next character stands, in heights of a capital."""
    kept = _kept(font, character)
    return 0.0 if kept is None else kept.advance


@lru_cache(maxsize=256)
def digit_height(font: Path) -> float:
    """Return how high the font's digits are in the median, in heights of a capital: in some they are small."""
    inks = [write_glyph(font, digit, _CAPITAL_PX, 0.1, _UPRIGHT, np.random.default_rng(0)) for digit in string.digits]
    return float(np.median([glyph.ink.shape[0] * glyph.pixel for glyph in inks if glyph])) if any(inks) else 1.0


@lru_cache(maxsize=1024)
def _kept(font: Path, character: str) -> _Shape | None:
    face, _ = _face(font)
    found = _depth(face, character)
    if found is None:
        return None
    depth, left, top = found
    return _Shape(depth, left / _CAPITAL_PX, top / _CAPITAL_PX, face.getlength(character) / _CAPITAL_PX)


@lru_cache(maxsize=256)
def _face(font: Path) -> tuple[ImageFont.FreeTypeFont, float]:
    """Return the font at the size its capitals are kept in, and the width of its pen in their heights."""
    _, top, _, bottom = ImageFont.truetype(font, 100).getbbox("H", anchor="ls")
    face = ImageFont.truetype(font, round(100 * _CAPITAL_PX / max(1, bottom - top)))
    # In a bar of width w the distance to the outline is w / 4 in the mean.
    found = [_depth(face, character) for character in "Hnao27"]
    depths = [depth[depth > 0] for depth, *_ in filter(None, found)]
    return face, float(4 * np.concatenate(depths).mean() / _CAPITAL_PX)


def _depth(face: ImageFont.FreeTypeFont, character: str) -> tuple[_Depth, float, float] | None:
    left, top, right, bottom = face.getbbox(character, anchor="ls")
    margin = round(_MARGIN * _CAPITAL_PX)
    width, height = round(right - left) + 2 * margin, round(bottom - top) + 2 * margin
    canvas = Image.new("L", (width, height))
    ImageDraw.Draw(canvas).text((margin - left, margin - top), character, fill=255, font=face, anchor="ls")
    grey = np.asarray(canvas, np.uint8)
    if not grey.any():
        return None
    ink = (grey >= 128).astype(np.uint8)
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - ink, cv2.DIST_L2, 5)
    # Between the centres of pixels on either side of an edge both transforms jump from 1 to -1.
    return np.asarray(depth - 0.5 * np.sign(depth), np.float32), left - margin, top - margin
