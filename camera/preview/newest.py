"""The newest frame, waited for by many, and what is made of it once for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from digitedge.camera.live import LiveFrame

Made = TypeVar("Made")


class Newest:
    """One place for the newest frame. Who is slow misses frames; who puts never waits.

    Waiters are woken at most every ``interval_s``, so that many watchers cost no more than one; frames that announce a change
    wake them always.
    """

    def __init__(self, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._changed = threading.Condition()
        self._latest: LiveFrame | None = None
        self._latest_at = 0.0
        self._shown: LiveFrame | None = None
        self._shown_at = float("-inf")
        self._closed = False

    def put(self, live: LiveFrame) -> None:
        """Take a frame."""
        with self._changed:
            now = self._clock()
            self._latest, self._latest_at = live, now
            if live.changed or now - self._shown_at >= self._interval_s:
                self._shown, self._shown_at = live, now
                self._changed.notify_all()

    @property
    def latest(self) -> LiveFrame | None:
        """The newest frame, or None before the first."""
        return self._latest

    @property
    def age_s(self) -> float:
        """Seconds since the newest frame came; infinite before the first."""
        return self._clock() - self._latest_at if self._latest else float("inf")

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def after(self, seen: LiveFrame | None, timeout_s: float) -> LiveFrame | None:
        """Return the first frame to be shown that is not ``seen``; after ``timeout_s`` the newest, whatever it is."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._shown is not seen, timeout_s):
                self._shown = self._latest  # the last frames before a pause are shown too
            return self._shown

    def close(self) -> None:
        """Wake everybody for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Once(Generic[Made]):
    """Makes something of a frame when it is first asked for, and only once however many ask.

    Nobody asking means nothing is made: this is how encoding costs nothing while nobody watches.

    Attributes:
        made: How often something was made.
    """

    def __init__(self, make: Callable[[LiveFrame], Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._of: LiveFrame | None = None
        self._kept: Made | None = None
        self.made = 0

    def of(self, live: LiveFrame) -> Made:
        """Return what is made of ``live``."""
        with self._lock:
            if self._kept is None or self._of is not live:
                self._of, self._kept = live, self._make(live)
                self.made += 1
            return self._kept
