"""A drawn page and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class TrueDigit:
    """A digit that stands in a picture.

    Attributes:
        digit: 0..9.
        box_xywh: Tight around its ink.
        printed: Whether it is print, not handwriting.
    """

    digit: int
    box_xywh: Box
    printed: bool = False


@dataclass(frozen=True, slots=True)
class TrueNumber:
    """Digits that belong together.

    On drawn pages neighbours in one number are at most about 0.4 digit heights apart (in the boxes of a form their centres are
    at most 1.2), different numbers in one line 0.9 or more, or a ruled line stands between them.

    Attributes:
        text: The digits, with a decimal point and a leading minus where they are drawn: "-3.5".
        box_xywh: Around its digits (point and minus not counted).
        members: Indices into the scene's digits, in reading order.
    """

    text: str
    box_xywh: Box
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A glyph that is no digit.

    Attributes:
        kind: "letter", "ambiguous" (could be taken for a digit where it stands alone), "symbol", "mark", "scribble",
            "printed" or "shape".
        box_xywh: Tight around its ink.
    """

    kind: str
    box_xywh: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with its truth.

    Attributes:
        image_bgr: uint8 [H, W, 3].
        digits: Every digit, handwritten or printed.
        numbers: The same digits, grouped.
        others: Glyphs that are no digits; grids and frames are not listed.
        kind: What sort of page it is, "sudoku".
    """

    image_bgr: NDArray[np.uint8]
    digits: tuple[TrueDigit, ...]
    numbers: tuple[TrueNumber, ...]
    others: tuple[Other, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class MnistHands:
    """Scanned digits whose shapes may be written on pages, of MNIST's training part only.

    Attributes:
        images: uint8 [N, 28, 28], ink bright on 0.
        labels: int64 [N], 0..9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.images.ndim != 3 or len(self.images) != len(self.labels):
            raise ValueError(f"images must be [N, 28, 28] with N labels, got {self.images.shape} and {self.labels.shape}")
        missing = set(range(10)) - set(np.unique(self.labels).tolist())
        if missing:
            raise ValueError(f"labels must hold every digit, got none of {sorted(missing)}")

    def pick(self, digit: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return the ink of a random ``digit``: uint8 [H, W], tight, at most 20 pixels high."""
        indices = np.flatnonzero(self.labels == digit)
        image = self.images[indices[int(rng.integers(len(indices)))]]
        x, y, width, height = cv2.boundingRect(image)
        return image[y : y + height, x : x + width]


def enlarge(ink: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Return small anti-aliased ink (uint8 [H, W]) at ``size_wh`` as a pen would have drawn it: smooth, with crisp edges."""
    height, width = ink.shape
    growth = max(size_wh[0] / width, size_wh[1] / height)
    if growth <= 1.2:
        return np.asarray(cv2.resize(ink, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    padded = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    pad_x, pad_y = (max(1, round(size / side)) for size, side in zip(size_wh, (width, height), strict=True))
    grown = cv2.resize(padded, (size_wh[0] + 2 * pad_x, size_wh[1] + 2 * pad_y), interpolation=cv2.INTER_CUBIC)
    grown = cv2.GaussianBlur(grown, (0, 0), max(0.3, 0.45 * growth))
    steep = min(6.0, 0.9 * growth)
    return np.asarray(cv2.convertScaleAbs(cv2.max(grown, 112 - 127.0 / steep), alpha=steep, beta=127 - 112 * steep), np.uint8)
