"""What the page shows of a frame, as encoded pictures."""

from __future__ import annotations

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.live import LiveFrame
from digitedge.reading.annotate import draw_labels

JPEG_QUALITY = 80
MAX_SIDE_PX = 1280  # a phone shows no more, and a Pi encodes 640×480 four times as fast as this


def boxed_jpeg(live: LiveFrame) -> bytes:
    """Return a JPEG of the frame with the steady digits boxed; the numbers are the page's to show, as text."""
    drawn = live.frame_bgr.copy()
    draw_labels(drawn, ((digit.box_xywh, str(digit.digit), digit.confidence) for digit in live.digits if digit.steady))
    return encode_jpeg(drawn)


def plain_jpeg(live: LiveFrame) -> bytes:
    """Return a JPEG of the frame as it came."""
    return encode_jpeg(live.frame_bgr)


def encode_jpeg(picture_bgr: NDArray[np.uint8]) -> bytes:
    """Return a JPEG of the picture, uint8 [H, W, 3], scaled down to at most `MAX_SIDE_PX`."""
    height, width = picture_bgr.shape[:2]
    shrink = MAX_SIDE_PX / max(height, width)
    if shrink < 1:
        size_wh = (round(width * shrink), round(height * shrink))
        picture_bgr = cv2.resize(picture_bgr, size_wh, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", picture_bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def patch_url(field: NDArray[np.uint8]) -> str:
    """Return a patch, uint8 [side, side], as a data: URL of its PNG."""
    png = cv2.imencode(".png", field)[1].tobytes()
    return "data:image/png;base64," + base64.b64encode(png).decode()
