"""What is near what, without asking all of all: a page of print has a hundred million pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FEW = 4096  # pairs: all of them are looked at


def ranges(first: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return intp [P] twice: each row's number, beside each index from the row's first to before its end.

    >>> rows, indices = ranges(np.array([0, 1, 5]), np.array([2, 1, 8]))
    >>> rows.tolist(), indices.tolist()
    ([0, 0, 2, 2, 2], [0, 1, 5, 6, 7])
    """
    count = np.maximum(end - first, 0)
    row = np.arange(len(count)).repeat(count)
    return row, np.arange(len(row)) + (first - count.cumsum() + count)[row]


def overlapping(boxes: NDArray[np.float32], others: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs whose heights overlap, and perhaps some more, as indices into boxes and others: both float32 [N, 4]."""
    if len(boxes) * len(others) <= _FEW:
        tops, bottoms = others[:, 1], others[:, 1] + others[:, 3]
        touch = np.less_equal.outer(boxes[:, 1], bottoms) & np.greater_equal.outer(boxes[:, 1] + boxes[:, 3], tops)
        first, second = np.nonzero(touch)
        return first, second
    order = others[:, 1].argsort(kind="stable")
    tops = others[order, 1]
    tallest = others[:, 3].max(initial=0)
    row, position = ranges(tops.searchsorted(boxes[:, 1] - tallest), tops.searchsorted(boxes[:, 1] + boxes[:, 3]))
    return row, order[position]
