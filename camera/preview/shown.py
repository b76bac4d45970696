"""What the page shows, shared by the loop that fills it and the requests that look at it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from digitedge.camera.live import Controls, Health, LiveFrame
from digitedge.camera.preview.metrics import Counters
from digitedge.camera.preview.newest import Newest, Once
from digitedge.camera.preview.picture import boxed_jpeg, plain_jpeg
from digitedge.camera.preview.state import frame_state
from digitedge.reading.page import Box

STALE_S = 5.0  # the loop ticks every second; when it does not, it hangs

_NOTHING_YET = Health("down", 0, 0, 0.0)


class Shown:
    """The newest frame, what is made of it for those who look, and the region they chose.

    Attributes:
        newest: The frame.
        counters: What happened since the start.
        jpegs: The frame with boxes, as a JPEG.
        plain_jpegs: The frame as it came.
        controls: Where a region chosen on the page goes; None where none can be chosen.
        watchers: How many streams are open.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        max_fps: float,
        controls: Controls | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.newest = Newest(1 / max_fps, clock)
        self.counters = Counters()
        self.jpegs = Once(boxed_jpeg)
        self.plain_jpegs = Once(plain_jpeg)
        self.controls = controls
        self.watchers = 0
        self._states = Once(lambda live: json.dumps(frame_state(live, labels)))
        self._health = _NOTHING_YET
        self._clock = clock
        self._ticked_at = clock()
        self._lock = threading.Lock()

    def put(self, live: LiveFrame) -> None:
        """Take a frame: a reference and a few additions; nothing is drawn or encoded here."""
        self.counters.count(live)
        self.newest.put(live)

    def tick(self, health: Health) -> None:
        """Take the source's health."""
        self._health, self._ticked_at = health, self._clock()

    def health(self) -> Health:
        """Return how the source does; a loop that has not ticked for long is down, whatever it said last."""
        if self._clock() - self._ticked_at > STALE_S:
            return Health("down", 0, 0, 0.0, "The live loop does not answer.")
        return self._health

    @property
    def roi(self) -> Box | None:
        """The region that is read; None is the whole picture."""
        return self.controls.roi_xywh if self.controls else None

    def server_state(self) -> dict[str, Any]:
        """Return what may change without a frame, ready for JSON."""
        health = self.health()
        return {
            "health": health.word,
            "health_note": health.note,
            "fps": round(health.fps, 2),
            "reconnects": health.reconnects,
            "stalls": health.stalls,
            "roi": self.roi,
            "can_roi": self.controls is not None,
        }

    def state_json(self, live: LiveFrame | None) -> str:
        """Return the state of a frame and of the server as JSON; the frame's part is written once for all who ask."""
        frame = self._states.of(live) if live else '{"frame": null}'
        return f"{frame[:-1]}, {json.dumps(self.server_state())[1:]}"

    def metrics(self) -> str:
        """Return the counters in Prometheus's text format."""
        return self.counters.text(self.health(), self.newest.age_s, self.watchers)

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
