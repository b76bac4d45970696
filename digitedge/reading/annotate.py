"""Boxes and digits drawn into a picture."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.page import Box, Page

_SURE_BGR, _UNSURE_BGR, _TEXT_BGR = (70, 160, 20), (30, 130, 240), (255, 255, 255)
_SURE_FROM = 0.9  # calibrated confidence


def annotate(image_bgr: NDArray[np.uint8], page: Page) -> NDArray[np.uint8]:
    """Return a copy of the picture with every digit of the page boxed and named.

    Args:
        image_bgr: uint8 [H, W, 3], the picture the page was read from.
        page: What was read in it.
    """
    drawn = image_bgr.copy()
    draw_labels(drawn, ((d.box_xywh, str(d.digit), d.confidence) for d in page.digits))
    return drawn


def draw_labels(image_bgr: NDArray[np.uint8], labels: Iterable[tuple[Box, str, float]]) -> None:
    """Draw boxes with their text into ``image_bgr``: green where the confidence is high, orange where it is not.

    The text stands on a plate above its box, small enough to hide little and large enough to read.
    """
    thickness = max(1, round(min(image_bgr.shape[:2]) / 480))
    for (x, y, width, height), text, confidence in labels:
        color = _SURE_BGR if confidence >= _SURE_FROM else _UNSURE_BGR
        cv2.rectangle(image_bgr, (x, y), (x + width, y + height), color, thickness)
        scale = thickness * min(max(0.45, height / 90), 0.9)
        draw_plate(image_bgr, text, (x, y - thickness), color, scale)


def draw_plate(
    image_bgr: NDArray[np.uint8], text: str, bottom_left_xy: tuple[int, int], color_bgr: tuple[int, int, int], scale: float
) -> None:
    """Draw light text on a coloured plate whose lower left corner is given; it is moved inside the picture.

    Args:
        image_bgr: uint8 [H, W, 3], drawn into.
        text: Latin characters, as OpenCV's Hershey fonts have no others.
        bottom_left_xy: Pixels.
        color_bgr: Of the plate.
        scale: Of the font; 1 is about 22 pixels tall.
    """
    weight = max(1, round(scale * 1.5))
    (width, height), baseline = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, weight)
    x = min(max(0, bottom_left_xy[0]), max(0, image_bgr.shape[1] - width - 2))
    y = min(max(height + baseline, bottom_left_xy[1]), image_bgr.shape[0] - 1)
    cv2.rectangle(image_bgr, (x, y - height - baseline), (x + width + 2, y), color_bgr, cv2.FILLED)
    cv2.putText(
        image_bgr, text, (x + 1, y - baseline // 2 - 1), cv2.FONT_HERSHEY_SIMPLEX, scale, _TEXT_BGR, weight, cv2.LINE_AA
    )
