"""How good a set of predictions is: loss, accuracy, the confusion matrix and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 10
_LEAST_PROBABILITY = 1e-7  # below it Keras clips too


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One digit against all others.

    Attributes:
        digit: 0..9.
        true_positives: Pictures of the digit that were read as it.
        false_positives: Pictures of other digits that were read as it.
        false_negatives: Pictures of the digit that were read as another.
        true_negatives: All others.
    """

    digit: int
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float:
        """Share of what was read as this digit that is it; 0 where nothing was."""
        read = self.true_positives + self.false_positives
        return self.true_positives / read if read else 0.0

    @property
    def recall(self) -> float:
        """Share of this digit's pictures that were read as it; 0 where there are none."""
        there = self.true_positives + self.false_negatives
        return self.true_positives / there if there else 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """Predictions against labels.

    Attributes:
        count: Number of pictures.
        loss: Mean cross-entropy, natural logarithm, over all outputs.
        accuracy: Share of pictures whose likeliest digit (among the ten) is the label.
        confusion: int64 [10, 10]; rows are labels, columns what was read.
        reject_wins: Share of pictures for which an output beyond the ten digits is the largest.
    """

    count: int
    loss: float
    accuracy: float
    confusion: NDArray[np.int64]
    reject_wins: float

    def per_class(self) -> tuple[ClassScore, ...]:
        """Return the ten digits' scores."""
        return tuple(_class_score(self.confusion, digit) for digit in range(DIGITS))

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain numbers and lists."""
        per_class = [
            {
                "digit": score.digit,
                "precision": round(score.precision, 6),
                "recall": round(score.recall, 6),
                "true_positives": score.true_positives,
                "false_positives": score.false_positives,
                "false_negatives": score.false_negatives,
                "true_negatives": score.true_negatives,
            }
            for score in self.per_class()
        ]
        return {
            "count": self.count,
            "loss": round(self.loss, 6),
            "accuracy": self.accuracy,
            "reject_wins": self.reject_wins,
            "per_class": per_class,
            "confusion": self.confusion.tolist(),
        }


def score(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> Scores:
    """Return how good predictions are.

    Args:
        probabilities: float32 [N, outputs], rows summing to 1, the ten digits first.
        labels: int64 [N], 0..9.

    >>> sure = np.eye(10, dtype=np.float32)
    >>> scores = score(sure[[3, 3, 8]], np.array([3, 5, 8]))
    >>> round(scores.accuracy, 3), int(scores.confusion[5, 3]), scores.per_class()[3].precision
    (0.667, 1, 0.5)
    """
    if len(probabilities) != len(labels) or not len(labels):
        raise ValueError(f"expected equal counts above 0, got {len(probabilities)} predictions and {len(labels)} labels")
    read = probabilities[:, :DIGITS].argmax(axis=1)
    confusion = np.zeros((DIGITS, DIGITS), np.int64)
    np.add.at(confusion, (labels, read), 1)
    of_label = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return Scores(
        count=len(labels),
        loss=float(-np.log(np.maximum(of_label, _LEAST_PROBABILITY)).mean()),
        accuracy=float((read == labels).mean()),
        confusion=confusion,
        reject_wins=float((probabilities.argmax(axis=1) >= DIGITS).mean()),
    )


def _class_score(confusion: NDArray[np.int64], digit: int) -> ClassScore:
    true_positives = int(confusion[digit, digit])
    read, there = int(confusion[:, digit].sum()), int(confusion[digit].sum())
    return ClassScore(
        digit=digit,
        true_positives=true_positives,
        false_positives=read - true_positives,
        false_negatives=there - true_positives,
        true_negatives=int(confusion.sum()) - read - there + true_positives,
    )
