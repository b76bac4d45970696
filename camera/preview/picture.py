"""What the page shows of a frame, as encoded pictures."""

from __future__ import annotations

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.live import LiveFrame

JPEG_QUALITY = 80
MAX_SIDE_PX = 1280  # a phone shows no more, and a Pi encodes 640×480 four times as fast as this
BOX_BGR = (80, 220, 60)
TEXT_BGR = (20, 40, 10)


def draw_boxes(live: LiveFrame) -> NDArray[np.uint8]:
    """Return a copy of the frame, uint8 [H, W, 3] BGR, with a box around each steady digit and the digit on a tag above it."""
    picture = live.frame_bgr.copy()
    width = max(1, round(max(picture.shape[:2]) / 320))
    scale = max(picture.shape[:2]) / 850
    for digit in live.digits:
        x, y, box_width, box_height = digit.box_xywh
        cv2.rectangle(picture, (x, y), (x + box_width, y + box_height), BOX_BGR, width)
        _draw_tag(picture, str(digit.digit), (x, y), scale, width)
    return picture


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


def _draw_tag(picture: NDArray[np.uint8], text: str, corner_xy: tuple[int, int], scale: float, width: int) -> None:
    """Write ``text`` on a filled tag that sits on the box's upper left corner, or inside it at the picture's upper edge."""
    (text_width, text_height), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, width)
    x, y = corner_xy[0], max(corner_xy[1], text_height + base)
    cv2.rectangle(picture, (x, y - text_height - base), (x + text_width + base, y), BOX_BGR, cv2.FILLED)
    cv2.putText(picture, text, (x + base // 2, y - base // 2), cv2.FONT_HERSHEY_SIMPLEX, scale, TEXT_BGR, width, cv2.LINE_AA)
