"""Digits as paper, pens and cameras change them: the augmentation of training fields.

Each field goes through one geometric warp onto a canvas of twice its resolution, there through what pens and papers do, and
back through the ONE path (`digitedge.patch.to_input`), so that training sees what the reader will cut out of a photo:

    field 28×28 ──warp──▶ canvas 56×56 ──stroke · ink · dirt · softness──▶ reader's cut ──to_input──▶ field 28×28

Most fields get the mild warp only, so that clean digits (MNIST's own) stay the centre of what is learnt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.patch import to_input, to_inputs

Field = NDArray[np.uint8]

_ZOOM = 2  # canvas pixels per field pixel
_CANVAS_PX = 56  # a digit of 20 field pixels, turned, slanted and stretched, still fits
_BANK = 192  # smooth random fields a call; each is used with a random sign and shift, so few suffice
_ELASTIC_SIGMA = 9.0  # canvas pixels: about the 4 field pixels of Simard, Steinkraus & Platt 2003
_LIGHT_SIGMA = 14.0  # canvas pixels: pen pressure changes over a stroke's length
_KERNELS = {size: cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)) for size in (3, 5)}


@dataclass(frozen=True, slots=True)
class Strength:
    """How far a field is changed. Angles in degrees, lengths in field pixels, chances in [0, 1].

    Attributes:
        turn: Standard deviation of the rotation.
        slant: Standard deviation of the shear, horizontal pixels per vertical pixel.
        stretch: Standard deviation of the natural logarithm of width over height, beyond the writer's own.
        elastic: Largest root-mean-square displacement.
        square: Chance that the digit is stretched towards a square box, as forms and some scanners do.
        stroke: Chance of a thinner stroke, and likewise of a thicker one.
        ink: Chance of uneven pressure, and likewise of grain.
        dirt: Chance of specks, and likewise of a remaining piece of a ruled line or box.
        soft: Chance of a softened picture, and likewise of one that was small, of two levels or strongly compressed.
        cut: Chance of the reader's cut: core stretched to 255, weak edge taken away.
        scan: Chance of a small picture of two levels, as forms are scanned.
    """

    turn: float
    slant: float
    stretch: float
    elastic: float
    square: float = 0.0
    stroke: float = 0.0
    ink: float = 0.0
    dirt: float = 0.0
    soft: float = 0.0
    cut: float = 0.0
    scan: float = 0.0


MILD = Strength(turn=6.0, slant=0.10, stretch=0.08, elastic=0.55, stroke=0.06)
PAPER = Strength(
    turn=8.0, slant=0.16, stretch=0.14, elastic=0.8, square=0.3, stroke=0.22, ink=0.2, dirt=0.10, soft=0.2, cut=0.5
)
FORM = Strength(turn=4.0, slant=0.12, stretch=0.10, elastic=0.8, square=1.0, stroke=0.15, scan=0.5)

_FORM_SHARE = 0.25  # of the fields that go through pens and papers


def augment(
    fields: NDArray[np.uint8], seed: int | tuple[int, ...], paper_share: float = 0.35, plain_share: float = 0.0
) -> NDArray[np.uint8]:
    """Return the fields as other hands, pens and papers would have left them.

    Args:
        fields: uint8 [N, 28, 28], what `to_input` gives.
        seed: The same seed and fields give the same result.
        paper_share: Share of fields that get `PAPER` or, a quarter of these, `FORM`. In [0, 1].
        plain_share: Share of fields that stay as they are; all others get `MILD`. The two shares sum to at most 1.

    Returns:
        uint8 [N, 28, 28], again what `to_input` gives.
    """
    rng = np.random.default_rng(seed)
    bank = _Bank.make(rng)
    lot = rng.random(len(fields))
    changed = np.flatnonzero(lot < 1 - plain_share)
    result = fields.copy()
    result[changed] = to_inputs(_change(fields[row], _strength(lot[row], paper_share), bank, rng) for row in changed)
    return result


def _strength(lot: float, paper_share: float) -> Strength:
    if lot >= paper_share:
        return MILD
    return FORM if lot < _FORM_SHARE * paper_share else PAPER


def augment_one(field: Field, strength: Strength, seed: int) -> Field:
    """Return one field, uint8 [28, 28], changed by ``strength``: to look at what a setting does."""
    rng = np.random.default_rng(seed)
    return to_input(_change(field, strength, _Bank.make(rng, 4), rng))


def only(strength: Strength, **chances: float) -> Strength:
    """Return ``strength`` with all chances 0 but those given.

    >>> only(PAPER, dirt=1.0).soft
    0.0
    """
    none = dict.fromkeys(("square", "stroke", "ink", "dirt", "soft", "cut", "scan"), 0.0)
    return replace(strength, **(none | chances))


@dataclass(frozen=True, slots=True)
class _Bank:
    """Smooth random fields of unit root mean square: displacements float32 [n, 2, c, c] and light float32 [n, c, c]."""

    displacement: NDArray[np.float32]
    light: NDArray[np.float32]

    @classmethod
    def make(cls, rng: np.random.Generator, count: int = _BANK) -> _Bank:
        displacement = [_smooth(rng, _ELASTIC_SIGMA) for _ in range(2 * count)]
        light = [_smooth(rng, _LIGHT_SIGMA) for _ in range(count)]
        return cls(np.stack(displacement).reshape(count, 2, _CANVAS_PX, _CANVAS_PX), np.stack(light))


def _smooth(rng: np.random.Generator, sigma: float) -> NDArray[np.float32]:
    margin = round(2 * sigma)
    noise = rng.standard_normal((_CANVAS_PX + 2 * margin,) * 2, dtype=np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), sigma)[margin:-margin, margin:-margin]
    smooth = smooth - smooth.mean()
    return np.asarray(smooth / np.sqrt(np.mean(smooth**2)), np.float32)


_AXIS = ((np.arange(_CANVAS_PX, dtype=np.float32) - (_CANVAS_PX - 1) / 2) / _ZOOM).astype(np.float32)  # field pixels off centre


def _change(field: Field, strength: Strength, bank: _Bank, rng: np.random.Generator) -> Field:
    canvas = _warped(field, strength, bank, rng)
    chance = rng.random(9)
    if chance[0] < 2 * strength.stroke:
        canvas = _restroked(canvas, chance[0] < strength.stroke, rng)
    if chance[1] < strength.ink:
        canvas = _uneven(canvas, bank, rng)
    if chance[2] < strength.dirt:
        _speck(canvas, rng)
    if chance[3] < strength.dirt:
        _rule(canvas, rng)
    if chance[4] < strength.soft:
        canvas = cv2.GaussianBlur(canvas, (0, 0), 0.6 + 1.0 * rng.random())
    if chance[5] < strength.soft:
        canvas = _coarse(canvas, rng)
    if chance[8] < strength.scan:
        canvas = _two_levels(canvas, int(rng.integers(18, 30)), rng)
    if chance[6] < strength.ink:
        _grain(canvas, rng)
    if chance[7] < strength.cut:
        canvas = _reader_cut(canvas, rng)
    # The background of a patch is exactly 0, or to_input would fit the dirt instead of the ink.
    canvas[canvas < 12] = 0
    return canvas if canvas.any() else field


def _warped(field: Field, strength: Strength, bank: _Bank, rng: np.random.Generator) -> Field:
    """Return the canvas, uint8 [56, 56], with the field turned, slanted, stretched and bent."""
    turn, slant, stretch = rng.standard_normal(3) * (math.radians(strength.turn), strength.slant, strength.stretch)
    if rng.random() < strength.square:
        _, _, width, height = cv2.boundingRect(field)
        stretch += rng.uniform(0.4, 1.0) * min(1.4, max(0.0, math.log(max(1, height) / max(1, width))))
    wide = math.exp(stretch / 2)
    cos, sin = math.cos(turn), math.sin(turn)
    # Where a canvas pixel comes from: undo the turn, then the slant, then the stretch.
    xx, xy = (cos + slant * -sin) / wide, (sin + slant * cos) / wide
    yx, yy = -sin * wide, cos * wide
    middle = (field.shape[0] - 1) / 2
    bend = (strength.elastic * rng.uniform(-1.0, 1.0, 2)).astype(np.float32)
    displacement = bank.displacement[rng.integers(len(bank.displacement))] * bend[:, None, None]
    displacement[0] += xx * _AXIS + middle
    displacement[0] += (xy * _AXIS)[:, None]
    displacement[1] += yx * _AXIS + middle
    displacement[1] += (yy * _AXIS)[:, None]
    return cv2.remap(field, displacement[0], displacement[1], cv2.INTER_CUBIC)


def _restroked(canvas: Field, thinner: bool, rng: np.random.Generator) -> Field:
    """Return a thinner stroke (pencil) or a thicker one (felt pen), by up to one field pixel on each side."""
    kernel = _KERNELS[5 if rng.random() < 0.35 else 3]
    changed = cv2.erode(canvas, kernel) if thinner else cv2.dilate(canvas, kernel)
    share = rng.uniform(0.4, 1.0)
    changed = cv2.addWeighted(changed, share, canvas, 1 - share, 0)
    # A stroke that erosion would break is left as it was: broken digits are another label's picture.
    if thinner and int(changed.max()) < 160:
        return canvas
    return changed


def _uneven(canvas: Field, bank: _Bank, rng: np.random.Generator) -> Field:
    """Return ink that is fainter here and there, as a dry pen or a shadow leaves it."""
    light = bank.light[rng.integers(len(bank.light))]
    gain = np.clip(rng.uniform(0.55, 1.0) + rng.uniform(0.1, 0.3) * light, 0.25, 1.0).astype(np.float32)
    return (canvas * gain).astype(np.uint8)


def _grain(canvas: Field, rng: np.random.Generator) -> None:
    noise = rng.standard_normal(canvas.shape, dtype=np.float32) * np.float32(rng.uniform(8, 40))
    canvas[:] = np.where(canvas > 0, np.clip(canvas + noise, 0, 255), 0)


def _speck(canvas: Field, rng: np.random.Generator) -> None:
    x, y, width, height = cv2.boundingRect(canvas)
    for _ in range(rng.integers(1, 4)):
        centre = (int(x + rng.uniform(-0.05, 1.05) * width), int(y + rng.uniform(-0.05, 1.05) * height))
        cv2.circle(canvas, centre, int(rng.integers(0, 3)), int(rng.integers(60, 256)), -1, cv2.LINE_AA)


def _rule(canvas: Field, rng: np.random.Generator) -> None:
    """Draw a piece of a ruled line or of a box's side across or beside the digit."""
    x, y, width, height = cv2.boundingRect(canvas)
    start, length = rng.uniform(-0.1, 0.7), rng.uniform(0.2, 0.7)
    across = rng.choice((rng.uniform(-0.08, 0.06), rng.uniform(0.94, 1.08), rng.random()), p=(0.35, 0.45, 0.2))
    tilt = rng.normal(0, 0.04)
    ends = [(start, across), (start + length, across + tilt)]
    if rng.random() < 0.4:
        ends = [(b, a) for a, b in ends]
    (x0, y0), (x1, y1) = ((round(x + a * width), round(y + b * height)) for a, b in ends)
    cv2.line(canvas, (x0, y0), (x1, y1), int(rng.integers(60, 220)), int(rng.integers(1, 3)), cv2.LINE_AA)


