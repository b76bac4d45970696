"""Whether a confidence means what it says: expected calibration error, and the risk that is left at each coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.export.contextfit import Samples
from digitedge.reading.context import ContextModel

COVERAGES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)


def calibration_error(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], weight: NDArray[np.float32] | None = None, bins: int = 15
) -> float:
    """Return the expected calibration error over equal bins (M. P. Naeini et al. 2015), in [0, 1].

    >>> calibration_error(np.full(4, 0.5, np.float32), np.array([True, False, True, False]))
    0.0
    """
    weight = np.ones(len(confidence), np.float32) if weight is None else weight
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(np.sum((weight * (right - confidence))[index == number])) for number in range(bins)]
    return float(np.sum(gaps) / weight.sum())


def risks(
    score: NDArray[np.float32],
    wrong: NDArray[np.bool_],
    weight: NDArray[np.float32],
    counted: NDArray[np.bool_],
    coverages: Sequence[float] = COVERAGES,
) -> list[float]:
    """Return the risk at each coverage (Y. Geifman, R. El-Yaniv 2017, "Selective Classification for Deep Neural Networks").

    Args:
        score: float32 [N]; the highest are answered first.
        wrong: bool [N], which answers are wrong.
        weight: float32 [N].
        counted: bool [N], what coverage is a share of: all answers, or those that are digits.
        coverages: In (0, 1].

    Returns:
        The share of wrong answers among those that must be given to cover so much.

    >>> score, one = np.array([0.9, 0.8, 0.7, 0.6], np.float32), np.ones(4, np.float32)
    >>> risks(score, np.array([False, False, True, True]), one, one > 0, (0.5, 0.75))
    [0.0, 0.3333]
    """
    order = np.argsort(-score, kind="stable")
    answered = np.cumsum(weight[order], dtype=np.float64)
    failed = np.cumsum((weight * wrong)[order], dtype=np.float64)
    covered = np.cumsum((weight * counted)[order], dtype=np.float64)
    at = [min(int(np.searchsorted(covered, share * covered[-1] - 1e-9)), len(order) - 1) for share in coverages]
    return [round(float(failed[index] / answered[index]), 4) for index in at]


def page_reliability(samples: Samples, context: ContextModel) -> dict[str, Any]:
    """Return how far the reader's confidence can be trusted on drawn pages, as JSON.

    Args:
        samples: Every candidate of the pages, digits and non-digits.
        context: Makes the confidence of them.

    Returns:
        ``calibration_error`` over all candidates; under ``coverage`` the shares in `COVERAGES`; ``risk_of_decisions``: each
        candidate is decided, digit or not, the surest first; ``risk_of_readings``: only what is called a digit counts as
        answered, and coverage is the share of the rightly read digits that are among it.
    """
    (right, confidence), weight = samples.judged(context), samples.weight
    is_digit = confidence >= 0.5
    everything = np.ones(len(right), bool)
    return {
        "candidates": len(right),
        "digits": int(right.sum()),
        "calibration_error": round(calibration_error(confidence, right, weight), 4),
        "coverage": list(COVERAGES),
        "risk_of_decisions": risks(np.maximum(confidence, 1 - confidence), is_digit != right, weight, everything),
        "risk_of_readings": risks(confidence, ~right, weight, right),
    }
