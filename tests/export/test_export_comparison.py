import dataclasses

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the [train] extra")
from export_factory import make_export

from digitedge.errors import ModelError
from digitedge.export.comparison import answers, compare, drop_bound, mcnemar_p, passes
from digitedge.export.readback import check
from digitedge.export.temperature import fit_temperature


def said(digits, outputs=10, confidence=0.9):
    """Probabilities that put ``confidence`` on each of ``digits`` (an index of 10 is reject)."""
    table = np.full((len(digits), outputs), (1 - confidence) / (outputs - 1), np.float32)
    table[np.arange(len(digits)), digits] = confidence
    return table


def test_counts_agreement_and_changed_pictures_are_those_of_the_answers():
    labels = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    before = said([0, 1, 2, 3, 4, 5, 6, 7, 0, 0])  # 8 right
    after = said([0, 1, 2, 3, 4, 5, 0, 0, 8, 1])  # 7 right: lost 6 and 7, won 8, changed 9
    found = compare(answers(before), answers(after), labels)
    assert found.float_accuracy == pytest.approx(0.8)
    assert found.quantized_accuracy == pytest.approx(0.7)
    assert found.delta_pp == pytest.approx(-10)
    assert found.changed == (6, 7, 8, 9)
    assert found.agreement == pytest.approx(0.6)
    assert (found.only_float_right, found.only_quantized_right) == (2, 1)
    assert found.per_class[8] == {"digit": 8, "float": 0.0, "quantized": 1.0, "count": 1}
    assert found.confusion_quantized[9, 1] == 1
    assert found.rejected is None


def test_drift_is_the_change_of_confidence_in_the_float_models_digit():
    labels = np.zeros(4, np.int64)
    after = said([0, 0, 0, 0], confidence=0.9)
    after[0, 0] = 0.7
    found = compare(answers(said([0, 0, 0, 0])), answers(after), labels)
    assert found.drift["max"] == pytest.approx(0.2, abs=1e-6)
    assert found.drift["mean"] == pytest.approx(0.05, abs=1e-6)


def test_reject_counts_beside_accuracy_and_never_as_a_digit():
    labels = np.array([3, 3, 3, 3])
    table = said([10, 3, 3, 3], outputs=11)
    table[0, 3] += 1e-3  # reject wins, 3 is the likeliest digit
    found = compare(answers(said([3, 3, 3, 3], outputs=11)), answers(table), labels)
    assert found.quantized_accuracy == 1
    assert found.rejected == (0.0, 0.25)


def test_bound_and_mcnemar_are_the_published_ones():
    assert 100 * drop_bound(5, 10_000) == pytest.approx(0.1167, abs=5e-4)
    assert 100 * drop_bound(0, 10_000) == pytest.approx(0.0369, abs=5e-4)  # 1 - 0.025^(1/n)
    assert mcnemar_p(5, 0) == pytest.approx(0.0625)
    assert mcnemar_p(0, 0) == 1


def test_bound_holds_in_19_of_20_experiments():
    rng = np.random.default_rng(2)
    rate, count = 0.002, 2000
    held = [rate <= drop_bound(int(rng.binomial(count, rate)), count) for _ in range(400)]
    assert np.mean(held) >= 0.95


@pytest.mark.parametrize(("delta_pp", "passed"), [(-0.1, True), (-0.101, False), (0.0, True), (5.0, True)])
def test_gate_takes_the_drop_alone(tmp_path, delta_pp, passed):
    comparison = dataclasses.replace(make_export(tmp_path, count=10).modes[0].comparison, delta_pp=delta_pp)
    assert passes(comparison, 0.1) == passed


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("kind", ["logits", "probabilities"])
def test_temperature_is_found_again(true_temperature, kind):
    rng = np.random.default_rng(1)
    fair = rng.normal(0, 2, (20_000, 10))
    shares = np.exp(fair) / np.exp(fair).sum(axis=1, keepdims=True)
    labels = (shares.cumsum(axis=1) > rng.random((len(shares), 1))).argmax(axis=1)
    outputs = fair * true_temperature
    if kind == "probabilities":
        outputs = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    assert fit_temperature(outputs.astype(np.float32), labels, kind) == pytest.approx(true_temperature, rel=0.05)


def changed(facts, index, **values):
    tensors = list(facts.tensors)
    tensors[index] = dataclasses.replace(tensors[index], **values)
    return dataclasses.replace(facts, tensors=tuple(tensors))


@pytest.fixture(scope="module")
def int8_facts(tmp_path_factory):
    return make_export(tmp_path_factory.mktemp("facts"), count=10).modes[0].facts


def test_read_back_passes_what_is_right(int8_facts):
    check(int8_facts, "int8", (0.0, 255.0))


@pytest.mark.parametrize("mode", ["none", "float16", "dynamic", "int16x8"])
def test_read_back_refuses_another_mode(int8_facts, mode):
    with pytest.raises(ModelError, match=f"expected {mode}"):
        check(int8_facts, mode, (0.0, 255.0))


def test_read_back_refuses_a_float_inside(int8_facts):
    inner = int8_facts.operators[0].writes[0]
    with pytest.raises(ModelError, match=r"not fully integer|CONV_2D"):
        check(changed(int8_facts, inner, dtype="float32", scales=(), zero_points=()), "int8", (0.0, 255.0))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"scales": (0.98,)}, "expected 1 and -128"),
        ({"zero_points": (-127,)}, "expected 1 and -128"),
        ({"scales": (float("nan"),)}, "scale"),
        ({"scales": (0.0,)}, "scale"),
        ({"zero_points": (200,)}, "zero point outside"),
        ({"scales": (), "zero_points": ()}, "no scale"),
        ({"dtype": "float32", "scales": (), "zero_points": ()}, "input is float32, expected int8"),
    ],
)
def test_read_back_refuses_a_wrong_input(int8_facts, values, reason):
    with pytest.raises(ModelError, match=reason):
        check(changed(int8_facts, int8_facts.inputs[0], **values), "int8", (0.0, 255.0))


def test_read_back_refuses_asymmetric_weights_and_loose_constants(int8_facts):
    weights = next(index for index, each in enumerate(int8_facts.tensors) if each.is_constant and each.dtype == "int8")
    with pytest.raises(ModelError, match="zero point other than 0"):
        check(changed(int8_facts, weights, zero_points=(3,)), "int8", (0.0, 255.0))
    with pytest.raises(ModelError, match="16 bytes"):
        check(dataclasses.replace(int8_facts, aligned=False), "int8", (0.0, 255.0))
