"""What somebody circled, where the circle touches it: the piece is filled, its rim peeled off, and what is left inside offered.

╭───╮         ╭───╮         ┌┄┄┄┐
│ 4─┤   ──▶   │███│   ──▶   ┊ 4 ┊    A box or a cloud is no different, and a ring may lie within another.
╰───╯         ╰───╯         └┄┄┄┘

Rings that hang together by lines, as a diagram's do, fall apart where the rim is peeled off. The cells of a frame do not, so
each of its holes is made convex: what leans on a cell's side reaches into the hole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate, pieces_of

_MIN_PX = 22  # side of a ring with something in it
_HOLLOW = 0.5  # of the piece's box, at most, is ink
_ROOM = 0.35  # of what the outline encloses, at least, is left without the rim
_RIM = 1.3  # widths of the pen
_EDGE = 0.3  # widths of the pen: what is left of a cell's side where the hole is made convex
_ROOM_PX = 12  # side of a room with something in it
_HEIGHT = 0.25  # of the room's height: what is lower is no digit in it
_MOST = 6  # largest pieces of what is in a room
_DEEP = 2  # rings in rings


def is_hollow(patch: NDArray[np.uint8]) -> bool:
    """Return whether a piece, uint8 [h, w], is large enough for a ring and has the room."""
    return min(patch.shape) >= _MIN_PX and cv2.countNonZero(patch) <= _HOLLOW * patch.size


def inside(candidate: Candidate, deep: int = _DEEP) -> Iterator[Candidate]:
    """Yield the pieces of ink in a candidate's rooms, each a candidate of its own; none where it is no ring."""
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
    cells = list(_cells(contours, nesting[0], pen))
    left, top = candidate.corner_xy
    for x, y, room in (*_interiors(within[1:-1, 1:-1]), *(cells if len(cells) > 1 else ())):
        height, width = room.shape
        kept = cv2.bitwise_and(candidate.patch[y : y + height, x : x + width], room)
        for piece in pieces_of(replace(candidate, corner_xy=(left + x, top + y)), kept, 0, _MOST, _HEIGHT * height):
            found = replace(piece, whole=None)  # what is left of it is no sign
            yield found
            if deep > 1 and is_hollow(found.patch):
                yield from inside(found, deep - 1)


_Room = tuple[int, int, NDArray[np.uint8]]  # its left and upper edge in the piece's patch, and uint8 [h, w], 255 where it is


def _interiors(within: NDArray[np.uint8]) -> Iterator[_Room]:
    """Yield the rooms that hang together in what is left of a filled piece without its rim, uint8 [h, w]."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(within)
    for label, (x, y, w, h, _) in enumerate(stats[1:].tolist(), start=1):
        if min(w, h) >= _ROOM_PX:
            yield x, y, cv2.compare(labels[y : y + h, x : x + w], float(label), cv2.CMP_EQ)


def _cells(contours: Sequence[NDArray[np.int32]], nesting: NDArray[np.int32], pen: float) -> Iterator[_Room]:
    """Yield a piece's holes, each made convex, less a little of its edge.

    Args:
        contours: int32 [P, 1, 2] each, of the piece within a margin of one pixel.
        nesting: int32 [N, 4], whose last column tells the contour around each hole and is negative for the others.
        pen: Its width, pixels.
    """
    edge = 2 * max(1, round(_EDGE * pen)) + 1
    for contour, (_, _, _, around) in zip(contours, nesting.tolist(), strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        if around >= 0 and min(w, h) >= _ROOM_PX:
            hull = cv2.fillConvexPoly(np.zeros((h, w), np.uint8), cv2.convexHull(contour) - (x, y), 255)
            yield x - 1, y - 1, cv2.erode(hull, np.ones((edge, edge), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
