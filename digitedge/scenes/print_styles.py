"""Print: text in the fonts that come with OpenCV and Pillow."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

PRINTABLE = "ACDEFGHJKLMNPRTUVWXYacdefhijkmnprtuvwxy%&?@#<>+*{}[]"
"""Characters that, printed, nobody takes for a digit."""

_OPENCV_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL,
)


def draw_print(text: str, height_px: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return printed ``text`` in a random font.

    Args:
        text: One line.
        height_px: About the height of a capital, pixels.
        rng: Of the font and its weight.

    Returns:
        uint8 [H, W], 255 full ink, tight.
    """
    if text.isascii() and rng.random() < 0.5:
        return _opencv_text(text, height_px, _OPENCV_FONTS[int(rng.integers(len(_OPENCV_FONTS)))], rng.uniform(0.06, 0.16))
    return _pillow_text(text, height_px)


def _opencv_text(text: str, height_px: int, font: int, weight: float) -> NDArray[np.uint8]:
    scale = 2 * height_px / cv2.getTextSize("H", font, 1, 1)[0][1]
    thickness = max(1, round(weight * 2 * height_px))
    (width, height), base = cv2.getTextSize(text, font, scale, thickness)
    margin = thickness + 4
    canvas = np.zeros((height + base + 2 * margin, width + 2 * margin), np.uint8)
    cv2.putText(canvas, text, (margin, margin + height), font, scale, 255, thickness, cv2.LINE_AA)
    small = cv2.resize(canvas, (max(1, canvas.shape[1] // 2), max(1, canvas.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    return _tight(np.asarray(small, np.uint8))


def _pillow_text(text: str, height_px: int) -> NDArray[np.uint8]:
    font = _pillow_font(max(6, round(height_px / 0.72)))
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, fill=255, font=font)
    return _tight(np.asarray(image, np.uint8))


@lru_cache(maxsize=128)
def _pillow_font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


def _tight(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width]
