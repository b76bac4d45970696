"""Readings, live frames and sources whose truth a test knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from camera_servers import numbered_bgr
from numpy.typing import NDArray

from digitedge.camera.live import LiveFrame, TrackedDigit
from digitedge.camera.source import Frame, frame_of_bgr
from digitedge.errors import SourceError
from digitedge.patch import to_input
from digitedge.reading.page import Box, Number, Page, Reading
from digitedge.scenes.digits import draw_digits

_PATCHES, _LABELS = draw_digits(60, 11)
FIELDS = {digit: to_input(_PATCHES[int(np.flatnonzero(digit == _LABELS)[0])]) for digit in range(10)}


def reading(digit: int, box_xywh: Box, confidence: float = 0.95, says: int | None = None) -> Reading:
    """A reading of the ink of ``digit``; ``says`` is what the model makes of it, if it errs."""
    probabilities = np.full(11, (1 - confidence) / 10, np.float32)
    value = digit if says is None else says
    probabilities[value] = confidence
    return Reading(value, confidence, box_xywh, FIELDS[digit], probabilities)


def live_frame(number: int, texts: Iterable[str], *, changed: tuple[str, ...] = (), gone: tuple[str, ...] = ()) -> LiveFrame:
    """Frame ``number`` at 30 fps with numbers written below one another, every digit steady."""
    digits: list[TrackedDigit] = []
    numbers = []
    for row, text in enumerate(texts):
        members = tuple(range(len(digits), len(digits) + len(text)))
        for column, character in enumerate(text):
            box = (8 + 12 * column, 20 + 24 * row, 10, 16)
            digits.append(TrackedDigit(len(digits) + 1, int(character), 0.9, box))
        numbers.append(Number(text, 0.8, (8, 20 + 24 * row, 12 * len(text), 16), members))
    picture = numbered_bgr(number)
    page = Page((160, 120), (), (), {"ink": 1.0})
    time = 1_700_000_000.0 + number / 30
    return LiveFrame(number, time, picture, page, tuple(digits), tuple(numbers), changed, {"ink": 1.0}, "good", gone)


def without_news(live: LiveFrame) -> LiveFrame:
    return replace(live, changed=(), gone=())


class ScriptedSource:
    """A source that does what its script says: a number is a picture, an error is a loss, None is the end.

    An error that follows an error is a failed opening.
    """

    name = "script"

    def __init__(self, script: Iterable[int | SourceError | None], *, is_live: bool = True, fps: float = 30.0) -> None:
        self.is_live = is_live
        self.opened = self.closed = 0
        self._script = list(script)
        self._fps = fps
        self._count = 0

    def open(self) -> None:
        self.opened += 1
        if self._script and isinstance(self._script[0], SourceError):
            raise self._script.pop(0)  # type: ignore[misc]

    def read(self) -> Frame | None:
        step = self._script.pop(0) if self._script else None
        if isinstance(step, SourceError):
            raise step
        if step is None:
            return None
        self._count += 1
        return frame_of_bgr(numbered_bgr(step), (self._count - 1) / self._fps)

    def close(self) -> None:
        self.closed += 1


def drawn_page(texts: Iterable[tuple[str, tuple[int, int]]], size_wh: tuple[int, int] = (320, 240)) -> NDArray[np.uint8]:
    """Grey paper with drawn digits, 28 pixels tall, each text at its place."""
    page = np.full((size_wh[1], size_wh[0]), 215, np.uint8)
    for text, (x, y) in texts:
        for position, character in enumerate(text):
            field = FIELDS[int(character)]
            part = page[y : y + 28, x + 26 * position : x + 26 * position + 28]
            part -= (field.astype(np.uint16) * 170 // 255).astype(np.uint8)
    return page
