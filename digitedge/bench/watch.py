"""What the board did while it was measured: frequency, temperature and power sampled, throttling before and after."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from digitedge import board

INTERVAL_S = 0.5  # two small reads of /sys each; ten times as often and the sampler shows up in the 99th percentile


@dataclass(frozen=True, slots=True)
class Sample:
    """The board at one moment; None or () where it does not tell.

    Attributes:
        frequencies_mhz: Of each core.
        temperature_c: Of the processor, degrees Celsius.
        power_w: What the power chip delivers (Raspberry Pi 5), watts.
    """

    frequencies_mhz: tuple[int, ...]
    temperature_c: float | None
    power_w: float | None


class Watch:
    """Samples the board in the background, from entering to leaving.

    ::

        with Watch() as watch:
            measure()
        watch.facts()
    """

    def __init__(self, root: Path = board.ROOT, run: board.Run = board.run_command, interval_s: float = INTERVAL_S) -> None:
        self._root, self._run, self._interval_s = root, run, interval_s
        self._has_power_chip = False
        self._idle_power_w: float | None = None
        self._samples: list[Sample] = []
        self._before: board.Throttling | None = None
        self._after: board.Throttling | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample_until_end, name="board-watch", daemon=True)

    def __enter__(self) -> Self:
        self._before = board.throttling(self._root, self._run)
        self._idle_power_w = board.power_w(self._run) if board.is_raspberry_pi(self._root) else None
        self._has_power_chip = self._idle_power_w is not None
        self._samples.append(self._sample())
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self._samples.append(self._sample())
        self._after = board.throttling(self._root, self._run)

    def facts(self) -> dict[str, Any]:
        """Return the samples in short, as JSON; None for what the board does not tell."""
        before, after = self._before, self._after
        return {
            "samples": len(self._samples),
            "frequency_mhz": _range([mhz for sample in self._samples for mhz in sample.frequencies_mhz]),
            "temperature_c": _range([s.temperature_c for s in self._samples if s.temperature_c is not None]),
            "power_w": _range([s.power_w for s in self._samples[1:] if s.power_w is not None]),
            "idle_power_w": self._idle_power_w,
            "throttled_before": None if before is None else f"0x{before.word:x}",
            "throttled_after": None if after is None else f"0x{after.word:x}",
            "throttled_during": held_back(before, after),
            "supply_warning": board.undervoltage_alarm(self._root),
        }

    def _sample_until_end(self) -> None:
        while not self._ended.wait(self._interval_s):
            self._samples.append(self._sample())

    def _sample(self) -> Sample:
        power = board.power_w(self._run) if self._has_power_chip else None
        return Sample(board.frequencies_mhz(self._root), board.temperature_c(self._root), power)


def held_back(before: board.Throttling | None, after: board.Throttling | None) -> list[str]:
    """Return what held the board back between two readings of the firmware's word.

    What is on at either end counts, and what is set "since boot" at the end but was not at the start.

    >>> held_back(board.decode_throttling(0x50000), board.decode_throttling(0x70000))
    ['frequency capped']
    """
    if before is None or after is None:
        return []
    new = set(after.since_boot) - set(before.since_boot)
    return sorted(new | set(before.now) | set(after.now))


def _range(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {"min": round(min(values), 2), "median": round(statistics.median(values), 2), "max": round(max(values), 2)}
