"""JPEG pictures from a stream: whole ones only, because a half one still shows digits that are no longer there."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.still import BLOCK_PX
from digitedge.errors import SourceError

START, END = b"\xff\xd8", b"\xff\xd9"
_MOST_PIXELS = 120_000_000  # a bomb beyond


class JpegFrame:
    """A whole JPEG, of which no more is decoded than somebody asks for; see `digitedge.camera.source.Frame`.

    Most frames are only compared and followed, on their small picture: libjpeg gives it for half of what all costs.

    Attributes:
        small: uint8 [about H/4, about W/4].
        time: Seconds since the epoch.
    """

    def __init__(self, content: bytes, small: NDArray[np.uint8], time: float) -> None:
        """Take what `jpeg_frame` has looked at."""
        self._content, self.small, self.time = content, small, time

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """uint8 [H, W]: the JPEG's own luma. Raises SourceError if it cannot be decoded after all."""
        return self._decoded(cv2.IMREAD_GRAYSCALE)

    @cached_property
    def bgr(self) -> NDArray[np.uint8]:
        """uint8 [H, W, 3]. Raises SourceError if it cannot be decoded after all."""
        return self._decoded(cv2.IMREAD_COLOR)

    def _decoded(self, how: int) -> NDArray[np.uint8]:
        picture = decode_jpeg(self._content, how)
        if picture is None:
            raise SourceError("A picture of the camera cannot be decoded in full.", "Lower the camera's resolution.")
        return picture


def jpeg_frame(content: bytes, time: float) -> JpegFrame | None:
    """Return the frame of a JPEG; None for what is no whole one or is too large to be a camera's."""
    small = decode_jpeg(content, cv2.IMREAD_REDUCED_GRAYSCALE_4)
    if small is None or small.size * BLOCK_PX**2 > _MOST_PIXELS:
        return None
    return JpegFrame(content, small, time)


def decode_jpeg(content: bytes, how: int = cv2.IMREAD_COLOR) -> NDArray[np.uint8] | None:
    """Return the picture, uint8 [H, W, 3] B, G, R, or what else OpenCV makes of it; None for what is no whole JPEG.

    libjpeg fills what is missing with middle grey and calls that a picture, so the end mark and the last row are looked at.
    """
    if not content.startswith(START) or END not in content[-64:]:  # some cameras pad behind the end mark
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), how)
    except cv2.error:
        return None
    if picture is None or (picture[-1] == 128).all():
        return None
    return picture
