"""The Raspberry Pi's ribbon-cable cameras: through picamera2, or through the program rpicam-vid where that is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitedge.camera.raw import RawPipe
from digitedge.camera.source import Frame, StalledError, frame_of_yuv420
from digitedge.errors import SourceError

_REMEDY = "Check the ribbon cable, then: rpicam-hello --list-cameras"
_PROGRAMS = ("rpicam-vid", "libcamera-vid")  # Bookworm and newer; Bullseye
_STRIDE_PX = 64  # rpicam-vid writes rows padded to this many pixels; a multiple of it has no padding


class Picamera2Camera:
    """A CSI camera through picamera2; see `digitedge.camera.source.Source`.

    Grey comes for free: the Y plane of the low-resolution YUV420 stream.
    """

    is_live = True

    def __init__(self, index: int, size_wh: tuple[int, int], fps: float, stall_s: float = 1.5) -> None:
        """Make it.

        Args:
            index: Which of the board's cameras.
            size_wh: Of the frames; both even.
            fps: Frames a second.
            stall_s: Silence for this long is a loss.
        """
        self.name = f"csi camera {index}"
        self._index, self._size_wh, self._fps, self._stall_s = index, size_wh, fps, stall_s
        self._camera: Any = None
        self._started = False

    def open(self) -> None:
        """Configure and start the camera. Raises SourceError."""
        os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise SourceError(
                "picamera2 is not installed here.",
                "Run: sudo apt install python3-picamera2   and make the venv with --system-site-packages",
            ) from error
        width, height = self._size_wh
        try:
            self._camera = Picamera2(self._index)
            frame_us = round(1e6 / self._fps)
            configuration = self._camera.create_video_configuration(
                # Twice the size, never looked at: a small main stream would make some sensors crop their field of view.
                main={"size": (2 * width, 2 * height), "format": "YUV420"},
                lores={"size": (width, height), "format": "YUV420"},
                buffer_count=4,
                controls={"FrameDurationLimits": (frame_us, frame_us)},
            )
            self._camera.configure(configuration)
            self._camera.start()
        except (RuntimeError, IndexError, OSError, ValueError) as error:
            raise SourceError(f"{self.name} cannot be started ({error}).", _REMEDY) from error
        self._started = True
        self._size_wh = tuple(self._camera.camera_configuration()["lores"]["size"])  # libcamera may have aligned it

    def read(self) -> Frame | None:
        """Return the next frame; see `digitedge.camera.source.Source.read`."""
        try:
            request = self._camera.capture_request(wait=self._stall_s)
            captured = time.time()
            try:
                yuv: np.ndarray[Any, np.dtype[np.uint8]] = request.make_array("lores")
            finally:
                request.release()
        except TimeoutError as error:
            raise StalledError(f"{self.name}: nothing came for {self._stall_s:g} s.", _REMEDY) from error
        except (RuntimeError, OSError) as error:
            raise SourceError(f"{self.name} was lost ({error}).", _REMEDY) from error
        return frame_of_yuv420(yuv, self._size_wh, captured)

    def close(self) -> None:
        """Stop and close the camera, in this order."""
        camera, self._camera = self._camera, None
        if camera is None:
            return
        try:
            if self._started:
                camera.stop()
        finally:
            self._started = False
            camera.close()


class RpicamCamera:
    """A CSI camera through rpicam-vid's raw output; see `digitedge.camera.source.Source`."""

    is_live = True

    def __init__(self, index: int, size_wh: tuple[int, int], fps: float, stall_s: float = 1.5) -> None:
        """Make it; the width is rounded up to a multiple of 64, see `Picamera2Camera` for the rest."""
        self.name = f"csi camera {index} (rpicam-vid)"
        self._index, self._fps, self._stall_s = index, fps, stall_s
        self._size_wh = (-(-size_wh[0] // _STRIDE_PX) * _STRIDE_PX, size_wh[1] + size_wh[1] % 2)
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: RawPipe | None = None

    def open(self) -> None:
        """Start the program. Raises SourceError when it is not installed."""
        program = _find_rpicam()
        if program is None:
            raise SourceError("rpicam-vid is not installed here.", "Run: sudo apt install rpicam-apps-lite")
        width, height = self._size_wh
        command = [program, "--camera", str(self._index), "--timeout", "0", "--nopreview", "--codec", "yuv420"]
        command += ["--width", str(width), "--height", str(height), "--framerate", f"{self._fps:g}", "--flush", "--output", "-"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if self._process.stdout is None:
            raise ValueError("the program's output must be a pipe")
        self._pipe = RawPipe(self._process.stdout.fileno(), self._size_wh, "yuv420p", self._stall_s)
        self._pipe.name = self.name

    def read(self) -> Frame | None:
        """Return the next frame; see `digitedge.camera.source.Source.read`."""
        if self._pipe is None:
            raise ValueError("read() before open()")
        frame = self._pipe.read()
        if frame is None:
            raise SourceError(f"{self.name} has ended.", _REMEDY)
        return frame

    def close(self) -> None:
        """End the program."""
        process, self._process, self._pipe = self._process, None, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


@dataclass(frozen=True, slots=True)
class CsiCamera:
    """A ribbon-cable camera that is there.

    Attributes:
        index: Its number on this board.
        model: Its sensor, as "imx219".
        way: "picamera2" or "rpicam-vid".
    """

    index: int
    model: str
    way: str


def csi_cameras() -> list[CsiCamera]:
    """Return the CSI cameras, through picamera2 where it is installed, else through rpicam-vid."""
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
    try:
        from picamera2 import Picamera2
    except ImportError:
        return _rpicam_cameras()
    # USB cameras show up there too; their path names the USB bus.
    infos = [info for info in Picamera2.global_camera_info() if "usb" not in str(info["Id"]).lower()]
    return [CsiCamera(int(info["Num"]), str(info["Model"]), "picamera2") for info in infos]


def _rpicam_cameras() -> list[CsiCamera]:
    program = _find_rpicam()
    if program is None:
        return []
    try:
        listing = subprocess.run([program, "--list-cameras"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = re.findall(r"^\s*(\d+) : (\S+)", listing, re.MULTILINE)
    return [CsiCamera(int(number), model, "rpicam-vid") for number, model in found]


def _find_rpicam() -> str | None:
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)
