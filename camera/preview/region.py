"""The region drawn on the page, as it comes over the line."""

from __future__ import annotations

import json

from digitedge.reading.page import Box

MIN_SIDE_PX = 8


def parse_roi(body: bytes, size_wh: tuple[int, int]) -> Box | None:
    """Return the region in a request's body, clipped to the picture; None for the whole picture.

    Args:
        body: JSON, ``{"box": [x, y, width, height]}`` in pixels of the full frame, or ``{"box": null}``.
        size_wh: Size of the frame, pixels.

    Raises:
        ValueError: It is something else, or less than 8×8 pixels of it are in the picture.

    >>> parse_roi(b'{"box": [-5, 10, 50, 900]}', (640, 480))
    (0, 10, 45, 470)
    """
    try:
        box = json.loads(body)["box"]
        if box is None:
            return None
        x, y, width, height = (round(float(value)) for value in box)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError('body must be {"box": [x, y, width, height]} or {"box": null}') from error
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, size_wh[0]), min(y + height, size_wh[1])
    if right - left < MIN_SIDE_PX or bottom - top < MIN_SIDE_PX:
        raise ValueError(f"box must hold at least 8×8 pixels of the {size_wh[0]}×{size_wh[1]} picture, got {box}")
    return left, top, right - left, bottom - top
