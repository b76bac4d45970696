"""The gap between two digits as a picture: a point that touches a digit is no ink of its own, but an eye sees it.

The network that looks at it lies beside this file; models/recipes/glimpse.py and scripts/fit-joints say how it was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.patch import scaled
from digitedge.reading.candidates import Candidate
from digitedge.reading.glimpse import cut_square, strengths_of
from digitedge.reading.ink import InkLayer

GAP_PX = 40
"""Side of a picture of a gap, pixels."""

GAP_MODEL = Path(__file__).with_name("gap-int8.tflite")
"""Gap → what the digits beside it are: `digitedge.reading.joints.APART`, ``JOINED`` or ``POINT``."""

_HEIGHTS = 2.0  # of the two digits in the mean, from side to side
_FOOT = 0.68  # of the side: where they stand


def gap_pictures(pairs: Iterable[tuple[Candidate, Candidate]], layers: Iterable[InkLayer]) -> NDArray[np.uint8]:
    """Return a picture of each gap.

    Args:
        pairs: N pairs of neighbours, left and right, found in ``layers``.
        layers: Of one picture.

    Returns:
        uint8 [N, `GAP_PX`, `GAP_PX`]: the gap in the middle, the digits' own ink bright, all other ink of the left one's
            polarity at most half as bright.
    """
    strengths = strengths_of(layers)
    squares = [_square(left, right, strengths[left.level, left.light]) for left, right in pairs]
    return np.array(scaled(squares, GAP_PX), np.uint8).reshape(-1, GAP_PX, GAP_PX)


def _square(left: Candidate, right: Candidate, strength: NDArray[np.uint8]) -> NDArray[np.uint8]:
    (x, y, w, h), (right_x, right_y, _, right_h) = left.box_xywh, right.box_xywh
    side = _HEIGHTS * (h + right_h) / 2 / left.zoom
    middle, foot = (x + w + right_x) / 2 / left.zoom, (y + h + right_y + right_h) / 2 / left.zoom
    own = [candidate for candidate in (left, right) if (candidate.level, candidate.light) == (left.level, left.light)]
    return cut_square((round(middle - side / 2), round(foot - _FOOT * side)), max(2, round(side)), own, strength, GAP_PX)
