"""Ink beside the digits that is no digit: it parts numbers, or is their point or their minus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate
from digitedge.reading.near import overlapping
from digitedge.reading.page import Box

_LIKE_INK = 0.45  # of the digits' contrast: fainter marks are dirt
_INSIDE = 0.5  # of a mark that lies in a digit's box: it is part of the digit


def signs_between(candidates: list[Candidate], standing: list[int], marks: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return int32 [M, 4]: boxes of ink that is as strong as the digits and outside of them.

    Args:
        candidates: Of the whole picture.
        standing: Indices of those that are digits.
        marks: float32 [K, 5], see `find_candidates`.
    """
    if not standing:
        return np.empty((0, 4), np.int32)
    others = [candidate for candidate in candidates if candidate.how == "piece"]
    boxes = np.array([(*candidate.box_xywh, candidate.contrast) for candidate in others], np.float32).reshape(-1, 5)
    ink = np.concatenate([boxes, marks])
    strong = ink[:, 4] >= _LIKE_INK * float(np.median([candidates[index].contrast for index in standing]))
    ink = ink[strong, :4]
    digits = np.array([candidates[index].box_xywh for index in standing], np.float32)
    sign, digit = overlapping(ink, digits)
    (x, y, w, h), (other_x, other_y, other_w, other_h) = ink[sign].T, digits[digit].T
    width = np.minimum(x + w, other_x + other_w) - np.maximum(x, other_x)
    height = np.minimum(y + h, other_y + other_h) - np.maximum(y, other_y)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    outside = np.ones(len(ink), bool)
    outside[sign[shared >= _INSIDE * np.minimum(w * h, other_w * other_h)]] = False
    return np.rint(ink[outside]).astype(np.int32)


def is_point(sign: Box, left: Box, right: Box) -> bool:
    """Return whether a sign between two digits is a decimal point: small, about round, at their feet.

    >>> is_point((32, 36, 4, 4), (0, 0, 24, 40), (44, 0, 24, 40))
    True
    >>> is_point((32, 34, 6, 14), (0, 0, 24, 40), (44, 0, 24, 40))
    False
    """
    height = max(left[3], right[3])
    foot = (left[1] + left[3] + right[1] + right[3]) / 2
    _, y, w, h = sign
    small = max(w, h) <= 0.25 * height and max(w, h) <= 2.2 * min(w, h)
    return small and foot - 0.28 * height <= y + h / 2 and y + h <= foot + 0.12 * height


def is_minus(sign: Box, digit: Box) -> bool:
    """Return whether a sign to the left of a digit is its minus: flat, short, at half its height, close.

    >>> is_minus((0, 18, 16, 3), (26, 0, 24, 40))
    True
    >>> is_minus((0, 38, 16, 3), (26, 0, 24, 40))
    False
    """
    x, y, w, h = sign
    left, top, _, height = digit
    gap = left - (x + w)
    flat = 0.22 * height <= w <= 0.9 * height and h <= 0.45 * w
    return flat and 0 <= gap <= 0.6 * height and 0.3 * height <= y + h / 2 - top <= 0.72 * height
