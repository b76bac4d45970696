import numpy as np
import pytest

from digitedge.export.traits import auroc, open_set, strange_signs, trait_accuracies
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits


class Sevens:
    """Takes everything for a 7, and for no digit what has much ink."""

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    def probabilities(self, fields):
        answers = np.full((len(fields), self.outputs), 1e-3, np.float32)
        answers[:, 7] = 1.0
        if self.outputs > 10:
            answers[:, 10] = fields.reshape(len(fields), -1).mean(axis=1) / 64
        return answers / answers.sum(axis=1, keepdims=True)


def test_each_trait_is_drawn_as_the_digit_it_says():
    accuracies = trait_accuracies(Sevens(10), count=20)
    assert accuracies["crossed 7"] == 1 and accuracies["footed 1"] == 0
    assert 0 < accuracies["thick felt"] < 1  # all digits


def test_much_ink_tells_hatching_from_digits_and_the_shares_follow_the_margin():
    digits = to_inputs(draw_digits(60, seed=8)[0])
    found = open_set(Sevens(11), digits, count=30)
    assert found.auroc_by_kind["hatching"] > 0.9
    assert 0 < found.taken_for_digits < 1
    assert found.auroc == pytest.approx(np.mean(list(found.auroc_by_kind.values())))


def test_a_model_without_reject_has_no_open_set():
    with pytest.raises(ValueError, match="reject"):
        open_set(Sevens(10), np.zeros((1, 28, 28), np.uint8))


def test_auroc_counts_ties_half():
    assert auroc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert auroc(np.array([0.0]), np.array([1.0, 2.0])) == 0.0


def test_strange_signs_follow_from_the_seed():
    first, again = strange_signs(3, seed=1), strange_signs(3, seed=1)
    assert all(np.array_equal(a, b) for kind in first for a, b in zip(first[kind], again[kind], strict=True))
