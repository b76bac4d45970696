"""What the user wrote after ``--source``, as a source."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from digitedge.camera.capture import HttpStream, NetworkStream, UsbCamera
from digitedge.camera.csi import CsiCamera, Picamera2Camera, RpicamCamera, csi_cameras
from digitedge.camera.discover import usb_cameras
from digitedge.camera.mjpeg import without_password
from digitedge.camera.playback import PICTURE_SUFFIXES, PictureFolder, VideoFile
from digitedge.camera.raw import PIXEL_FORMATS, RawPipe, check_size
from digitedge.camera.source import Source
from digitedge.errors import SourceError

_MOST_DIGITS = 9  # of a camera's number; Python reads none of over 4,300
_STREAM_SCHEMES = frozenset({"rtsp", "rtsps", "rtmp", "tcp", "udp", "rtp", "srt"})


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What is asked of a source, where it can choose.

    Attributes:
        size_wh: Of the frames; required of raw frames, a wish elsewhere.
        fps: Frames a second; None leaves a recording at its own pace and asks a camera for 30.
        pixels: Raw frames' pixel format, one of `digitedge.camera.raw.PIXEL_FORMATS`.
        stall_s: A live source that is silent this long has stalled.
        in_color: Somebody will look at every frame; else a source may decode less.
    """

    size_wh: tuple[int, int] | None = None
    fps: float | None = None
    pixels: str = "bgr24"
    stall_s: float = 1.5
    in_color: bool = True


def make_source(text: str, options: SourceOptions | None = None) -> Source:
    """Return the source named by ``text``, not opened yet.

    Args:
        text: ``auto``, ``csi``, ``csi:1``, ``demo``, ``-``, a camera's number, a device, a URL, a video file or a folder.
        options: What is asked of it.

    Raises:
        SourceError: Nothing fits the text, or ``auto`` finds no camera.
    """
    options = options or SourceOptions()
    size_wh, fps = options.size_wh or (640, 480), options.fps or 30.0
    scheme = text.partition("://")[0].lower() if "://" in text else ""
    if scheme:
        _check_address(text)
    if text == "auto":
        return _first_camera(size_wh, fps, options.stall_s)
    if text == "demo":
        from digitedge.camera.demo import DemoCamera  # brings the drawing hand and its fonts, 18 MB

        return DemoCamera(size_wh, fps)
    if text == "-":
        return _standard_input(options)
    if text == "csi" or text.startswith("csi:"):
        return _csi_camera(text, size_wh, fps, options.stall_s)
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return UsbCamera(int(text), size_wh, fps)
    if text.startswith("/dev/"):
        return UsbCamera(text, size_wh, fps)
    if scheme in ("http", "https"):
        return HttpStream(text, options.stall_s, options.in_color)
    if scheme in _STREAM_SCHEMES:
        return NetworkStream(text, options.stall_s)
    return _recording(text, options)


def _recording(text: str, options: SourceOptions) -> Source:
    path = Path(os.path.expanduser(text))  # noqa: PTH111 - Path's own raises for the home of nobody
    _refuse_closed(path)
    if text and path.is_dir():
        return PictureFolder(path, options.fps)
    if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file():
        raise SourceError(f"{path} is a single picture, and this is for what moves.", f"Read it with: digitedge predict {path}")
    if text and (path.exists() or path.suffix):
        return VideoFile(path, options.fps)
    raise SourceError(
        f"{text!r} is no source.",
        "Give auto, 0, /dev/video0, csi, rtsp://…, http://…, tcp://…, -, a video file, a folder or demo.",
    )


def _refuse_closed(path: Path) -> None:
    """Raise SourceError for what may be there and cannot be looked at: a folder that may not be entered, a name too long."""
    try:
        if path.is_dir():
            os.scandir(path).close()
        else:
            path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return  # a name for nothing; opening it says so
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}.", "Check the name, and the rights of its folder.") from error


def _check_address(text: str) -> None:
    try:
        _ = urlsplit(text).port
    except ValueError as error:
        raise SourceError(f"{without_password(text)!r} is no address: {error}.", "Give SCHEME://HOST:PORT/PATH.") from error


def _first_camera(size_wh: tuple[int, int], fps: float, stall_s: float) -> Source:
    """CSI first, because a board with a ribbon cable in it was given it for this."""
    csi = csi_cameras()
    if csi:
        return _open_csi(csi[0], size_wh, fps, stall_s)
    usb = [camera for camera in usb_cameras() if camera.is_usable]
    if usb:
        return UsbCamera(usb[0].path, size_wh, fps)
    raise SourceError(
        "No camera was found, neither CSI nor USB.",
        "See what is there: digitedge camera --list   Try without one: digitedge camera --source demo",
    )


def _csi_camera(text: str, size_wh: tuple[int, int], fps: float, stall_s: float) -> Source:
    number = text.partition(":")[2] or "0"
    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        raise SourceError(f"{text!r} is no source.", "Give csi, or csi:1 for the second camera.")
    there = {camera.index: camera for camera in csi_cameras()}
    # One that is not listed is tried all the same: opening it tells best what is missing.
    wanted = there.get(int(number), CsiCamera(int(number), "", "picamera2"))
    return _open_csi(wanted, size_wh, fps, stall_s)


def _open_csi(camera: CsiCamera, size_wh: tuple[int, int], fps: float, stall_s: float) -> Source:
    make = Picamera2Camera if camera.way == "picamera2" else RpicamCamera
    return make(camera.index, size_wh, fps, stall_s)


def _standard_input(options: SourceOptions) -> Source:
    if options.size_wh is None:
        raise SourceError("Raw frames on standard input have no size.", "Add --size WIDTHxHEIGHT.")
    if options.pixels not in PIXEL_FORMATS:
        raise SourceError(f"--pixels {options.pixels} is not known.", f"Give one of {', '.join(PIXEL_FORMATS)}.")
    check_size(options.size_wh, options.pixels)
    if sys.stdin is None:  # started without one: what is open as 0 by now is something else
        raise SourceError("Standard input is closed.", "Pipe raw frames into it, or give another --source.")
    return RawPipe(0, options.size_wh, options.pixels, options.stall_s)
