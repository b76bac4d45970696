"""A drawn scene that moves like what a hand-held camera sees, with its truth for every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import Board, around
from digitedge.scenes.grounds import lay_ground
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.optics import add_noise, light
from digitedge.scenes.truth import Box, TrueDigit, TrueNumber
from digitedge.scenes.writer import Writer

_MARGIN = 0.06  # how far the view wanders, parts of the picture's size


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """What stands in one frame.

    Attributes:
        digits: All of them.
        numbers: The same, grouped; the last one is the counter that changes now and then.
    """

    digits: tuple[TrueDigit, ...]
    numbers: tuple[TrueNumber, ...]


class MovingScene:
    """Endless frames of a sheet with a few numbers and a counter.

    Frame ``n`` depends on the arguments and ``n`` alone, so that a frame can be drawn again.

    Args:
        seed: Of hand, pen, numbers and noise.
        size_wh: Of the frames, pixels, at least 160×120.
        fps: Frames a second; sets how far things move from frame to frame.
        moving: False holds the camera still; light and sensor go on flickering.
        change_every_s: Seconds after which the counter steps on; 0 never.
    """

    def __init__(
        self,
        seed: int = 0,
        size_wh: tuple[int, int] = (640, 480),
        fps: float = 30.0,
        moving: bool = True,
        change_every_s: float = 4.0,
    ) -> None:
        if min(size_wh) < 120 or fps <= 0:
            raise ValueError(f"size_wh must be at least 160x120 and fps above 0, got {size_wh} and {fps}")
        self.size_wh = size_wh
        self.fps = fps
        self._seed = seed
        self._moving = moving
        self._change_every_s = change_every_s
        self._step = -1
        self._sheet_bgr, self._truth = _draw_sheet(seed, size_wh, 0)

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], FrameTruth]]:
        """Yield frames from the first on, without end and without waiting."""
        index = 0
        while True:
            yield self.frame(index)
            index += 1

    def frame(self, index: int) -> tuple[NDArray[np.uint8], FrameTruth]:
        """Return frame ``index``: uint8 [H, W, 3] in B, G, R order, and its truth."""
        seconds = index / self.fps
        step = int(seconds / self._change_every_s) if self._change_every_s else 0
        if step != self._step:
            self._sheet_bgr, self._truth = _draw_sheet(self._seed, self.size_wh, step)
            self._step = step
        width, height = self.size_wh
        drift_x, drift_y, zoom = _camera(seconds) if self._moving else (0.0, 0.0, 1.0)
        offset_x = width * (_MARGIN + 0.8 * _MARGIN * drift_x)
        offset_y = height * (_MARGIN + 0.8 * _MARGIN * drift_y)
        # Sheet pixel s lands on (s - middle) * zoom + middle - offset.
        middle_x, middle_y = 0.5 * self._sheet_bgr.shape[1], 0.5 * self._sheet_bgr.shape[0]
        shift_x, shift_y = middle_x * (1 - zoom) - offset_x, middle_y * (1 - zoom) - offset_y
        view = np.array([[zoom, 0, shift_x], [0, zoom, shift_y]])
        seen = cv2.warpAffine(self._sheet_bgr, view, self.size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        rng = np.random.default_rng((self._seed, 5, index))
        flicker = 0.97 + 0.03 * np.sin(seconds * 7) + 0.008 * rng.standard_normal()
        bright = cv2.convertScaleAbs(seen, alpha=float(flicker))
        frame_bgr = add_noise(np.asarray(bright, np.uint8), 3.0, rng)
        return frame_bgr, _moved(self._truth, zoom, shift_x, shift_y)


def _camera(seconds: float) -> tuple[float, float, float]:
    """Return drift across and down in -1..1, and zoom: a slow sway that repeats only after minutes."""
    drift_x = 0.7 * np.sin(0.41 * seconds) + 0.3 * np.sin(1.13 * seconds + 1)
    drift_y = 0.7 * np.sin(0.33 * seconds + 2) + 0.3 * np.sin(0.97 * seconds)
    return float(drift_x), float(drift_y), float(1 + 0.02 * np.sin(0.23 * seconds))


def _draw_sheet(seed: int, size_wh: tuple[int, int], step: int) -> tuple[NDArray[np.uint8], FrameTruth]:
    """Return the sheet, larger than the picture by the margin on each side, and its truth."""
    rng = np.random.default_rng((seed, 4))
    width, height = (round(side * (1 + 2 * _MARGIN)) for side in size_wh)
    board = Board(np.zeros((height, width, 3), np.uint8), np.eye(3), rng)
    lay_ground(board, "white", "none", False, 0.3)
    size = size_wh[1] * 0.11
    hand = replace(
        Hand.random(rng), slant=0.1, aspect=1.0, rotation=0.0, jitter=0.015, loose=0.015, warp=0.02, size_spread=0.03
    )
    pen = Pen("felt", 0.11, 0.15, 0.0, 1.0)
    writer = Writer(hand, pen, (60, 35, 25), (60, 35, 25), 1.0, size, 0.26)
    left, top = 2.6 * _MARGIN * width, 2.6 * _MARGIN * height
    lines = 4
    pitch = (height - 2 * top) / lines
    for line in range(lines - 1):
        for column in range(2):
            text = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(2, 5))))
            writer.write(board, text, left + column * 0.5 * (width - 2 * left), top + pitch * line + size, size)
    shade = light((width, height), rng, 0.4)
    board.rng = np.random.default_rng((seed, 6, step))  # only the counter's shape may differ from step to step
    writer.write(board, str(100 + (37 * seed + 7 * step) % 900), left, top + pitch * (lines - 1) + size, size)
    lit = cv2.multiply(board.image_bgr, shade, scale=1 / 255)
    soft = cv2.GaussianBlur(lit, (0, 0), max(0.5, 0.001 * width))
    return np.asarray(soft, np.uint8), FrameTruth(tuple(board.digits), tuple(board.numbers))


def _moved(truth: FrameTruth, zoom: float, shift_x: float, shift_y: float) -> FrameTruth:
    def move(box: Box) -> Box:
        x, y, width, height = box
        left, top = round(x * zoom + shift_x), round(y * zoom + shift_y)
        right, bottom = round((x + width) * zoom + shift_x), round((y + height) * zoom + shift_y)
        return left, top, right - left, bottom - top

    digits = tuple(TrueDigit(digit.digit, move(digit.box_xywh), digit.printed) for digit in truth.digits)
    numbers = tuple(
        TrueNumber(number.text, around([digits[member].box_xywh for member in number.members]), number.members)
        for number in truth.numbers
    )
    return FrameTruth(digits, numbers)
