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

Only uint8 operations whose results are equal on x86 and arm64 are used, so that a golden pair made on the workstation holds on
the board; scripts/arm64-check proves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import cv2
import numpy as np
from numpy.typing import NDArray

_TOGETHER = 64  # pictures that are shrunk in one go


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
    inks = scaled([_tight(patch) for patch in patches], geometry.fit_px)
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


def _tight(patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink of a patch without its margins; [0, 0] where there is none."""
    x, y, width, height = cv2.boundingRect(patch)
    return patch[y : y + height, x : x + width]


def scaled(pictures: Sequence[NDArray[np.uint8]], fit_px: int) -> list[NDArray[np.uint8]]:
    """Return pictures (uint8 [H, W]) scaled until the longer side of each is ``fit_px``; one without a pixel stays so.

    No aliasing, and the same on every platform: a whole-number shrink by area averaging first (exact), then bilinear in
    fixed point over the rest, a ratio below 2.
    """
    longer = [max(picture.shape) for picture in pictures]
    shrunk = list(pictures)
    for ratio in {side // fit_px for side in longer if side >= 2 * fit_px}:
        places = [place for place, side in enumerate(longer) if side // fit_px == ratio]
        for first in range(0, len(places), _TOGETHER):
            few = places[first : first + _TOGETHER]
            for place, picture in zip(few, _averaged([pictures[place] for place in few], ratio), strict=True):
                shrunk[place] = picture
    return [
        few if side in (0, fit_px) else cv2.resize(few, _fitted_wh(picture, side, fit_px), interpolation=cv2.INTER_LINEAR_EXACT)
        for picture, few, side in zip(pictures, shrunk, longer, strict=True)
    ]


def _fitted_wh(picture: NDArray[np.uint8], longer: int, fit_px: int) -> tuple[int, int]:
    rows, columns = picture.shape
    return max(1, round(columns * fit_px / longer)), max(1, round(rows * fit_px / longer))


def _averaged(pictures: list[NDArray[np.uint8]], ratio: int) -> list[NDArray[np.uint8]]:
    """Return the mean of each ratio × ratio pixels of some pictures: one below the other, each filled up with zeros."""
    rows = [-(-picture.shape[0] // ratio) for picture in pictures]
    bottoms = list(accumulate(rows))
    columns = -(-max(picture.shape[1] for picture in pictures) // ratio)
    stack = np.zeros((bottoms[-1] * ratio, columns * ratio), np.uint8)
    for picture, high, bottom in zip(pictures, rows, bottoms, strict=True):
        top = (bottom - high) * ratio
        stack[top : top + picture.shape[0], : picture.shape[1]] = picture
    means = cv2.resize(stack, (columns, bottoms[-1]), interpolation=cv2.INTER_AREA)
    return [
        means[bottom - high : bottom, : -(-picture.shape[1] // ratio)]
        for picture, high, bottom in zip(pictures, rows, bottoms, strict=True)
    ]


def _centers_of_mass(inks: list[NDArray[np.uint8]], sizes: NDArray[np.intp], fit_px: int) -> NDArray[np.float64]:
    """Return float64 [N, 2]: row and column of each centre of mass, that of the box where nothing weighs.

    Whole numbers until the last division: equal on every machine.
    """
    padded = np.zeros((len(inks), fit_px, fit_px), np.uint8)
    for field, ink in zip(padded, inks, strict=True):
        field[: ink.shape[0], : ink.shape[1]] = ink
    # One product for all: the sums are whole numbers far below 2**53, so that their order does not matter.
    sums = padded.reshape(len(inks), -1).astype(np.float64) @ _axes(fit_px)
    moments, mass = sums[:, :2], sums[:, 2:]
    return np.where(mass > 0, moments / np.maximum(mass, 1), (sizes - 1) / 2)


@cache
def _axes(side: int) -> NDArray[np.float64]:
    """Return float64 [side², 3]: row, column and 1 of each pixel of a square."""
    inside = np.arange(side)
    return np.stack([inside.repeat(side), np.tile(inside, side), np.ones(side * side)], axis=1)
