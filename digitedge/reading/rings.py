"""What somebody circled, where the circle touches it: the piece is filled, its rim peeled off, and what is left inside offered.

╭───╮         ╭───╮         ┌┄┄┄┐
│ 4─┤   ──▶   │███│   ──▶   ┊ 4 ┊    A box or a cloud is no different, and a ring may lie within another.
╰───╯         ╰───╯         └┄┄┄┘
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate, pieces_of

_MIN_PX = 22  # side of a ring with something in it
_HOLLOW = 0.5  # of the piece's box, at most, is ink
_ROOM = 0.35  # of what the outline encloses, at least, is left without the rim
_RIM = 1.3  # widths of the pen
_HEIGHT = 0.25  # of the ring's height: what is lower is no digit in it
_MOST = 6  # largest pieces of what is inside
_DEEP = 2  # rings in rings


def is_hollow(patch: NDArray[np.uint8]) -> bool:
    """Return whether a piece, uint8 [h, w], is large enough for a ring and has the room."""
    return min(patch.shape) >= _MIN_PX and cv2.countNonZero(patch) <= _HOLLOW * patch.size


def inside(candidate: Candidate, deep: int = _DEEP) -> Iterator[Candidate]:
    """Yield the pieces of ink within a candidate's outer line, each a candidate of its own; none where it is no ring."""
    ink = cv2.compare(candidate.patch, 255 * candidate.bound / candidate.contrast, cv2.CMP_GT)
    ink = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, nesting = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return
    # A stroke as long as l and as wide as w covers l·w pixels, and the contours on its two sides are 2·l long.
    pen = 2 * cv2.countNonZero(ink) / max(1, sum(map(len, contours)))
    outer = max((index for index in range(len(contours)) if nesting[0][index][3] < 0), key=lambda index: len(contours[index]))
    filled = cv2.drawContours(np.zeros_like(ink), contours, outer, 255, cv2.FILLED)
    rim = 2 * round(_RIM * pen) + 1
    within = cv2.erode(filled, np.ones((rim, rim), np.uint8))
    if cv2.countNonZero(within) < _ROOM * cv2.countNonZero(filled):
        return
    kept = cv2.bitwise_and(candidate.patch, within[1:-1, 1:-1])
    for piece in pieces_of(candidate, kept, 0, _MOST, _HEIGHT * candidate.patch.shape[0]):
        found = replace(piece, whole=None)  # what is left of it is no sign
        yield found
        if deep > 1 and is_hollow(found.patch):
            yield from inside(found, deep - 1)
