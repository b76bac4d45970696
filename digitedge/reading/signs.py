"""Ink beside the digits that is no digit: it parts numbers, or is their point or their minus."""

from __future__ import annotations

from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate, in_picture
from digitedge.reading.near import overlapping
from digitedge.reading.page import Box

_LIKE_INK = 0.45  # of the digits' contrast: fainter marks are dirt
_INSIDE = 0.5  # of a mark that lies in a digit's box: it may be part of the digit
_SMALL = 0.5  # heights of a digit: a mark of this size beside its ink is a sign, though it lies in the box of a slanted digit
_FOOT = 0.6  # of its height: where points and commas stand
_INKED = 0.3  # of such a mark, where the digit has its own ink: it is part of it

_LEFT = 0.1  # heights: less of a piece that is left is a crumb
_FULL = 0.7 * 255  # of the core's strength: a rule or dirt that hangs on a digit is fainter
_SOFT_PX = 1.5  # of ink that is as fine as a pen's line: its soft edge
_CROSS = np.ones((3, 3), np.uint8)


def signs_between(candidates: list[Candidate], standing: list[int], marks: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return int32 [M, 4]: boxes of ink that is as strong as the digits and outside of them.

    Args:
        candidates: Of the whole picture.
        standing: Indices of those that are digits.
        marks: float32 [K, 6], see `find_candidates`.
    """
    if not standing:
        return np.empty((0, 4), np.int32)
    digits = [candidates[index] for index in standing]
    stand = set(standing)
    others = [candidate for i, candidate in enumerate(candidates) if candidate.how == "piece" and i not in stand]
    boxes = [(*candidate.box_xywh, candidate.contrast, candidate.light) for candidate in others]
    ink = np.concatenate([np.array(boxes, np.float32).reshape(-1, 6), marks])
    strong = ink[:, 4] >= _LIKE_INK * median([digit.contrast for digit in digits])
    lights = {digit.light for digit in digits}
    ink = ink[strong & (ink[:, 5] == lights.pop() if len(lights) == 1 else True)]
    if not len(ink):
        return _leftovers(digits)
    places = np.array([digit.box_xywh for digit in digits], np.float32)
    sign, digit = overlapping(ink[:, :4], places)
    (x, y, w, h), (other_x, other_y, other_w, other_h) = ink[sign, :4].T, places[digit].T
    width = np.minimum(x + w, other_x + other_w) - np.maximum(x, other_x)
    height = np.minimum(y + h, other_y + other_h) - np.maximum(y, other_y)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    within = shared >= _INSIDE * np.minimum(w * h, other_w * other_h)
    at_foot = y + h / 2 >= other_y + _FOOT * other_h
    small = (
        at_foot & (np.maximum(w, h) <= _SMALL * other_h) & (ink[sign, 5] == [digits[index].light for index in digit.tolist()])
    )
    outside = np.ones(len(ink), bool)
    outside[sign[within & ~small]] = False
    for pair in np.flatnonzero(within & small).tolist():
        if _is_part(ink[sign[pair], :4], digits[digit[pair]]):
            outside[sign[pair]] = False
    found = np.unique(np.rint(ink[outside, :4]).astype(np.int32), axis=0)  # a large mark is a piece as well
    return np.concatenate([found, _leftovers(digits)])


def _is_part(mark: NDArray[np.float32], digit: Candidate) -> bool:
    """Return whether a mark's box (float32 [4]) lies on the digit's own ink."""
    x, y, w, h = (mark / digit.zoom - (*digit.corner_xy, 0, 0)).tolist()
    own = digit.patch[max(0, round(y)) : max(0, round(y + h)), max(0, round(x)) : max(0, round(x + w))]
    return own.size == 0 or cv2.countNonZero(own) >= _INKED * own.size


def _leftovers(digits: list[Candidate]) -> NDArray[np.int32]:
    """Return int32 [M, 4]: what is left of wide pieces without their digits, as a plus that touches its neighbours."""
    parts: dict[int, list[Candidate]] = {}
    for digit in digits:
        if digit.whole is not None:
            parts.setdefault(id(digit.whole), []).append(digit)
    found = []
    for of_one in parts.values():
        whole = of_one[0].whole
        if whole is not None:
            found += _left_of(whole, of_one)
    return np.array(found, np.int32).reshape(-1, 4)


def _left_of(whole: Candidate, parts: list[Candidate]) -> list[Box]:
    zoom, (left, top) = whole.zoom, whole.corner_xy
    ink = cv2.compare(whole.patch, 255 * whole.bound / whole.contrast, cv2.CMP_GT)
    for part in parts:
        h, w = part.patch.shape
        x, y = part.corner_xy[0] - left, part.corner_xy[1] - top
        own = cv2.dilate(cv2.copyMakeBorder(part.patch, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), _CROSS)
        rows, columns = slice(max(0, y - 1), y + h + 1), slice(max(0, x - 1), x + w + 1)
        window = ink[rows, columns]
        own = own[max(0, 1 - y) :, max(0, 1 - x) :][: window.shape[0], : window.shape[1]]
        window[own > 0] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_BBDT)
    height = min(part.box_xywh[3] for part in parts)
    found = []
    for label in range(1, count):
        x, y, w, h, _ = stats[label].tolist()
        box = in_picture(left + x, top + y, w, h, zoom)
        alone = max(w, h) * zoom >= _LEFT * height and not any(_holds(part.box_xywh, box) for part in parts)
        if alone and whole.patch[y : y + h, x : x + w][labels[y : y + h, x : x + w] == label].max() >= _FULL:
            found.append(box)
    return found


def _holds(box: Box, other: Box) -> bool:
    """Return whether the middle of another box is in a box."""
    x, y = other[0] + other[2] / 2 - box[0], other[1] + other[3] / 2 - box[1]
    return 0 <= x <= box[2] and 0 <= y <= box[3]


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
    middle = y + h / 2 - top
    high = 0.5 if middle <= 0.65 * height else 0.36  # one that climbs, and no small letter that stands on the line
    flat = 0.22 * height <= w <= 1.35 * height and h <= min(0.8 * w, high * height + _SOFT_PX)
    return flat and -0.35 * height <= gap <= 0.5 * height and 0.2 * height <= middle <= 0.78 * height
