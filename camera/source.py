"""What a camera is to the live loop: something that is opened, gives frames, may be lost, and is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.still import shrunk
from digitedge.errors import SourceError


class Frame(Protocol):
    """One picture of a source: a `PlainFrame`, or one that is decoded when it is asked for (`digitedge.camera.jpeg`)."""

    @property
    def bgr(self) -> NDArray[np.uint8]:
        """uint8 [H, W, 3]."""

    @property
    def gray(self) -> NDArray[np.uint8]:
        """uint8 [H, W], 0 black to 255 white."""

    @property
    def small(self) -> NDArray[np.uint8]:
        """uint8 [about H/4, about W/4], the mean of each block of 4×4 pixels of ``gray``."""

    @property
    def time(self) -> float:
        """Live sources: seconds since the epoch at which it was captured. Recordings: seconds since their first frame."""

    @property
    def decode_ms(self) -> float:
        """Milliseconds from ``time`` on that its source has decoded; 0 where ``time`` is when that was done."""


@dataclass(frozen=True, slots=True)
class PlainFrame:
    """A frame whose pixels are there; see `Frame`."""

    bgr: NDArray[np.uint8]
    gray: NDArray[np.uint8]
    time: float
    decode_ms: float = 0.0

    @property
    def small(self) -> NDArray[np.uint8]:
        """See `Frame`."""
        return shrunk(self.gray)


class StalledError(SourceError):
    """The source is there but nothing came from it for too long."""


class Source(Protocol):
    """A camera, stream or recording. One thread opens, reads and closes it.

    Attributes:
        name: As the user would write it, without passwords.
        is_live: A live source is opened again when it is lost, and its frames come when they come. A recording has an end,
            and its frames are played at their own pace.
    """

    name: str
    is_live: bool

    def open(self) -> None:
        """Connect. Raises SourceError when that fails; may be called again after `close`."""

    def read(self) -> Frame | None:
        """Return the newest frame, waiting for it; None at the end of a recording.

        Raises:
            StalledError: Nothing came for too long.
            SourceError: The source is lost.
        """

    def close(self) -> None:
        """Let go of the device or connection; harmless when it is not open."""


def frame_of_bgr(bgr: NDArray[np.uint8], time: float) -> Frame:
    """Return a colour picture (uint8 [H, W, 3]) as a frame."""
    return PlainFrame(bgr, cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), time)


def frame_of_gray(gray: NDArray[np.uint8], time: float) -> Frame:
    """Return a grey picture (uint8 [H, W]) as a frame."""
    return PlainFrame(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), gray, time)


def frame_of_yuv420(yuv: NDArray[np.uint8], size_wh: tuple[int, int], time: float) -> Frame:
    """Return a planar YUV 4:2:0 picture as a frame; its Y plane is the grey picture as it stands.

    Args:
        yuv: uint8 [H·3/2, stride], stride ≥ W: the Y plane, then the U and V planes at half the stride, two rows in one.
        size_wh: Width and height of the picture, both even.
        time: See `Frame`.
    """
    width, height = size_wh
    bgr = cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420)
    return PlainFrame(np.ascontiguousarray(bgr[:, :width]), np.ascontiguousarray(yuv[:height, :width]), time)
