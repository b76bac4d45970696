"""JPEG pictures from a stream: whole ones only, because a half one still shows digits that are no longer there."""

from __future__ import annotations

import math
from functools import cached_property
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.pace import due_after_s
from digitedge.camera.still import BLOCK_PX, shrunk
from digitedge.errors import SourceError

START, END = b"\xff\xd8", b"\xff\xd9"
_MOST_PIXELS = 120_000_000  # a bomb beyond
_ALIKE = 2  # times the bytes of the picture before: not too large either


class JpegFrame:
    """A whole JPEG, of which no more is decoded than somebody asks for; see `digitedge.camera.source.Frame`.

    Most frames are only compared and followed, on their small picture: libjpeg gives it for half of what all costs.

    Attributes:
        small: uint8 [about H/4, about W/4].
        time: Seconds since the epoch.
        decode_ms: What was decoded at once took so long.
    """

    def __init__(
        self,
        content: bytes,
        small: NDArray[np.uint8],
        time: float,
        decode_ms: float,
        gray: NDArray[np.uint8] | None,
        of: JpegFrames,
    ) -> None:
        """Take what `JpegFrames` has looked at; ``gray`` is None where that was no more than small."""
        self._content, self.small, self.time, self.decode_ms = content, small, time, decode_ms
        self._gray, self._of = gray, of

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """uint8 [H, W]: the JPEG's own luma. Raises SourceError if it cannot be decoded after all."""
        self._of.note_read(self.time)
        return self._decoded(cv2.IMREAD_GRAYSCALE) if self._gray is None else self._gray

    @cached_property
    def bgr(self) -> NDArray[np.uint8]:
        """uint8 [H, W, 3]. Raises SourceError if it cannot be decoded after all."""
        return self._decoded(cv2.IMREAD_COLOR)

    def _decoded(self, how: int) -> NDArray[np.uint8]:
        picture = _decoded(self._content, how)  # it was found whole when it came
        if picture is None:
            raise SourceError("A picture of the camera cannot be decoded in full.", "Lower the camera's resolution.")
        return picture


class JpegFrames:
    """Makes the frames of one stream. What will probably be read is decoded in full at once, and shrunk: that takes less.

    A moving picture is read at a steady pace (`digitedge.camera.pace`), so that the next reading is due some time after the
    last; where nothing is read then, the picture stands still, and nothing is expected until something was read again.
    """

    def __init__(self) -> None:
        self._read_at = -math.inf  # written by the thread that reads, read by the one that captures
        self._length = 0

    def note_read(self, time: float) -> None:
        """Note that the frame of ``time`` is read."""
        self._read_at = time

    def frame(self, content: bytes, time: float) -> JpegFrame | None:
        """Return the frame of a JPEG; None for what is no whole one or is too large to be a camera's."""
        began = perf_counter()
        full = None
        if 1 <= (time - self._read_at) / due_after_s() < 2 and len(content) <= _ALIKE * self._length:
            full = decode_jpeg(content, cv2.IMREAD_GRAYSCALE)
        small = decode_jpeg(content, cv2.IMREAD_REDUCED_GRAYSCALE_4) if full is None else shrunk(full)
        if small is None or small.size * BLOCK_PX**2 > _MOST_PIXELS:
            return None
        self._length = len(content)
        return JpegFrame(content, small, time, (perf_counter() - began) * 1e3, full, self)


def decode_jpeg(content: bytes, how: int = cv2.IMREAD_COLOR) -> NDArray[np.uint8] | None:
    """Return the picture, uint8 [H, W, 3] B, G, R, or what else OpenCV makes of it; None for what is no whole JPEG.

    libjpeg fills what is missing with middle grey and calls that a picture, so the end mark and the last row are looked at.
    """
    if not content.startswith(START) or END not in content[-64:]:  # some cameras pad behind the end mark
        return None
    picture = _decoded(content, how)
    return None if picture is None or (picture[-1] == 128).all() else picture


def _decoded(content: bytes, how: int) -> NDArray[np.uint8] | None:
    try:
        return cv2.imdecode(np.frombuffer(content, np.uint8), how)
    except cv2.error:
        return None
