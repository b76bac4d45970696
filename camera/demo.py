"""A drawn scene as a camera: numbers and a counter on a sheet, held by hand in flickering light."""

from __future__ import annotations

from digitedge.camera.source import Frame, frame_of_bgr
from digitedge.scenes.moving import MovingScene


class DemoCamera:
    """Endless frames that were never photographed; see `digitedge.camera.source.Source`."""

    name = "demo"
    is_live = False

    def __init__(self, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0, seed: int = 0) -> None:
        """Make it; the same seed shows the same scene."""
        self._size_wh, self._fps, self._seed = size_wh, fps, seed
        self._scene: MovingScene | None = None
        self._count = 0

    def open(self) -> None:
        """Draw the sheet."""
        self._scene = MovingScene(self._seed, self._size_wh, self._fps)
        self._count = 0

    def read(self) -> Frame | None:
        """Return the next frame; the scene never ends."""
        if self._scene is None:
            raise ValueError("read() before open()")
        picture, _ = self._scene.frame(self._count)
        frame = frame_of_bgr(picture, self._count / self._fps)
        self._count += 1
        return frame

    def close(self) -> None:
        """Nothing is held open."""
