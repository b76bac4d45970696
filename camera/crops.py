"""The digits that were seen, as small pictures in a folder a digit: to look at, to correct, to learn from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.live import FullError, Health, LiveFrame
from digitedge.errors import OutputError
from digitedge.files import write_bytes
from digitedge.reading.page import Box

_MARGIN = 0.25  # of the box's longer side, on every side


class Crops:
    """Saves one picture a digit: when it is steady, and again when its value has changed.

    Writes ``FOLDER/DIGIT/MOMENT-ID.png`` until the folder holds ``max_bytes``.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Make the folder; what it holds already counts. Raises OutputError."""
        self._folder, self._max_bytes = folder, max_bytes
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{folder} cannot be made: {error.strerror}.", "Give a folder you may write to.") from error
        self._bytes = sum(path.stat().st_size for path in folder.glob("*/*.png"))
        self._saved: dict[int, int] = {}  # track → digit; only of tracks in view

    def deliver(self, live: LiveFrame) -> None:
        """Save the digits that are new. Raises OutputError when the folder is full or cannot be written."""
        steady = {digit.id: digit for digit in live.digits if digit.steady}
        self._saved = {track: value for track, value in self._saved.items() if track in steady}
        for track, digit in steady.items():
            if self._saved.get(track) == digit.digit:
                continue
            self._saved[track] = digit.digit
            moment = datetime.fromtimestamp(live.time).strftime("%Y%m%d-%H%M%S-%f")[:-3]
            self._save(_crop(live.frame_bgr, digit.box_xywh), self._folder / str(digit.digit) / f"{moment}-{track}.png")

    def tick(self, health: Health) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is held open."""

    def _save(self, crop: NDArray[np.uint8], path: Path) -> None:
        if crop.size == 0:
            return
        content = cv2.imencode(".png", crop)[1].tobytes()
        if self._bytes + len(content) > self._max_bytes:
            raise FullError(
                f"{self._folder} has reached {self._max_bytes / 1e6:g} MB; no more crops.", "Allow more: --max-mb N"
            )
        path.parent.mkdir(exist_ok=True)
        write_bytes(path, content)
        self._bytes += len(content)


def _crop(frame_bgr: NDArray[np.uint8], box_xywh: Box) -> NDArray[np.uint8]:
    """Return the box and a margin around it as uint8 [h, w] grey."""
    x, y, width, height = box_xywh
    margin = round(_MARGIN * max(width, height))
    part = frame_bgr[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
    return cv2.cvtColor(part, cv2.COLOR_BGR2GRAY) if part.size else np.empty((0, 0), np.uint8)
