"""How the source does: losses, stalls and pace become one word.

The word follows Frigate's idea (a camera's connection quality from the reconnects and stalls of the last hour).
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from digitedge.camera.clock import Clock
from digitedge.camera.live import Health
from digitedge.camera.source import StalledError
from digitedge.errors import SourceError

DEGRADED_LOSSES_PER_HOUR = 3
_HOUR_S = 3600.0
_PATIENCE_S = 2.0  # for the first picture, before it is told that it does not come
_PACE_S = 5.0  # the frame rate is measured over the last seconds


@dataclass(slots=True)
class _Losses:
    """Moments of the last hour, seconds of the monotonic clock."""

    reconnects: deque[float] = field(default_factory=deque)
    stalls: deque[float] = field(default_factory=deque)

    def forget_before(self, moment: float) -> None:
        for moments in (self.reconnects, self.stalls):
            while moments and moments[0] < moment:
                moments.popleft()


class HealthLog:
    """Book of what happened to the source. Any thread may write and read."""

    def __init__(self, clock: Clock, stall_s: float, name: str) -> None:
        self._clock, self._stall_s, self._name = clock, stall_s, name
        self._lock = threading.Lock()
        self._losses = _Losses()
        self._flowing = False  # frames come; from the first frame to the next loss
        self._had_frames = False
        self._has_ended = False
        self._reopened = False
        self._lost_at = 0.0
        self._began = clock.monotonic()
        self._told_waiting = False
        self._last_frame = 0.0
        self._read_frames: deque[float] = deque()
        self._note = ""
        self._news: list[str] = []

    def frame_came(self) -> None:
        """Note that the source gave a frame."""
        with self._lock:
            now = self._clock.monotonic()
            if not self._flowing:
                if self._had_frames:
                    if self._reopened:
                        self._losses.reconnects.append(now)
                    self._news.append(f"{self._name} is back after {now - self._lost_at:.1f} s.")
                self._flowing, self._had_frames, self._reopened = True, True, False
            self._last_frame = now

    def frame_read(self) -> None:
        """Note that a frame was read by the live loop."""
        with self._lock:
            self._read_frames.append(self._clock.monotonic())

    def lost(self, error: SourceError) -> None:
        """Note that the source was lost or cannot be opened again; told once until frames flow again."""
        with self._lock:
            self._reopened = True
            self._lost(error.message, isinstance(error, StalledError), self._clock.monotonic())

    def ended(self) -> None:
        """Note that a recording came to its end: silence from now on is no stall."""
        with self._lock:
            self._flowing, self._has_ended = False, True

    def report(self) -> Health:
        """Return the health now; finds a stall of a source that is still waiting for its next frame."""
        with self._lock:
            now = self._clock.monotonic()
            silent_s = now - self._last_frame
            if self._flowing and silent_s > self._stall_s:
                self._lost(f"{self._name}: no picture for {silent_s:.1f} s.", True, now)
            if not (self._had_frames or self._told_waiting or self._has_ended) and now - self._began > _PATIENCE_S:
                self._told_waiting = True
                self._news.append(f"Waiting for {self._name}: no picture yet.")
            self._losses.forget_before(now - _HOUR_S)
            while self._read_frames and self._read_frames[0] < now - _PACE_S:
                self._read_frames.popleft()
            # A stall is mostly followed by a reconnect; together they are one loss.
            reconnects, stalls = len(self._losses.reconnects), len(self._losses.stalls)
            return Health(self._word(max(reconnects, stalls)), reconnects, stalls, self._pace(now), self._note)

    def news(self) -> list[str]:
        """Return sentences that were not told yet: each loss once, each return once."""
        with self._lock:
            news, self._news = self._news, []
            return news

    def _lost(self, message: str, is_stall: bool, now: float) -> None:
        if not self._flowing:
            return
        self._flowing = False
        self._lost_at = now
        if is_stall:
            self._losses.stalls.append(now)
        self._note = message
        self._news.append(f"{message} Trying again until it is back.")

    def _word(self, losses: int) -> str:
        if not self._flowing:
            return "down"
        return "degraded" if losses >= DEGRADED_LOSSES_PER_HOUR else "good"

    def _pace(self, now: float) -> float:
        if len(self._read_frames) < 2:
            return 0.0
        return round((len(self._read_frames) - 1) / max(now - self._read_frames[0], 1e-3), 1)
