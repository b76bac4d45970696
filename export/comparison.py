"""How the exported model answers beside the float model, on the same pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import GateError

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model said about every picture.

    Attributes:
        probabilities: float32 [N, outputs], calibrated.
        digits: int64 [N], the likeliest of the ten digits.
        confidences: float32 [N], the probability of that digit.
        rejected: bool [N], whether an output after the digits was likelier than all of them.
    """

    probabilities: NDArray[np.float32]
    digits: NDArray[np.int64]
    confidences: NDArray[np.float32]
    rejected: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Float against exported, on one split.

    Attributes:
        count: Pictures compared.
        float_accuracy: Share of right digits, in [0, 1].
        quantized_accuracy: Likewise.
        delta_pp: Exported minus float, percentage points.
        drop_bound_pp: The true drop is below this with 95 % confidence, percentage points.
        mcnemar_p: Exact McNemar test of "both err equally often", two-sided.
        agreement: Share of pictures with the same digit from both.
        only_float_right: Pictures that the float model alone got right.
        only_quantized_right: Pictures that the exported model alone got right.
        drift: Change of the confidence in the float model's digit: mean, p99 and max of its absolute value.
        rejected: Share of these true digits on which reject wins: (float, exported); None without such an output.
        confusion_float: int64 [10, 10], rows the truth, columns the answer.
        confusion_quantized: Likewise.
        changed: Indices of the pictures whose digit changed.
    """

    count: int
    float_accuracy: float
    quantized_accuracy: float
    delta_pp: float
    drop_bound_pp: float
    mcnemar_p: float
    agreement: float
    only_float_right: int
    only_quantized_right: int
    drift: dict[str, float]
    rejected: tuple[float, float] | None
    confusion_float: Counts
    confusion_quantized: Counts
    changed: tuple[int, ...]

    @property
    def per_class(self) -> list[dict[str, float | int]]:
        """Accuracy of each digit that occurs: ``{"digit", "float", "quantized", "count"}``."""
        found: list[dict[str, float | int]] = []
        for digit in range(10):
            total = int(self.confusion_float[digit].sum())
            if total:
                right = float(self.confusion_float[digit, digit]), float(self.confusion_quantized[digit, digit])
                found.append({"digit": digit, "float": right[0] / total, "quantized": right[1] / total, "count": total})
        return found


def answers(probabilities: NDArray[np.float32]) -> Answers:
    """Return what calibrated probabilities, float32 [N, outputs ≥ 10], say: digits first, further outputs mean reject."""
    digits = probabilities[:, :10].argmax(axis=1)
    confidences = np.take_along_axis(probabilities, digits[:, np.newaxis], axis=1)[:, 0]
    rejected = probabilities.argmax(axis=1) >= 10
    return Answers(probabilities, digits.astype(np.int64), confidences, rejected)


def compare(reference: Answers, candidate: Answers, labels: NDArray[np.int64]) -> Comparison:
    """Return the comparison on ``labels`` (int64 [N], 0..9). ``reference`` is the float model."""
    if not len(reference.digits) == len(candidate.digits) == len(labels):
        raise ValueError(f"expected equally many answers and labels, got {len(reference.digits)} and {len(labels)}")
    float_right, right = reference.digits == labels, candidate.digits == labels
    differs = reference.digits != candidate.digits
    only_float, only_quantized = int((float_right & ~right).sum()), int((right & ~float_right).sum())
    picked = reference.digits[:, np.newaxis]
    moved = np.abs(np.take_along_axis(candidate.probabilities, picked, axis=1)[:, 0] - reference.confidences)
    has_reject = reference.probabilities.shape[1] > 10
    return Comparison(
        count=len(labels),
        float_accuracy=float(float_right.mean()),
        quantized_accuracy=float(right.mean()),
        delta_pp=100 * (only_quantized - only_float) / len(labels),
        drop_bound_pp=100 * drop_bound(int(differs.sum()), len(labels)),
        mcnemar_p=mcnemar_p(only_float, only_quantized),
        agreement=1 - float(differs.mean()),
        only_float_right=only_float,
        only_quantized_right=only_quantized,
        drift={"mean": float(moved.mean()), "p99": float(np.quantile(moved, 0.99)), "max": float(moved.max())},
        rejected=(float(reference.rejected.mean()), float(candidate.rejected.mean())) if has_reject else None,
        confusion_float=_confusion(labels, reference.digits),
        confusion_quantized=_confusion(labels, candidate.digits),
        changed=tuple(int(index) for index in np.flatnonzero(differs)),
    )


def drop_bound(disagreements: int, count: int) -> float:
    """Return the upper 95 % bound of the drop in accuracy, as a share.

    Accuracy can drop at most by the rate of disagreement, whose upper limit is Clopper and Pearson's (1934), two-sided.

    >>> round(100 * drop_bound(5, 10_000), 3)
    0.117
    """
    from scipy.stats import binomtest

    return float(binomtest(disagreements, count).proportion_ci(0.95, method="exact").high)


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Return the p-value of McNemar's exact test from the counts of discordant pairs; 1 where there are none.

    >>> round(mcnemar_p(0, 5), 4)
    0.0625
    """
    from scipy.stats import binomtest

    total = only_first + only_second
    return float(binomtest(only_first, total, 0.5).pvalue) if total else 1.0


def passes(comparison: Comparison, max_drop_pp: float) -> bool:
    """Return whether the accuracy dropped by no more than ``max_drop_pp`` percentage points."""
    return -comparison.delta_pp <= max_drop_pp + 1e-9


def gate(comparison: Comparison, mode: str, max_drop_pp: float) -> None:
    """Raise GateError if the drop is larger than allowed."""
    if not passes(comparison, max_drop_pp):
        raise GateError(
            f"{mode} drops accuracy by {-comparison.delta_pp:.3f} points, {max_drop_pp:g} are allowed "
            f"({100 * comparison.float_accuracy:.2f} % to {100 * comparison.quantized_accuracy:.2f} % "
            f"of {comparison.count} pictures); no model was written.",
            "Calibrate on more or other pictures, try int16x8 or float16, or allow more with --max-drop.",
        )


def _confusion(labels: NDArray[np.int64], digits: NDArray[np.int64]) -> Counts:
    table = np.zeros((10, 10), np.int64)
    np.add.at(table, (labels, digits), 1)
    return table
