"""USB cameras and network streams through OpenCV's VideoCapture.

Known of VideoCapture (measured): time-outs count only in the constructor, ``isOpened()`` stays True after a failure, frames
queue up behind a slow reader. So everything is judged by `read`, and the thread around it reads without a pause.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import cv2

from digitedge.camera.ffmpeg import live_options, quiet_ffmpeg
from digitedge.camera.mjpeg import MjpegStream, NotMjpegError, without_password
from digitedge.camera.source import Frame, StalledError, frame_of_bgr
from digitedge.errors import SourceError

_OPEN_TIMEOUT_MS = 8000  # a stream may let us wait for its next key frame


class UsbCamera:
    """A V4L2 camera; see `digitedge.camera.source.Source`."""

    is_live = True

    def __init__(
        self,
        device: int | str,
        size_wh: tuple[int, int],
        fps: float,
        make_capture: Callable[..., Any] = cv2.VideoCapture,
    ) -> None:
        """Make it.

        Args:
            device: 0 or "/dev/video0".
            size_wh: Asked for; the camera may choose another one.
            fps: Asked for.
            make_capture: OpenCV's VideoCapture, or what stands for it where there is no camera.
        """
        self.name = f"camera {device}" if isinstance(device, int) else device
        self._device, self._size_wh, self._fps, self._make_capture = device, size_wh, fps, make_capture
        self._capture: Any = None

    def open(self) -> None:
        """Open the device and ask for MJPG. Raises SourceError."""
        path = f"/dev/video{self._device}" if isinstance(self._device, int) else self._device
        _check_device(path)
        capture = self._make_capture(self._device, cv2.CAP_V4L2)
        self._capture = capture
        # MJPG first: uncompressed YUYV fills USB 2 at 640×480 and 30 fps. Then the size, which depends on the format.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size_wh[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size_wh[1])
        capture.set(cv2.CAP_PROP_FPS, self._fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not capture.isOpened():
            raise SourceError(
                f"{self.name} cannot be opened.", "Another program may use it, or it is no camera: digitedge camera --list"
            )

    def read(self) -> Frame | None:
        """Return the next frame; see `digitedge.camera.source.Source.read`."""
        found, picture = self._capture.read()
        if not found:
            raise SourceError(f"{self.name} gives no picture.", "Is it plugged in, and free? digitedge camera --list")
        return frame_of_bgr(picture, time.time())

    def close(self) -> None:
        """Let go of the device."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class HttpStream:
    """What an http:// address sends: JPEGs one after another, else a video FFmpeg knows (HLS, MPEG-TS, MP4)."""

    is_live = True

    def __init__(self, url: str, stall_s: float = 1.5, in_color: bool = True) -> None:
        """Make it; ``stall_s`` seconds of silence are a loss, ``in_color`` as in `MjpegStream`."""
        self.name = without_password(url)
        self._url, self._stall_s, self._in_color = url, stall_s, in_color
        self._stream: MjpegStream | NetworkStream = MjpegStream(url, stall_s, in_color=in_color)

    def open(self) -> None:
        """Ask for the stream, and see what comes. Raises SourceError."""
        self._stream = MjpegStream(self._url, self._stall_s, in_color=self._in_color)
        try:
            self._stream.open()
        except NotMjpegError as not_mjpeg:
            self._stream.close()
            self._stream = NetworkStream(self._url, self._stall_s)
            try:
                self._stream.open()
            except SourceError:
                raise not_mjpeg from None

    def read(self) -> Frame | None:
        """Return the newest frame; see `digitedge.camera.source.Source.read`."""
        return self._stream.read()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()


class NetworkStream:
    """RTSP, MPEG-TS over TCP or UDP, HLS and other streams FFmpeg knows; see `digitedge.camera.source.Source`."""

    is_live = True

    def __init__(self, url: str, stall_s: float = 1.5) -> None:
        """Make it; ``stall_s`` seconds of silence are a loss."""
        self.name = without_password(url)
        self._url, self._stall_s = url, stall_s
        self._capture: Any = None

    def open(self) -> None:
        """Connect and wait for the stream's description. Raises SourceError."""
        quiet_ffmpeg()
        began = time.monotonic()
        parameters = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_TIMEOUT_MS]
        parameters += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(self._stall_s * 1000)]
        parameters += [cv2.CAP_PROP_N_THREADS, 1]  # frame threads hold back a frame each
        with live_options():
            self._capture = cv2.VideoCapture(self._url, cv2.CAP_FFMPEG, parameters)
        if not self._capture.isOpened():
            if (time.monotonic() - began) * 1000 >= _OPEN_TIMEOUT_MS:
                raise StalledError(f"{self.name} does not answer.", "Check that the camera is on, and the address.")
            raise SourceError(f"{self.name} cannot be opened.", "Check the address, the password and that the camera is on.")

    def read(self) -> Frame | None:
        """Return the next frame; see `digitedge.camera.source.Source.read`."""
        began = time.monotonic()
        found, picture = self._capture.read()
        if time.monotonic() - began >= self._stall_s:  # a picture that comes with the time-out is the decoder's last, and old
            raise StalledError(f"{self.name}: nothing came for {self._stall_s:g} s.")
        if found:
            return frame_of_bgr(picture, time.time())
        raise SourceError(f"{self.name} has ended or was cut off.")

    def close(self) -> None:
        """Hang up."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def _check_device(path: str) -> None:
    if not os.path.exists(path):  # noqa: PTH110 - a device name, not a file
        raise SourceError(f"{path}: no such camera.", "See what is there: digitedge camera --list")
    if not os.access(path, os.R_OK | os.W_OK):
        raise SourceError(f"{path} may not be read.", 'Run: sudo usermod -aG video "$USER"   then log in again.')
