"""A drawn scene as a camera: light, noise, digits that come and go. Stand-in until scenes/moving is there."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.source import Frame, frame_of_gray
from digitedge.scenes.digits import draw_digits


class DemoCamera:
    """See `digitedge.camera.source.Source`."""

    name = "demo"
    is_live = False

    def __init__(self, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0, seed: int = 1) -> None:
        """Make it; the same seed shows the same scene."""
        self._size_wh, self._fps, self._seed = size_wh, fps, seed
        self._count = 0
        self._paper: NDArray[np.uint8] | None = None
        self._rng = np.random.default_rng(seed)

    def open(self) -> None:
        """Draw the scene."""
        width, height = self._size_wh
        paper = np.full((height, width), 210, np.uint8)
        patches, _ = draw_digits(6, self._seed)
        for position, patch in enumerate(patches):
            ink = cv2.resize(patch, (32, 48), interpolation=cv2.INTER_AREA)
            x, y = 60 + position * 90, height // 2 - 24
            paper[y : y + 48, x : x + 32] = 210 - (ink.astype(np.int32) * 170 // 255).astype(np.uint8)
        self._paper = paper
        self._count = 0

    def read(self) -> Frame | None:
        """Return the next frame; the scene never ends."""
        if self._paper is None:
            raise ValueError("read() before open()")
        noise = self._rng.integers(0, 12, self._paper.shape, dtype=np.uint8)
        frame = frame_of_gray(cv2.add(self._paper, noise), self._count / self._fps)
        self._count += 1
        return frame

    def close(self) -> None:
        """Nothing is held open."""
