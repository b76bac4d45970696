"""Timing of calls side by side: warm-up until stable, then windows in which the subjects take turns.

    warm-up │ window 1        │ window 2        │ … │ window 5
            │ A B C  C A B  … │ B A C  A C B  … │   │
              └ a turn: a block of consecutive calls of one subject, so that its caches are its own

Two runs of one file minutes apart may differ by half (frequency, neighbours); what is measured in turns differs by what it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.bench.stats import Quantiles, quantiles, spread

Clock = Callable[[], int]
"""Nanoseconds since some moment, never going back."""

_STABLE = 0.02  # two warm-up batches whose medians differ by less are called equal
_BATCH = 32  # calls of a warm-up batch and of a turn


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured of each subject.

    Attributes:
        runs: At least so many calls.
        seconds: For at least so long, seconds of the subject's own time.
        windows: Parts the measurement is cut into, to see whether they agree.
        warmup_seconds: Longest warm-up; it ends earlier once two batches agree.
    """

    runs: int = 1_000
    seconds: float = 2.0
    windows: int = 5
    warmup_seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.runs < 1 or self.windows < 1 or self.seconds < 0:
            raise ValueError(f"runs and windows must be at least 1 and seconds not negative, got {self}")


@dataclass(frozen=True, slots=True)
class Timing:
    """What was measured of one subject.

    Attributes:
        latency_us: Microseconds of a call.
        window_medians_us: One a window.
        turn_medians_us: One a turn; the same turn of two subjects lies side by side in time.
        runs: Calls measured.
        warmup_runs: Calls before.
        first_us: The very first call.
        cpu_share: Processor time over wall time: 1.0 is one busy core; less with one thread means that others held the core.
        histogram: (counts, edges in microseconds) up to the 99th percentile.
    """

    latency_us: Quantiles
    window_medians_us: tuple[float, ...]
    turn_medians_us: tuple[float, ...]
    runs: int
    warmup_runs: int
    first_us: float
    cpu_share: float
    histogram: tuple[tuple[int, ...], tuple[float, ...]]

    @property
    def spread(self) -> float:
        """How much the windows disagree, see `digitedge.bench.stats.spread`."""
        return spread(self.window_medians_us)


def time_side_by_side(
    subjects: Sequence[Callable[[], object]], plan: Plan, seed: int = 0, clock: Clock = time.perf_counter_ns
) -> list[Timing]:
    """Time calls in turns.

    Args:
        subjects: What to call, without arguments.
        plan: How much.
        seed: Of the order of turns.
        clock: Nanoseconds.

    Returns:
        A timing for each subject, in their order.
    """
    firsts = [float(_turn(subject, 1, clock).calls_us[0]) for subject in subjects]
    warmups = [_warm_up(subject, plan.warmup_seconds, clock) for subject in subjects]
    order = np.random.default_rng(seed)
    windows = [_window(subjects, plan, order, clock) for _ in range(plan.windows)]
    return [
        _timing([window[index] for window in windows], first, warmup_runs)
        for index, (first, warmup_runs) in enumerate(zip(firsts, warmups, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Turn:
    """A block of consecutive calls: microseconds of each, and of the processor's time for all of them."""

    calls_us: NDArray[np.float64]
    cpu_us: float


def _turn(subject: Callable[[], object], calls: int, clock: Clock) -> _Turn:
    nanoseconds = []
    cpu_start = time.process_time_ns()
    for _ in range(calls):
        start = clock()
        subject()
        nanoseconds.append(clock() - start)
    cpu_us = (time.process_time_ns() - cpu_start) / 1e3
    return _Turn(np.asarray(nanoseconds, np.float64) / 1e3, cpu_us)


def _warm_up(subject: Callable[[], object], longest_s: float, clock: Clock) -> int:
    """Call until two batches in a row have the same median; return the number of calls."""
    end = clock() + int(longest_s * 1e9)
    before, calls = float("inf"), 0
    while True:
        median = float(np.median(_turn(subject, _BATCH, clock).calls_us))
        calls += _BATCH
        if abs(median - before) <= _STABLE * median or clock() >= end:
            return calls
        before = median


def _window(
    subjects: Sequence[Callable[[], object]], plan: Plan, order: np.random.Generator, clock: Clock
) -> list[list[_Turn]]:
    """Give turns until every subject has its share of runs and of time; return each subject's turns."""
    runs, microseconds = -(-plan.runs // plan.windows), plan.seconds / plan.windows * 1e6
    turns: list[list[_Turn]] = [[] for _ in subjects]
    calls = 0
    spent = np.zeros(len(subjects))
    block = min(_BATCH, runs)
    while calls < runs or float(spent.min()) < microseconds:
        for index in order.permutation(len(subjects)):
            turns[index].append(_turn(subjects[index], block, clock))
            spent[index] += turns[index][-1].calls_us.sum()
        calls += block
    return turns


def _timing(windows: list[list[_Turn]], first_us: float, warmup_runs: int) -> Timing:
    parts = [np.concatenate([turn.calls_us for turn in window]) for window in windows]
    samples = np.concatenate(parts)
    turns = [turn for window in windows for turn in window]
    summary = quantiles(samples)
    counts, edges = np.histogram(samples, bins=60, range=(summary.min, max(summary.p99, summary.min + 1e-3)))
    return Timing(
        latency_us=summary,
        window_medians_us=tuple(float(np.median(part)) for part in parts),
        turn_medians_us=tuple(float(np.median(turn.calls_us)) for turn in turns),
        runs=samples.size,
        warmup_runs=warmup_runs,
        first_us=first_us,
        cpu_share=sum(turn.cpu_us for turn in turns) / float(samples.sum()),
        histogram=(tuple(int(count) for count in counts), tuple(float(edge) for edge in edges)),
    )
