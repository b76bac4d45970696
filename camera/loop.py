"""The live loop: newest frame → page → tracks → numbers → sinks. It waits for nothing but the next frame.

frame ─┬─ shows what the last one showed ──▶ still: what was read holds
       ├─ it is time to read, or news ─────▶ read
       └─ else ────────────────────────────▶ follow: the boxes move with their ink
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from digitedge.camera.announce import Announcer, steady_numbers
from digitedge.camera.clock import Clock, SystemClock
from digitedge.camera.follow import moved
from digitedge.camera.live import NO_PICTURE, Controls, FullError, Health, LiveFrame, Sink
from digitedge.camera.matching import whole_in_view
from digitedge.camera.newest import NewestFrame
from digitedge.camera.pace import READS_PER_S, Pace
from digitedge.camera.signs import SteadySigns
from digitedge.camera.source import Frame
from digitedge.camera.still import Stillness
from digitedge.camera.tracks import Tracks
from digitedge.reading.page import Box
from digitedge.reading.reader import Reader, ReaderSettings, is_outside

_TICK_S = 1.0
_TAKE_S = 0.2  # the longest the loop is deaf to a stop


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends by itself.

    Attributes:
        frames: After so many frames; None for no limit.
        seconds: After this time; None for no limit.
    """

    frames: int | None = None
    seconds: float | None = None


