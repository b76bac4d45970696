"""The ONE path from a grey patch to the model's input.

Training, calibration, evaluation, predict, camera and bench all come through `to_input`. The geometry is MNIST's own
(Y. LeCun, C. Cortes, C. Burges, "The MNIST database"): ink bright on 0, fitted into 20×20 keeping its aspect, centre of mass
in the middle of 28×28:

    ┌──────────── 28 ────────────┐
    │    ┌─────── 20 ───────┐    │     the ink's bounding box is scaled until its longer side is 20,
    │    │      ▒██▒        │    │     then moved by whole pixels until its centre of mass
    │    │     ▒█  █        │    │     lies on the centre of the field
    │    │       ▒█▒        │    │
    │    └──────────────────┘    │
    └────────────────────────────┘

Only uint8 operations whose results are equal on x86 and arm64 are used (see docs/numbers.md), so that a golden pair made on the
workstation holds on the board.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a patch is laid into the model's field.

    Attributes:
        field_px: Side of the square input, pixels.
        fit_px: Longer side of the ink's bounding box after scaling, pixels; at most ``field_px``.
        center: "mass" puts the centre of mass in the middle of the field, "box" the bounding box.
    """

    field_px: int = 28
    fit_px: int = 20
    center: str = "mass"

    def __post_init__(self) -> None:
        if not 1 <= self.fit_px <= self.field_px:
            raise ValueError(f"fit_px must be in 1..field_px ({self.field_px}), got {self.fit_px}")
        if self.center not in ("mass", "box"):
            raise ValueError(f'center must be "mass" or "box", got {self.center!r}')


MNIST_GEOMETRY = Geometry()


def to_input(patch: NDArray[np.uint8], geometry: Geometry = MNIST_GEOMETRY) -> NDArray[np.uint8]:
    """Return the patch as the model wants to see it.

    Args:
        patch: uint8 [H, W], ink bright on a background of exactly 0; margins do not matter.
        geometry: How to lay it; `MNIST_GEOMETRY` leaves MNIST's own pictures as they are.

    Returns:
        uint8 [field_px, field_px]. A patch without ink gives zeros.

    >>> bar = np.zeros((50, 40), np.uint8)
    >>> bar[5:45, 10:20] = 255
    >>> field = to_input(bar)
    >>> field.shape, [int(edge) for edge in cv2.boundingRect(field)]
    ((28, 28), [12, 5, 5, 20])
    """
    field = np.zeros((geometry.field_px, geometry.field_px), np.uint8)
    x, y, width, height = cv2.boundingRect(patch)
    if width == 0:
        return field
    ink = _fit(patch[y : y + height, x : x + width], geometry.fit_px)
    rows, columns = ink.shape
    if geometry.center == "mass":
        center_x, center_y = _center_of_mass(ink)
    else:
        center_x, center_y = (columns - 1) / 2, (rows - 1) / 2
    middle = geometry.field_px // 2  # MNIST's convention: 99.98 % of its pictures pass through unchanged
    # A lopsided digit would leave the field when its mass is centred; it stays inside.
    left = min(max(_round_half_up(middle - center_x), 0), geometry.field_px - columns)
    top = min(max(_round_half_up(middle - center_y), 0), geometry.field_px - rows)
    field[top : top + rows, left : left + columns] = ink
    return field


def to_inputs(patches: Iterable[NDArray[np.uint8]], geometry: Geometry = MNIST_GEOMETRY) -> NDArray[np.uint8]:
    """Return uint8 [N, field_px, field_px]: `to_input` of each patch (uint8 [H, W] of any size, ink bright on 0)."""
    fields = [to_input(patch, geometry) for patch in patches]
    return np.stack(fields) if fields else np.empty((0, geometry.field_px, geometry.field_px), np.uint8)


def _fit(ink: NDArray[np.uint8], fit_px: int) -> NDArray[np.uint8]:
    """Scale tight ink until its longer side is ``fit_px``, without aliasing and without platform-dependent rounding.

    A whole-number shrink by area averaging first (exact), then bilinear in fixed point over the rest, a ratio below 2.
    """
    rows, columns = ink.shape
    longer = max(rows, columns)
    if longer == fit_px:
        return ink
    size_wh = (max(1, round(columns * fit_px / longer)), max(1, round(rows * fit_px / longer)))
    shrink = longer // fit_px
    if shrink >= 2:
        ink = cv2.copyMakeBorder(ink, 0, -rows % shrink, 0, -columns % shrink, cv2.BORDER_CONSTANT, value=0)
        ink = cv2.resize(ink, (ink.shape[1] // shrink, ink.shape[0] // shrink), interpolation=cv2.INTER_AREA)
    return cv2.resize(ink, size_wh, interpolation=cv2.INTER_LINEAR_EXACT)


def _center_of_mass(ink: NDArray[np.uint8]) -> tuple[float, float]:
    """Return (x, y) of the centre of mass, pixels. Whole numbers until the last division: equal on every machine."""
    columns = ink.sum(axis=0, dtype=np.int64)
    rows = ink.sum(axis=1, dtype=np.int64)
    mass = int(columns.sum())
    if mass == 0:
        return (ink.shape[1] - 1) / 2, (ink.shape[0] - 1) / 2
    x = int(columns @ np.arange(columns.size, dtype=np.int64)) / mass
    y = int(rows @ np.arange(rows.size, dtype=np.int64)) / mass
    return x, y


def _round_half_up(value: float) -> int:
    return int(np.floor(value + 0.5))