def _coarse(canvas: Field, rng: np.random.Generator) -> Field:
    """Return the canvas as a small, a two-level or a strongly compressed picture shows it."""
    way = rng.random()
    if way < 0.65:
        small_px = int(rng.integers(18, 40))
        if way < 0.3:
            return _two_levels(canvas, small_px, rng)
        small = cv2.resize(canvas, (small_px, small_px), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (_CANVAS_PX, _CANVAS_PX), interpolation=cv2.INTER_LINEAR)
    _, packed = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 60))])
    unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8).copy()
    unpacked[unpacked < 60] = 0  # the ringing around strokes is paper to the reader
    return unpacked


def _two_levels(canvas: Field, small_px: int, rng: np.random.Generator) -> Field:
    """Return the canvas as a scan of ``small_px`` pixels that are black or white."""
    small = cv2.resize(canvas, (small_px, small_px), interpolation=cv2.INTER_AREA)
    level = float(np.quantile(small[small > 0], 0.9)) if small.any() else 0.0  # of ink, or faint strokes would fall to pieces
    _, small = cv2.threshold(small, rng.uniform(0.25, 0.5) * level, 255, cv2.THRESH_BINARY)
    return cv2.resize(small, (_CANVAS_PX, _CANVAS_PX), interpolation=cv2.INTER_LINEAR)


def _reader_cut(canvas: Field, rng: np.random.Generator) -> Field:
    """Return what the reader leaves of it: strong ink saturated, the weak edge gone (compare reading/candidates.py)."""
    ink = canvas[canvas > 40]
    if not ink.size:
        return canvas
    core = max(40.0, float(np.quantile(ink, 0.85, method="lower")))
    stretched = cv2.convertScaleAbs(canvas, alpha=255 * rng.uniform(0.9, 1.5) / core)
    stretched[stretched < 255 * rng.uniform(0.15, 0.4)] = 0
    return stretched