class LiveLoop:
    """Reads a source until it ends, a limit is reached or somebody stops it.

    Attributes:
        controls: What a viewer may change while it runs.
        frames_read: So far, taken from the source.
    """

    def __init__(
        self,
        newest: NewestFrame,
        reader: Reader,
        sinks: Sequence[Sink],
        *,
        controls: Controls | None = None,
        reads_per_s: float | None = READS_PER_S,
        in_color: bool = True,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        """Make it.

        Args:
            newest: Gives the frames; started and closed by `run`.
            reader: Reads them; its region of interest follows ``controls``, and it leaves the numbers to the loop.
            sinks: Get every frame, one that is full no more; closed by `run`.
            controls: Shared with a viewer.
            reads_per_s: Readings a second of a picture that moves without news, see `digitedge.camera.pace`; None reads every
                frame, even one that shows what the last one showed.
            in_color: The sinks get the frames' pictures; else an empty one, and a source may save decoding them.
            tell: Takes sentences for the user, each once: the camera was lost, it is back, the region lies outside the frame, a
                sink is full.
            clock: The time.
        """
        self.controls = controls or Controls()
        self.frames_read = 0
        self._newest, self._reader, self._sinks, self._tell = newest, reader, list(sinks), tell
        self._taking = list(sinks)  # without those that are full
        reader.settings = dataclasses.replace(reader.settings, grouped=False)
        self._clock, self._in_color = clock or SystemClock(), in_color
        self._tracks, self._signs, self._announcer = Tracks(), SteadySigns(), Announcer()
        self._stillness = Stillness()
        self._pace = None if reads_per_s is None else Pace(reads_per_s)
        self._small: NDArray[np.uint8] | None = None  # the newest frame, whether it was read or not
        self._last: LiveFrame | None = None
        self._health = Health("down", 0, 0, 0.0)
        self._next_tick = 0.0
        self._lost_region: Box | None = None  # told of

    def run(self, limits: Limits = Limits()) -> bool:
        """Run to the end; return False if the source's driver hangs and its thread had to be left behind.

        Raises:
            SourceError: The source could not be opened at all.
            OutputError: A sink cannot write.
        """
        ends_at = None if limits.seconds is None else self._clock.monotonic() + limits.seconds
        try:
            self._newest.start()
            while not self.controls.stop and not self._newest.ended:
                if ends_at is not None and self._clock.monotonic() >= ends_at:
                    break
                if limits.frames is not None and self.frames_read >= limits.frames:
                    break
                taken = self._newest.take(_TAKE_S)
                self._look_after_health()
                if taken is not None:
                    self._deliver(self._look(*taken))
        finally:
            ended = self._newest.close()
            self._close_sinks()
        return ended

    def _look(self, number: int, frame: Frame) -> LiveFrame:
        began = perf_counter()
        self.frames_read += 1
        before, small = self._small, frame.small
        last, self._small = self._last, small
        if self._pace is None or last is None or before is None or before.shape != small.shape or self._has_new_roi():
            self._last = self._read(number, frame, small)
        elif self._is_settled() and self._stillness.is_same(small, frame.time):
            self._tracks.see_same(frame.time)
            self._announcer.see_same(frame.time)
            self._last = self._kept("still", number, frame, last, began)
        elif self._pace.is_due(frame.time, self._is_settled()):
            self._last = self._read(number, frame, small)
        else:
            last = moved(last, self._tracks.follow(before, small, last.page.size_wh))
            self._last = self._kept("follow", number, frame, last, began)
        return self._last

    def _is_settled(self) -> bool:
        """Tell whether there was nothing in what was read last that more frames would make clearer."""
        return self._tracks.are_settled and self._announcer.is_settled

    def _has_new_roi(self) -> bool:
        return self._reader.settings.roi_xywh != self.controls.roi_xywh

    def _kept(self, stage: str, number: int, frame: Frame, live: LiveFrame, began: float) -> LiveFrame:
        """Return a frame that was not read, with what ``live`` holds of the last one that was."""
        stage_ms = {**_decoding(frame), stage: (perf_counter() - began) * 1e3}
        page = dataclasses.replace(live.page, stage_ms=stage_ms)
        return dataclasses.replace(
            live, frame=number, time=frame.time, frame_bgr=self._picture(frame), page=page, changed=(), gone=(),
            stage_ms=stage_ms, health=self._health.word, was_read=False,
        )  # fmt: skip

    def _read(self, number: int, frame: Frame, small: NDArray[np.uint8]) -> LiveFrame:
        self._reader.settings = _with_roi(self._reader, self.controls)
        if self._pace is not None:
            self._pace.note(frame.time)
            self._stillness.remember(small, frame.time)
        page = self._reader.read(frame.gray)
        self._look_after_region(page.size_wh)
        began = perf_counter()
        whole = whole_in_view(page, self._reader.settings.roi_xywh)
        in_view = self._tracks.update(whole, frame.gray, frame.time)
        digits, numbers = steady_numbers(in_view, self._signs.update(page.signs, whole, self._tracks.shift_xy), page.rules)
        changed, gone = self._announcer.update(numbers, frame.time, self._tracks.are_settled)
        stage_ms = {**_decoding(frame), **page.stage_ms, "track": (perf_counter() - began) * 1e3}
        return LiveFrame(
            number, frame.time, self._picture(frame), page, digits, numbers, changed, stage_ms, self._health.word, gone
        )

    def _picture(self, frame: Frame) -> NDArray[np.uint8]:
        return frame.bgr if self._in_color else NO_PICTURE

    def _deliver(self, live: LiveFrame) -> None:
        for sink in tuple(self._taking):
            try:
                sink.deliver(live)
            except FullError as error:
                self._taking.remove(sink)
                self._tell(str(error))

    def _look_after_health(self) -> None:
        health = self._newest.health.report()
        now = self._clock.monotonic()
        if health.word != self._health.word or now >= self._next_tick:
            self._next_tick = now + _TICK_S
            for sink in self._sinks:
                sink.tick(health)
        self._health = health
        for sentence in self._newest.health.news():
            self._tell(sentence)

    def _look_after_region(self, size_wh: tuple[int, int]) -> None:
        """Tell once of each region that is read that it lies outside of the frame."""
        roi = self._reader.settings.roi_xywh
        if roi is None or not is_outside(roi, size_wh):
            self._lost_region = None
        elif roi != self._lost_region:
            self._lost_region = roi
            region, size = ",".join(map(str, roi)), "x".join(map(str, size_wh))
            self._tell(f"Nothing is read: the region {region} lies outside the frame of {size} pixels. Give one within it.")

    def _close_sinks(self) -> None:
        """Close every sink, then raise the first of their failures."""
        failures: list[Exception] = []
        for sink in self._sinks:
            try:
                sink.close()
            except Exception as failure:  # noqa: BLE001 - the others must be closed too; raised below
                failures.append(failure)
        if failures:
            raise failures[0]


def _decoding(frame: Frame) -> dict[str, float]:
    return {"decode": frame.decode_ms} if frame.decode_ms else {}


def _with_roi(reader: Reader, controls: Controls) -> ReaderSettings:
    if reader.settings.roi_xywh == controls.roi_xywh:
        return reader.settings
    return dataclasses.replace(reader.settings, roi_xywh=controls.roi_xywh)
