"""What the page shows, shared by the loop that fills it and the requests that look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from digitedge.camera.live import LiveFrame
from digitedge.camera.preview.metrics import Counters
from digitedge.camera.preview.newest import Newest, Once
from digitedge.camera.preview.picture import draw_boxes, encode_jpeg
from digitedge.camera.preview.state import frame_state
from digitedge.reading.page import Box

SetRoi = Callable[[Box | None], None]
"""Takes the region to read from now on, x, y, width, height in pixels of the full frame; None is the whole picture.

Called from a server thread: it should only put the box where the loop finds it with its next frame.
"""


class Shown:
    """The newest frame, what is made of it for those who look, and the region they chose.

    Attributes:
        newest: The frame.
        counters: What happened since the start.
        jpegs: The frame with boxes, as a JPEG.
        plain_jpegs: The frame as it came.
        roi: The region that is read; None is the whole picture.
        on_roi: Where a new region goes; None where none can be set.
        watchers: How many streams are open.
    """

    def __init__(self, labels: tuple[str, ...], max_fps: float, stale_s: float, on_roi: SetRoi | None, roi: Box | None) -> None:
        self.newest = Newest(1 / max_fps)
        self.counters = Counters()
        self.jpegs = Once(lambda live: encode_jpeg(draw_boxes(live)))
        self.plain_jpegs = Once(lambda live: encode_jpeg(live.frame_bgr))
        self.roi = roi
        self.on_roi = on_roi
        self.watchers = 0
        self._states = Once(lambda live: frame_state(live, labels))
        self._stale_s = stale_s
        self._lock = threading.Lock()

    def put(self, live: LiveFrame) -> None:
        """Take a frame: a reference and a few additions; nothing is drawn or encoded here."""
        self.counters.count(live)
        self.newest.put(live)

    def health(self) -> str:
        """Return "good", "degraded" or "down"; a camera that delivers nothing is down, whatever it said last."""
        live = self.newest.latest
        return "down" if live is None or self.newest.age_s > self._stale_s else live.health

    def state(self, live: LiveFrame | None) -> dict[str, Any]:
        """Return the state of a frame and of the server, ready for JSON."""
        own = {"health": self.health(), "roi": self.roi, "can_roi": self.on_roi is not None}
        return own | (self._states.of(live) if live else {"frame": None})

    def metrics(self) -> str:
        """Return the counters in Prometheus's text format."""
        return self.counters.text(self.health(), self.newest.age_s, self.watchers)

    def set_roi(self, roi: Box | None) -> None:
        """Take a region drawn on the page and pass it on."""
        if self.on_roi is None:
            raise ValueError("on_roi must be set to take a region, got None")
        self.on_roi(roi)
        self.roi = roi

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count somebody who looks."""
        with self._lock:
            self.watchers += 1
        try:
            yield
        finally:
            with self._lock:
                self.watchers -= 1
