"""A drawn scene as a camera: numbers and a counter on a sheet, held by hand in flickering light."""

from __future__ import annotations

from digitedge.camera.raw import check_most
from digitedge.camera.source import Frame, frame_of_bgr
from digitedge.errors import SourceError
from digitedge.scenes.moving import MovingScene

_LEAST_WH = (160, 120)  # of a sheet with something on it


class DemoCamera:
    """Endless frames that were never photographed; see `digitedge.camera.source.Source`."""

    name = "demo"
    is_live = False

    def __init__(self, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0, seed: int = 0) -> None:
        """Make it; the same seed shows the same scene. Raises SourceError if it cannot be drawn in this size."""
        check_most(size_wh)
        width, height = _LEAST_WH
        if size_wh[0] < width or size_wh[1] < height:
            raise SourceError(f"--size {size_wh[0]}x{size_wh[1]} is too small to draw in.", f"Give at least {width}x{height}.")
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
