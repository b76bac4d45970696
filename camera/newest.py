"""Always the newest frame: a thread reads the source, keeps one frame, and brings a lost source back.

    source ──read()──▶ [ newest frame ] ──take()──▶ live loop
                        never a queue: a frame that was not taken in time is replaced

Capture never waits for reading, except with ``every_frame``, which gives every frame of a recording its turn.
"""

from __future__ import annotations

import threading

from digitedge.camera.clock import Clock, SystemClock
from digitedge.camera.health import HealthLog
from digitedge.camera.source import Frame, PlainFrame, Source
from digitedge.errors import DigitEdgeError, SourceError

BACKOFF_FIRST_S, BACKOFF_MOST_S = 1.0, 30.0
_SETTLED_S = 10.0  # a source that held this long starts with the shortest wait again
_JOIN_S = 3.0


class NewestFrame:
    """The newest frame of a source.

    Attributes:
        health: The source's book.
    """

    def __init__(
        self,
        source: Source,
        *,
        every_frame: bool = False,
        wait_for_source: bool = False,
        stall_s: float = 1.5,
        clock: Clock | None = None,
    ) -> None:
        """Make it; `start` begins reading.

        Args:
            source: Opened, read and closed by the thread alone.
            every_frame: Recordings: as fast as frames are taken, none skipped.
            wait_for_source: Keep trying when the first opening fails, instead of failing.
            stall_s: A live source that is silent this long has stalled.
            clock: The time.
        """
        self._source = source
        self._every_frame = every_frame and not source.is_live
        self._wait_for_source = wait_for_source
        self._clock = clock or SystemClock()
        # A recording may be slower than any camera; only a live source can stall.
        self.health = HealthLog(self._clock, stall_s if source.is_live else float("inf"), source.name)
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._slot: tuple[int, Frame] | None = None
        self._failure: DigitEdgeError | None = None
        self._ended = False
        self._count = 0
        self._flow_began: float | None = None  # since when frames came without a loss
        self._thread = threading.Thread(target=self._run, name="digitedge-capture", daemon=True)

    def start(self) -> None:
        """Begin; a source that cannot be opened shows at the first `take`."""
        self._thread.start()

    @property
    def ended(self) -> bool:
        """The recording has come to its end and its last frame was taken; a failure shows at `take`."""
        with self._changed:
            return self._ended and self._slot is None and self._failure is None

    def take(self, timeout_s: float) -> tuple[int, Frame] | None:
        """Return the newest frame that was not taken yet, and its number; None if there is none within ``timeout_s``.

        Raises:
            SourceError: The source cannot be opened at all.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._slot or self._failure or self._ended, timeout_s)
            if self._slot is None and self._failure:
                raise self._failure
            taken, self._slot = self._slot, None
            self._changed.notify_all()
        if taken:
            self.health.frame_read()
        return taken

    def close(self) -> bool:
        """Stop reading and close the source; return False if it hangs in its driver and was left behind."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        wait_s = BACKOFF_FIRST_S
        try:
            while not self._stop.is_set():
                self._flow_began = None
                error = self._read_until_lost()
                if error is None:
                    break
                self.health.lost(error)
                if self._held_s() > _SETTLED_S:
                    wait_s = BACKOFF_FIRST_S
                if not self._may_retry(error) or self._clock.wait(self._stop, wait_s):
                    break
                wait_s = min(2 * wait_s, BACKOFF_MOST_S)
        except DigitEdgeError as failure:
            self._fail(failure)
        except Exception as failure:  # noqa: BLE001 - a thread must not die unseen; the loop raises it
            self._fail(SourceError(f"{self._source.name}: {type(failure).__name__}: {failure}.", "Please report this."))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _held_s(self) -> float:
        """Return how long frames came before the loss."""
        return 0.0 if self._flow_began is None else self._clock.monotonic() - self._flow_began

    def _may_retry(self, error: SourceError) -> bool:
        if self._source.is_live and (self._count or self._wait_for_source):
            return True
        self._fail(error)
        return False

    def _fail(self, failure: DigitEdgeError) -> None:
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def _read_until_lost(self) -> SourceError | None:
        """Open, read, close; return why the source was lost, None when there is no more to read."""
        try:
            self._source.open()
            began = self._clock.monotonic()
            began_at = self._clock.time()
            while not self._stop.is_set():
                frame = self._source.read()
                if frame is None:
                    self.health.ended()
                    return None
                if not self._source.is_live:
                    if not self._every_frame and self._clock.wait(self._stop, began + frame.time - self._clock.monotonic()):
                        return None
                    frame = PlainFrame(frame.bgr, frame.gray, began_at + frame.time)
                self._put(frame)
            return None
        except SourceError as error:
            return error
        finally:
            self._source.close()

    def _put(self, frame: Frame) -> None:
        with self._changed:
            if self._every_frame:
                self._changed.wait_for(lambda: self._slot is None or self._stop.is_set())
            self._slot = (self._count, frame)
            self._count += 1
            self._changed.notify_all()
        self.health.frame_came()
        if self._flow_began is None:
            self._flow_began = self._clock.monotonic()
