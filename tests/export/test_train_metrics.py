"""Scores: counted by hand and by definition."""

import numpy as np
import pytest

from digitedge.export.metrics import score

RNG = np.random.default_rng(3)


def random_predictions(count: int, outputs: int) -> np.ndarray:
    raw = RNG.random((count, outputs)) ** 2 + 0.01
    return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)


def test_every_count_follows_its_definition() -> None:
    probabilities, labels = random_predictions(500, 10), RNG.integers(0, 10, 500)
    read = probabilities.argmax(axis=1)
    scores = score(probabilities, labels)
    for one in scores.per_class():
        is_digit, read_as = labels == one.digit, read == one.digit
        assert one.true_positives == (is_digit & read_as).sum()
        assert one.false_positives == (~is_digit & read_as).sum()
        assert one.false_negatives == (is_digit & ~read_as).sum()
        assert one.true_negatives == (~is_digit & ~read_as).sum()
        assert one.precision == pytest.approx(read_as[is_digit].sum() / read_as.sum())
        assert one.recall == pytest.approx(read_as[is_digit].mean())
    assert scores.accuracy == (read == labels).mean()
    assert scores.confusion.sum() == 500
    assert scores.loss == pytest.approx(-np.log(probabilities[np.arange(500), labels]).mean(), rel=1e-5)


def test_reject_never_makes_a_digit_and_is_counted_beside() -> None:
    probabilities = np.zeros((4, 11), np.float32)
    probabilities[:, 10] = 0.6
    probabilities[:, 3] = 0.4
    probabilities[0, 3], probabilities[0, 10] = 0.6, 0.4
    scores = score(probabilities, np.array([3, 3, 3, 5]))
    assert (scores.accuracy, scores.reject_wins) == (0.75, 0.75)
    assert scores.confusion.shape == (10, 10)


def test_a_class_that_never_occurs_has_no_division_by_zero() -> None:
    ones = score(np.eye(10, dtype=np.float32)[[1, 1]], np.array([1, 1]))
    assert ones.per_class()[7].precision == ones.per_class()[7].recall == 0.0
    assert ones.per_class()[7].true_negatives == 2
    assert ones.loss == pytest.approx(0, abs=1e-9)


def test_an_impossible_answer_costs_a_finite_loss() -> None:
    assert 16 < score(np.eye(10, dtype=np.float32)[[1]], np.array([2])).loss < 17


def test_unequal_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="2 predictions and 1 labels"):
        score(np.ones((2, 10), np.float32) / 10, np.array([1]))


def test_json_holds_what_scripts_rely_on() -> None:
    content = score(random_predictions(50, 10), RNG.integers(0, 10, 50)).to_json()
    assert {"loss", "accuracy", "per_class", "confusion", "count"} <= content.keys()
    assert {"precision", "recall", "true_positives", "false_positives", "false_negatives", "true_negatives"} <= content[
        "per_class"
    ][0].keys()
