"""JPEG pictures from a stream: whole ones only, because a half one still shows digits that are no longer there."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

START, END = b"\xff\xd8", b"\xff\xd9"


def decode_jpeg(content: bytes) -> NDArray[np.uint8] | None:
    """Return the picture, uint8 [H, W, 3] B, G, R; None for what is no whole JPEG.

    libjpeg fills what is missing with middle grey and calls that a picture, so the end mark and the last row are looked at.
    """
    if not content.startswith(START) or END not in content[-64:]:  # some cameras pad behind the end mark
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    if picture is None or (picture[-1] == 128).all():
        return None
    return picture
