"""A sink that works in its own thread, so that the live loop never waits for a disk, a network or a slow reader."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Callable

from digitedge.camera.live import NO_PICTURE, FullError, Health, LiveFrame, Sink
from digitedge.errors import DigitEdgeError, OutputError

_CLOSE_S = 10.0


class Behind:
    """Hands frames to another sink from a thread of its own.

    A sink that falls behind loses its oldest frames, never those that carry news.

    Attributes:
        dropped: Frames the sink was too slow for.
        has_failed: It was told that the sink failed; one that is full has done what was asked of it.
    """

    def __init__(
        self,
        sink: Sink,
        most_waiting: int = 8,
        tell: Callable[[str], None] = lambda _: None,
        *,
        only_news: bool = False,
        without_picture: bool = False,
        ends_run: bool = False,
    ) -> None:
        """Make it and start its thread.

        Args:
            sink: Called from the thread alone.
            most_waiting: Frames that may wait; each holds a picture of about a megabyte.
            tell: Takes a sentence when the sink fails, once; the run goes on without it.
            only_news: The sink gets only frames in which something has changed.
            without_picture: The sink gets an empty picture, so that what waits holds no memory.
            ends_run: A failure of the sink is not told but raised by the next `deliver`, else by `close`; a closed standard
                output always is.
        """
        self.dropped, self.has_failed = 0, False
        self._sink, self._most_waiting, self._tell = sink, most_waiting, tell
        self._only_news, self._without_picture, self._ends_run = only_news, without_picture, ends_run
        self._waiting: deque[LiveFrame] = deque()
        self._health: Health | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._stopped = False
        self._failure: DigitEdgeError | BrokenPipeError | None = None
        self._thread = threading.Thread(target=self._run, name=f"digitedge-{type(sink).__name__.lower()}", daemon=True)
        self._thread.start()

    def deliver(self, live: LiveFrame) -> None:
        """Leave the frame for the thread."""
        self._raise_failure()
        if self._stopped or (self._only_news and not _has_news(live)):
            return
        if self._without_picture:
            live = dataclasses.replace(live, frame_bgr=NO_PICTURE)
        with self._changed:
            if len(self._waiting) >= self._most_waiting:
                self._drop_one()
            self._waiting.append(live)
            self._changed.notify()

    def tick(self, health: Health) -> None:
        """Leave the health for the thread."""
        with self._changed:
            self._health = health
            self._changed.notify()

    def close(self) -> None:
        """Let the thread finish what waits and close the sink; what takes longer than some seconds is given up, and told.

        Raises:
            DigitEdgeError: The sink failed, and that ends the run; `deliver` has not raised it yet.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            name = type(self._sink).__name__
            self._fail(
                OutputError(f"{name} was not finished after {_CLOSE_S:g} s, and is given up.", "Write to a faster disk.")
            )
        self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _drop_one(self) -> None:
        """Drop the oldest frame without news; with nothing but news waiting, the oldest news."""
        self.dropped += 1
        for position, live in enumerate(self._waiting):
            if not _has_news(live):
                del self._waiting[position]
                return
        self._waiting.popleft()

    def _run(self) -> None:
        for work in (self._work, self._sink.close):
            try:
                work()
            except FullError as error:
                self._tell(str(error))
            except (DigitEdgeError, BrokenPipeError) as error:
                self._fail(error)
            except Exception as error:  # noqa: BLE001 - a thread must not die unseen
                said = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
                self._fail(OutputError(f"{type(self._sink).__name__} failed: {said}."))
            self._stopped = True

    def _work(self) -> None:
        while self._step():
            pass

    def _fail(self, failure: DigitEdgeError | BrokenPipeError) -> None:
        """Tell the first failure, or leave it for the loop; what follows from it is no news."""
        if self.has_failed:
            return
        self.has_failed = True
        if self._ends_run or isinstance(failure, BrokenPipeError):
            self._failure = failure
        else:
            self._tell(str(failure))

    def _step(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._health or self._closing)
            live = self._waiting.popleft() if self._waiting else None
            health, self._health = self._health, None
            is_last = self._closing and not self._waiting
        if live is not None:
            self._sink.deliver(live)
        if health is not None:
            self._sink.tick(health)
        return not is_last


def _has_news(live: LiveFrame) -> bool:
    return bool(live.changed or live.gone)
