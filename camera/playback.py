"""Recordings as cameras: a video file, a folder of pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2

from digitedge.camera.ffmpeg import quiet_ffmpeg
from digitedge.camera.source import Frame, PlainFrame, frame_of_bgr
from digitedge.errors import InputError, SourceError

PICTURE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
_DEFAULT_FPS = 25.0  # for files that state no frame rate


class VideoFile:
    """A video file, frame by frame; see `digitedge.camera.source.Source`."""

    is_live = False

    def __init__(self, path: Path, fps: float | None = None) -> None:
        """Make it; ``fps`` frames a second instead of the file's own rate."""
        self.name = str(path)
        self._path = path
        self._wanted_fps = fps
        self._capture: Any = None
        self._count = 0
        self._fps = _DEFAULT_FPS

    def open(self) -> None:
        """Open the file. Raises SourceError."""
        if not self._path.is_file():
            raise SourceError(f"{self._path}: no such file.", "Check the name, or list cameras: digitedge camera --list")
        quiet_ffmpeg()
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        self._count = 0
        own_fps = self._capture.get(cv2.CAP_PROP_FPS)
        self._fps = self._wanted_fps or (own_fps if 0.01 < own_fps < 1000 else _DEFAULT_FPS)

    def read(self) -> Frame | None:
        """Return the next frame, None at the end. Raises SourceError for a file without a picture."""
        found, picture = self._capture.read()
        if found:
            frame = frame_of_bgr(picture, self._count / self._fps)
            self._count += 1
            return frame
        if self._count == 0:
            raise SourceError(f"{self._path} is no video that can be read.", "Give an MP4, AVI, MKV or WebM file.")
        return None

    def close(self) -> None:
        """Close the file."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class PictureFolder:
    """A folder's pictures in the natural order of their names; see `digitedge.camera.source.Source`."""

    is_live = False

    def __init__(self, path: Path, fps: float | None = None) -> None:
        """Make it; one picture a second unless ``fps`` says otherwise."""
        self.name = str(path)
        self._path = path
        self._fps = fps or 1.0
        self._pictures: list[Path] = []
        self._count = 0
        self._has_shown = False

    def open(self) -> None:
        """List the folder. Raises SourceError if it holds no picture."""
        self._pictures = sorted((p for p in self._path.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES), key=_natural_key)
        self._count, self._has_shown = 0, False
        if not self._pictures:
            raise SourceError(f"{self._path} holds no pictures.", "Give a folder with JPEG or PNG files.")

    def read(self) -> Frame | None:
        """Return the next picture, None at the end; one that is damaged is left out. Raises SourceError if all are."""
        from digitedge.reading.picture import load_picture  # brings Pillow, which no camera needs

        damage: InputError | None = None
        while self._count < len(self._pictures):
            position = self._count
            self._count += 1
            try:
                picture = load_picture(self._pictures[position])
            except InputError as error:
                damage = error
                continue
            self._has_shown = True
            return PlainFrame(picture.bgr, picture.gray, position / self._fps)
        if damage is not None and not self._has_shown:
            raise self._all_damaged(damage) from damage
        return None

    def close(self) -> None:
        """Nothing is held open."""

    def _all_damaged(self, last: InputError) -> SourceError:
        if len(self._pictures) == 1:
            return SourceError(last.message, last.remedy)
        return SourceError(f"{self.name}: none of its {len(self._pictures)} pictures can be read.", f"The last: {last}")


def _natural_key(path: Path) -> list[tuple[int, int | str]]:
    """Order "frame2" before "frame10"."""
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", path.name)]
