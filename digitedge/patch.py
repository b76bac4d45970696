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
    field: NDArray[np.uint8] = to_inputs([patch], geometry)[0]
    return field


def to_inputs(patches: Iterable[NDArray[np.uint8]], geometry: Geometry = MNIST_GEOMETRY) -> NDArray[np.uint8]:
    """Return uint8 [N, field_px, field_px]: `to_input` of each patch (uint8 [H, W] of any size, ink bright on 0)."""
    inks = [_tight(patch, geometry.fit_px) for patch in patches]
    fields = np.zeros((len(inks), geometry.field_px, geometry.field_px), np.uint8)
    if inks:
        sizes = np.array([ink.shape for ink in inks])
        centers = _centers_of_mass(inks, sizes, geometry.fit_px) if geometry.center == "mass" else (sizes - 1) / 2
        middle = geometry.field_px // 2  # MNIST's convention: 99.98 % of its pictures pass through unchanged
        # A lopsided digit would leave the field when its mass is centred; it stays inside.
        corners = np.clip(np.floor(middle - centers + 0.5), 0, geometry.field_px - sizes).astype(np.intp)
        for field, ink, (top, left), (rows, columns) in zip(fields, inks, corners.tolist(), sizes.tolist(), strict=True):
            field[top : top + rows, left : left + columns] = ink
    return fields


def _tight(patch: NDArray[np.uint8], fit_px: int) -> NDArray[np.uint8]:
    """Return the ink of a patch without its margins, scaled to fit; [0, 0] where there is none."""
    x, y, width, height = cv2.boundingRect(patch)
    return scaled(patch[y : y + height, x : x + width], fit_px) if width else np.empty((0, 0), np.uint8)


def scaled(ink: NDArray[np.uint8], fit_px: int) -> NDArray[np.uint8]:
    """Return a picture (uint8 [H, W]) scaled until its longer side is ``fit_px``: no aliasing, the same on every platform.

    A whole-number shrink by area averaging first (exact), then bilinear in fixed point over the rest, a ratio below 2.
    """
    rows, columns = ink.shape
    longer = max(rows, columns)
    if longer == fit_px:
        return ink
    size_wh = (max(1, round(columns * fit_px / longer)), max(1, round(rows * fit_px / longer)))
    shrink = longer // fit_px
    if shrink >= 2:
        below, beside = -rows % shrink, -columns % shrink
        if below or beside:
            ink = cv2.copyMakeBorder(ink, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=0)
        ink = cv2.resize(ink, (ink.shape[1] // shrink, ink.shape[0] // shrink), interpolation=cv2.INTER_AREA)
    return cv2.resize(ink, size_wh, interpolation=cv2.INTER_LINEAR_EXACT)


def _centers_of_mass(inks: list[NDArray[np.uint8]], sizes: NDArray[np.intp], fit_px: int) -> NDArray[np.float64]:
    """Return float64 [N, 2]: row and column of each centre of mass, that of the box where nothing weighs.

    Whole numbers until the last division: equal on every machine.
    """
    padded = np.zeros((len(inks), fit_px, fit_px), np.uint8)
    for field, ink in zip(padded, inks, strict=True):
        field[: ink.shape[0], : ink.shape[1]] = ink
    # One product for all: the sums are whole numbers far below 2**53, so that their order does not matter.
    inside = np.arange(fit_px)
    axes = np.stack([inside.repeat(fit_px), np.tile(inside, fit_px), np.ones(fit_px * fit_px)], axis=1)
    sums = padded.reshape(len(inks), -1).astype(np.float64) @ axes
    moments, mass = sums[:, :2], sums[:, 2:]
    return np.where(mass > 0, moments / np.maximum(mass, 1), (sizes - 1) / 2)
