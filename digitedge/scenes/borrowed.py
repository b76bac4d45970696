"""Hands taken from elsewhere: scans of digits, and fonts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BorrowedHands:
    """Hands that write on pages beside the drawn ones: scanned digits, and handwriting fonts.

    To learn from, the scans are of MNIST's training part; a model card's pages have those of its test part.

    Attributes:
        images: uint8 [N, 28, 28], ink bright on 0.
        labels: int64 [N], 0..9.
        fonts: Files of fonts (see `digitedge.scenes.fonts`); none are needed.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    fonts: tuple[Path, ...] = ()

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
