"""The statistics of latencies: quantiles, spread between windows, ratios with intervals, exponents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000  # enough for two significant digits of a 95 % interval (Efron & Tibshirani 1993, section 19.3)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution of latencies in five numbers; the unit is that of the samples."""

    min: float
    p50: float
    p90: float
    p99: float
    mean: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio and its 95 % interval.

    Attributes:
        ratio: The estimate.
        low: Lower end of the interval.
        high: Upper end.
    """

    ratio: float
    low: float
    high: float


def quantiles(samples: Sequence[float] | NDArray[np.float64]) -> Quantiles:
    """Return the quantiles of at least one sample, interpolated linearly.

    >>> quantiles([3.0, 1.0, 2.0])
    Quantiles(min=1.0, p50=2.0, p90=2.8, p99=2.98, mean=2.0)
    """
    values = np.asarray(samples, np.float64)
    if values.size == 0:
        raise ValueError("samples must hold at least one value, got none")
    p50, p90, p99 = (float(value) for value in np.percentile(values, (50, 90, 99)))
    return Quantiles(float(values.min()), p50, p90, p99, float(values.mean()))


def spread(medians: Sequence[float]) -> float:
    """Return by how much windows disagree: (largest − smallest) / median of their medians.

    >>> spread([10.0, 10.5, 10.0, 11.0, 10.0])
    0.1
    """
    return float((max(medians) - min(medians)) / np.median(medians))


def ratio_paired(numerators: Sequence[float], denominators: Sequence[float], seed: int = 0) -> Ratio:
    """Return the median of the ratios of pairs measured side by side, with its bootstrap interval.

    >>> ratio_paired([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    Ratio(ratio=2.0, low=2.0, high=2.0)
    """
    if len(numerators) != len(denominators) or not numerators:
        raise ValueError(f"pairs must be as many on both sides and at least one, got {len(numerators)} and {len(denominators)}")
    ratios = np.asarray(numerators, np.float64) / np.asarray(denominators, np.float64)
    return _interval(float(np.median(ratios)), _resampled_medians(ratios, np.random.default_rng(seed)))


def ratio_unpaired(new: Sequence[float], old: Sequence[float], seed: int = 0) -> Ratio:
    """Return median(new) / median(old) with its bootstrap interval, for windows that were not measured side by side.

    >>> ratio_unpaired([3.0, 3.0, 3.0], [2.0, 2.0, 2.0])
    Ratio(ratio=1.5, low=1.5, high=1.5)
    """
    generator = np.random.default_rng(seed)
    above, below = np.asarray(new, np.float64), np.asarray(old, np.float64)
    resampled = _resampled_medians(above, generator) / _resampled_medians(below, generator)
    return _interval(float(np.median(above) / np.median(below)), resampled)


def ratio_json(ratio: Ratio) -> dict[str, float]:
    """Return a ratio as JSON."""
    return {name: round(value, 4) for name, value in asdict(ratio).items()}


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return b of the power law cost = a·size^b: the slope of the least-squares line through the logarithms.

    >>> round(exponent([1, 2, 4], [3, 12, 48]), 6)
    2.0
    """
    return float(np.polyfit(np.log(np.asarray(sizes, np.float64)), np.log(np.asarray(costs, np.float64)), 1)[0])


def best_threads(p90_by_threads: dict[int, float], worth: float = 0.05) -> int:
    """Return the fewest threads whose 90th percentile is within ``worth`` of the best.

    The 90th percentile, not the median, because a thread pool pays for its mean with its tail.

    >>> best_threads({1: 14.0, 2: 13.8, 4: 22.0})
    1
    """
    best = min(p90_by_threads.values())
    return min(threads for threads, p90 in p90_by_threads.items() if p90 <= best * (1 + worth))


def _resampled_medians(values: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    picks = generator.integers(0, values.size, (RESAMPLES, values.size))
    return np.asarray(np.median(values[picks], axis=1), np.float64)


def _interval(estimate: float, resampled: NDArray[np.float64]) -> Ratio:
    low, high = (float(value) for value in np.percentile(resampled, (2.5, 97.5)))
    return Ratio(estimate, low, high)
