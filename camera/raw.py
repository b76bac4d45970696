"""Raw frames from a pipe: standard input, or a camera program that writes to one."""

from __future__ import annotations

import os
import select
import time

import numpy as np

from digitedge.camera.source import Frame, StalledError, frame_of_bgr, frame_of_gray, frame_of_yuv420
from digitedge.errors import SourceError

_BYTES_PER_PIXEL = {"bgr24": 3.0, "rgb24": 3.0, "gray": 1.0, "yuv420p": 1.5}
_FIRST_FRAME_S = 8.0
_MOST_PIXELS = 120_000_000  # as of a picture that is read from a file
PIXEL_FORMATS = tuple(_BYTES_PER_PIXEL)


class RawPipe:
    """Frames of one size, one after another, on a file descriptor; see `digitedge.camera.source.Source`."""

    is_live = True

    def __init__(self, descriptor: int, size_wh: tuple[int, int], pixels: str = "bgr24", stall_s: float = 1.5) -> None:
        """Make it.

        Args:
            descriptor: Readable; not closed here.
            size_wh: Of every frame; even for yuv420p.
            pixels: One of `PIXEL_FORMATS`, as FFmpeg's ``-pix_fmt`` names them.
            stall_s: Silence for this long is a loss.
        """
        self.name = "standard input" if descriptor == 0 else f"pipe {descriptor}"
        self._descriptor, self._size_wh, self._pixels, self._stall_s = descriptor, size_wh, pixels, stall_s
        self._bytes = bytearray(frame_bytes(size_wh, pixels))
        self._filled = 0
        self._patience_s = _FIRST_FRAME_S  # a program at the other end of the pipe may need time to start

    def open(self) -> None:
        """Nothing to do: the pipe is there."""

    def read(self) -> Frame | None:
        """Return the next frame; None at the pipe's end, where a half frame is dropped. Raises StalledError, SourceError."""
        view = memoryview(self._bytes)
        deadline = time.monotonic() + self._patience_s
        while self._filled < len(view):
            try:
                ready, _, _ = select.select([self._descriptor], [], [], max(0.0, deadline - time.monotonic()))
                count = os.readv(self._descriptor, [view[self._filled :]]) if ready else None
            except OSError as error:
                raise SourceError(f"{self.name} cannot be read: {error.strerror}.", "Pipe raw frames into it.") from error
            if count is None:
                raise StalledError(f"{self.name}: nothing came for {self._patience_s:g} s.")
            if count == 0:
                return None
            self._filled += count
        self._filled = 0
        self._patience_s = self._stall_s
        return frame_of_raw(bytes(self._bytes), self._size_wh, self._pixels, time.time())

    def close(self) -> None:
        """Nothing to do: the pipe belongs to whoever made it."""


def frame_bytes(size_wh: tuple[int, int], pixels: str) -> int:
    """Return how many bytes one frame has.

    >>> frame_bytes((640, 480), "yuv420p")
    460800
    """
    return int(size_wh[0] * size_wh[1] * _BYTES_PER_PIXEL[pixels])


def frame_of_raw(content: bytes, size_wh: tuple[int, int], pixels: str, captured: float) -> Frame:
    """Return the bytes of one frame as a frame; ``pixels`` is one of `PIXEL_FORMATS`."""
    width, height = size_wh
    values = np.frombuffer(content, np.uint8)
    if pixels == "gray":
        return frame_of_gray(values.reshape(height, width), captured)
    if pixels == "yuv420p":
        return frame_of_yuv420(values.reshape(height * 3 // 2, width), size_wh, captured)
    picture = values.reshape(height, width, 3)
    return frame_of_bgr(np.ascontiguousarray(picture[:, :, ::-1]) if pixels == "rgb24" else picture, captured)


def check_size(size_wh: tuple[int, int], pixels: str) -> None:
    """Raise SourceError if frames of this size and these pixels cannot be."""
    check_most(size_wh)
    if pixels == "yuv420p" and (size_wh[0] % 2 or size_wh[1] % 2):
        raise SourceError(f"--size {size_wh[0]}x{size_wh[1]}: yuv420p needs even numbers.", "Give an even width and height.")


def check_most(size_wh: tuple[int, int]) -> None:
    """Raise SourceError if frames of this size are more than a picture may be."""
    if size_wh[0] * size_wh[1] > _MOST_PIXELS:
        raise SourceError(f"--size {size_wh[0]}x{size_wh[1]} is more than can be read.", "Give a size below 120 megapixels.")
