"""One sentence for whoever holds the camera, when a picture could not be read well.

It is looked for only where nothing was read or nothing surely, so that a good picture costs nothing and gets no advice. The
bounds were chosen on drawn pages that were darkened, bleached, blurred and shrunk until they could no longer be read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import MIN_HEIGHT_PX
from digitedge.reading.page import Reading

TOO_DARK = "The picture is too dark: give it more light."
PALE = "Nothing stands out: the picture is blank, overexposed, or its ink too pale."
OUT_OF_FOCUS = "The picture is out of focus or was moved: hold still and let the camera focus."
TOO_SMALL = "The writing is only {} pixels high: come closer, at least {} are needed."

_SURE = 0.75  # mean confidence of the digits, from which the picture needs no advice
_PIXELS = 1_000_000  # sharpness is judged at this size: a phone's 12 megapixels are never sharp to the pixel
_ROWS, _COLUMNS = 96, 4  # so many rows are looked at; for brightness, every fourth pixel of them
_DARK = 45  # grey level of the brightest hundredth but one
_FLAT = 45  # grey levels from the darkest to the brightest
_NEAR, _FAR = 2, 16  # pixels: an edge in focus is as high over the near distance as over the far one
_SOFT = 0.3  # the near one over the far one, below which edges are soft
_NOISE = 4.2  # the largest half percent of normal noise, over its median
_LEAST_EDGE = 20.0  # grey levels, without which there is nothing to focus on
_LEAST_HEIGHT, _LEAST_COUNT = 4, 3  # of small writing: pixels, and marks


def advice(view: NDArray[np.uint8], readings: Sequence[Reading], marks: NDArray[np.float32]) -> str:
    """Return what would make a picture readable, or "" where it was read well or nothing is known to help.

    Args:
        view: uint8 [h, w], what was read.
        readings: Its digits.
        marks: float32 [M, 6]: x, y, width, height, contrast and polarity of ink too small to be a digit, pixels of the picture.

    >>> advice(np.full((480, 640), 9, np.uint8), [], np.empty((0, 6), np.float32))
    'The picture is too dark: give it more light.'
    """
    if view.size == 0 or (readings and sum(reading.confidence for reading in readings) >= _SURE * len(readings)):
        return ""
    step = max(1, round((view.size / _PIXELS) ** 0.5))
    rows = np.ascontiguousarray(view[:: max(1, len(view) // _ROWS), ::step])
    darkest, bright, brightest = _quantiles(rows[:, ::_COLUMNS], 0.005, 0.98, 0.995)
    if bright < _DARK:
        return TOO_DARK
    if brightest - darkest < _FLAT:
        return PALE
    if _is_soft(rows):
        return OUT_OF_FOCUS
    height = _small_writing(marks)
    return TOO_SMALL.format(height, MIN_HEIGHT_PX) if height else ""


def _is_soft(rows: NDArray[np.uint8]) -> bool:
    """Tell whether the strongest edges along rows, uint8 [n, w], take longer than an edge in focus does."""
    if rows.shape[1] <= _FAR:
        return False
    near, far = (np.maximum(rows[:, d:], rows[:, :-d]) - np.minimum(rows[:, d:], rows[:, :-d]) for d in (_NEAR, _FAR))
    middle, strongest = _quantiles(near, 0.5, 0.995)
    noise = _NOISE * middle
    edge = max(0.0, _quantiles(far, 0.995)[0] ** 2 - noise**2) ** 0.5
    return edge >= _LEAST_EDGE and max(0.0, strongest**2 - noise**2) ** 0.5 < _SOFT * edge


def _small_writing(marks: NDArray[np.float32]) -> int:
    """Return the height of marks that look like characters, pixels; 0 where few do, or half as many are of a digit's size."""
    if not len(marks):
        return 0
    _, _, width, height, contrast, _ = marks.T
    is_small = (height >= _LEAST_HEIGHT) & (height < MIN_HEIGHT_PX) & (width <= 1.2 * height)
    is_small &= contrast >= 0.5 * np.sort(contrast)[int(0.9 * (len(marks) - 1))]  # specks are paler than what somebody wrote
    count = int(is_small.sum())
    if count < _LEAST_COUNT or count <= 2 * int((height >= MIN_HEIGHT_PX).sum()):
        return 0
    return round(float(np.median(height[is_small])))


def _quantiles(values: NDArray[np.uint8], *shares: float) -> list[int]:
    """Return the grey levels below which these shares of the values lie."""
    counts = np.bincount(values.ravel(), minlength=256).cumsum()
    return [int(level) for level in np.searchsorted(counts, np.array(shares) * counts[-1])]
