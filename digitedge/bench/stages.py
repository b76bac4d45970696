"""Where the time of a frame goes, stage by stage, whoever the stages belong to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from digitedge.bench.latency import Clock
from digitedge.bench.stats import Quantiles, quantiles, spread

Step = Callable[[], Mapping[str, float]]
"""Works on one frame and returns the milliseconds of its stages, in their order."""


class StageClock:
    """Collects the milliseconds of named stages of one frame.

    >>> ticks = iter([0, 3_000_000])
    >>> stages = StageClock(clock=lambda: next(ticks))
    >>> with stages.stage("gray"):
    ...     pass
    >>> stages.ms
    {'gray': 3.0}
    """

    def __init__(self, clock: Clock = time.perf_counter_ns) -> None:
        self.ms: dict[str, float] = {}
        self._clock = clock

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside; a name used twice adds up."""
        start = self._clock()
        yield
        self.add(name, (self._clock() - start) / 1e6)

    def add(self, name: str, ms: float) -> None:
        """Count milliseconds that somebody else measured."""
        self.ms[name] = self.ms.get(name, 0.0) + ms


@dataclass(frozen=True, slots=True)
class StageTimes:
    """The stages of many frames.

    Attributes:
        stages_ms: Milliseconds of each stage, in the order of the work.
        total_ms: Milliseconds of a whole frame.
        window_medians_ms: Median of the total in each window.
        frames: Frames measured.
    """

    stages_ms: dict[str, Quantiles]
    total_ms: Quantiles
    window_medians_ms: tuple[float, ...]
    frames: int

    @property
    def spread(self) -> float:
        """How much the windows disagree, see `digitedge.bench.stats.spread`."""
        return spread(self.window_medians_ms)


def time_stages(step: Step, frames: int, seconds: float, windows: int = 5, clock: Clock = time.perf_counter_ns) -> StageTimes:
    """Run ``step`` at least ``frames`` times and for ``seconds`` seconds, after a tenth of that as warm-up.

    A stage that a frame does not have counts 0 there.
    """
    for _ in range(max(2, frames // 10)):
        step()
    rows: list[tuple[float, Mapping[str, float]]] = []
    begin = clock()
    while len(rows) < frames or clock() - begin < seconds * 1e9:
        start = clock()
        stages = step()
        rows.append(((clock() - start) / 1e6, stages))
    names = list(dict.fromkeys(name for _, stages in rows for name in stages))
    totals = [total for total, _ in rows]
    size = -(-len(rows) // windows)
    return StageTimes(
        stages_ms={name: quantiles([stages.get(name, 0.0) for _, stages in rows]) for name in names},
        total_ms=quantiles(totals),
        window_medians_ms=tuple(quantiles(totals[at : at + size]).p50 for at in range(0, len(totals), size)),
        frames=len(rows),
    )
