"""How OpenCV's FFmpeg is to behave; it reads this from the environment when it opens something, and offers no other way in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

_OPTIONS, _LOG_LEVEL = "OPENCV_FFMPEG_CAPTURE_OPTIONS", "OPENCV_FFMPEG_LOGLEVEL"
# RTSP over UDP loses packets, and FFmpeg paints over the holes; for the same reason damaged pictures are dropped.
_LIVE = "rtsp_transport;tcp|fflags;nobuffer+discardcorrupt"


def quiet_ffmpeg() -> None:
    """Silence FFmpeg and OpenCV's warnings about it: what goes wrong is told in our own words."""
    os.environ.setdefault(_LOG_LEVEL, "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


@contextmanager
def live_options() -> Iterator[None]:
    """Open streams without a queue and without damaged pictures; what the user has set in the environment stays.

    Only while a stream is opened: a file opened so would lose its first picture.
    """
    if _OPTIONS in os.environ:
        yield
        return
    os.environ[_OPTIONS] = _LIVE
    try:
        yield
    finally:
        del os.environ[_OPTIONS]
