"""What the camera saw, as an annotated video of limited size."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.ffmpeg import quiet_ffmpeg
from digitedge.camera.live import FullError, Health, LiveFrame
from digitedge.camera.overlay import overlay
from digitedge.errors import OutputError
from digitedge.files import replacing

_CODECS = {".avi": "MJPG", ".mkv": "mp4v", ".mov": "mp4v", ".mp4": "mp4v"}
_LONGEST_HOLD_S = 1.0  # a picture stands at most this long while no other comes: nothing is invented for a lost camera
_CHECK_EVERY = 30  # frames between looks at the file's size


class Recording:
    """Writes the live frames with boxes and numbers; the file appears under its name when it is whole.

    Frames come at an uneven pace; each stands in the video for the time until the next one.
    """

    def __init__(self, path: Path, fps: float, max_bytes: int) -> None:
        """Make it.

        Args:
            path: .mp4, .mov, .mkv or .avi; replaced if it exists.
            fps: Of the video.
            max_bytes: The recording ends when the file has grown to this size.

        Raises:
            OutputError: Another suffix, or no such folder.
        """
        if path.suffix.lower() not in _CODECS:
            raise OutputError(f"{path} has no suffix of a video.", "Name it .mp4, .mov, .mkv or .avi.")
        if not path.parent.is_dir():
            raise OutputError(f"{path.parent}: no such folder.", f"Run: mkdir -p {path.parent}")
        self._path, self._fps, self._max_bytes = path, fps, max_bytes
        self._stack = ExitStack()
        self._unfinished: Path | None = None
        self._writer: Any = None
        self._size_wh = (0, 0)
        self._began, self._written = 0.0, 0
        self._pending: NDArray[np.uint8] | None = None

    def deliver(self, live: LiveFrame) -> None:
        """Add the frame."""
        if self._unfinished is not None and self._writer is None:
            return  # full
        if self._writer is None:
            self._open(live)
        self._hold_until(live.time)
        picture = overlay(live)
        if (picture.shape[1], picture.shape[0]) != self._size_wh:
            picture = cv2.resize(picture, self._size_wh, interpolation=cv2.INTER_AREA)
        self._pending = picture
        if self._written % _CHECK_EVERY == 0:
            self._check_size()

    def tick(self, health: Health) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Finish the file. Raises OutputError if it cannot be written."""
        if self._pending is not None and self._writer is not None:
            self._write(1)
        self._finish()

    def _open(self, live: LiveFrame) -> None:
        self._size_wh = (live.frame_bgr.shape[1], live.frame_bgr.shape[0])
        self._unfinished = self._stack.enter_context(replacing(self._path))
        quiet_ffmpeg()
        codec = cv2.VideoWriter.fourcc(*_CODECS[self._path.suffix.lower()])
        writer = cv2.VideoWriter(str(self._unfinished), codec, self._fps, self._size_wh)
        if not writer.isOpened():
            with self._stack:
                raise OutputError(f"{self._path} cannot be written.", "Check the folder's rights and the free space.")
        self._writer = writer
        self._began, self._written = live.time, 0

    def _hold_until(self, time: float) -> None:
        """Write the waiting picture until the video has come to ``time``."""
        if self._pending is None:
            return
        due = round((time - self._began) * self._fps) - self._written
        if due < 0:  # the clock was set back
            self._began += due / self._fps
            due = 0
        most = max(1, round(_LONGEST_HOLD_S * self._fps))
        if due > most:
            self._began += (due - most) / self._fps  # the gap is cut out
        self._write(min(due, most))

    def _write(self, times: int) -> None:
        for _ in range(times):
            self._writer.write(self._pending)
            self._written += 1

    def _check_size(self) -> None:
        if self._unfinished is not None and self._unfinished.stat().st_size >= self._max_bytes:
            self._finish()
            raise FullError(f"{self._path} has reached {self._max_bytes / 1e6:g} MB and is closed.", "Allow more: --max-mb N")

    def _finish(self) -> None:
        if self._writer is None:
            return
        self._writer.release()
        self._writer = None
        with self._stack:  # what fails in here leaves the file that was there
            if self._unfinished is None or not _is_whole(self._unfinished):
                raise OutputError(f"{self._path} cannot be written whole.", "Check the free space on its disk.")


def _is_whole(path: Path) -> bool:
    """Tell whether a video's last picture can be read; OpenCV's writer says nothing of a full disk."""
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        count = video.get(cv2.CAP_PROP_FRAME_COUNT)
        return bool(count >= 1 and video.set(cv2.CAP_PROP_POS_FRAMES, count - 1) and video.read()[0])
    finally:
        video.release()
