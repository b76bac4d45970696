"""The model card: what is computed for it without TensorFlow, and the page."""

import json
from pathlib import Path

import numpy as np
import pytest

from digitedge.errors import DataError
from digitedge.export.card_page import card_markdown
from digitedge.export.contextfit import Samples
from digitedge.export.generalisation import foreign_crops, shares
from digitedge.export.reliability import calibration_error, page_reliability, risks
from digitedge.export.seedruns import seed_spread
from digitedge.models import DEFAULT_MODEL
from digitedge.patch import to_inputs
from digitedge.reading.context import FOURTH_FEATURES, SECOND_FEATURES, THIRD_FEATURES, ContextModel, logistic
from digitedge.reading.network import Network
from digitedge.reading.surroundings import FEATURES, Evidence, Neighbours
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.digits import draw_digits

BASE = {
    "file": "small-int8.tflite",
    "sha256": "0" * 64,
    "size_bytes": 12345,
    "quantize": "int8",
    "fully_integer": True,
    "input": {"dtype": "int8", "shape": [1, 28, 28, 1], "scale": 1.0, "zero_point": -128},
    "output": {"dtype": "int8", "shape": [1, 11], "scale": 0.1, "zero_point": 0},
    "operators": {"CONV_2D": 7},
    "parameters": 4321,
    "license": "Apache-2.0",
    "use": "Reads.",
    "limits": "Few.",
    "credit": "Many.",
    "interface": {"temperature": 0.7},
    "measured": [
        {
            "name": "mnist",
            "split": "test",
            "count": 10_000,
            "float_accuracy": 0.9957,
            "accuracy": 0.9956,
            "drop_bound_pp": 0.088,
            "agreement": 0.9997,
            "rejected_digits": {"float": 0.001, "quantized": 0.002},
            "per_class": [{"digit": 7, "float": 0.99, "quantized": 0.98, "count": 100}],
        }
    ],
    "float": {"file": "small.keras", "sha256": "1" * 64},
    "calibration": None,
    "training": {"seed": 3, "data": {"train": {"name": "mnist", "count": 55_000}}},
    "made_with": {"python": "3"},
    "made_by": "digitedge export small.keras",
}


def a_context(weight: float) -> ContextModel:
    """The log-odds are ``weight`` times the first feature, where that is positive, less 2."""
    sizes = (SECOND_FEATURES, THIRD_FEATURES, FOURTH_FEATURES)
    return ContextModel(a_network(FEATURES, 1.0), *(a_network(size, weight) for size in sizes))


def a_network(features: int, weight: float) -> Network:
    hidden = np.zeros((features, 1), np.float32)
    hidden[0, 0] = 1
    return Network(
        np.zeros(features, np.float32),
        np.ones(features, np.float32),
        hidden,
        np.zeros(1, np.float32),
        np.array([weight], np.float32),
        np.float32(-2.0),
    )


def drawn_samples(count: int, weight: float) -> Samples:
    """Candidates that are right just as often as the context with that weight says."""
    rng = np.random.default_rng(4)
    features = np.zeros((count, FEATURES), np.float32)
    features[:, 0] = rng.uniform(0, 4, count)
    places = np.ones((7, count), np.float32)
    places[0] = 1000 * np.arange(count)  # far from each other
    chances = np.zeros((count, 10), np.float32)
    chances[:, 0] = logistic(features[:, 0])
    page = Evidence(features, chances, places, Neighbours.of(places))
    shown = np.full((count, 11), 1 / 11, np.float32)
    digits, confidence = a_context(weight).judge(page, shown.__getitem__)
    truth = np.where(rng.random(count) < confidence, digits, 10)
    return Samples((page,), (shown,), truth, np.ones(count, np.float32))


def test_a_true_confidence_has_no_calibration_error_and_a_boastful_one_has():
    samples = drawn_samples(20_000, 1.0)
    honest, boastful = page_reliability(samples, a_context(1.0)), page_reliability(samples, a_context(2.0))
    assert honest["calibration_error"] < 0.015  # 15 bins of 1,300: about 0.01 by chance
    assert boastful["calibration_error"] > 0.1
    assert honest["digits"] == (samples.truth == 0).sum()


def test_who_answers_less_errs_less():
    found = page_reliability(drawn_samples(20_000, 1.0), a_context(1.0))
    for name in ("risk_of_decisions", "risk_of_readings"):
        assert found[name] == sorted(found[name]), name
    assert found["risk_of_decisions"][0] < 0.8 * found["risk_of_decisions"][-1]
    assert found["risk_of_readings"][-1] > found["risk_of_decisions"][-1]  # all digits are covered only with many others


def test_weights_count_like_repetitions():
    confidence, right = np.array([0.9, 0.8, 0.3], np.float32), np.array([True, False, False])
    times = np.array([3, 1, 2])
    one = np.ones(6, np.float32)
    weighted = risks(confidence, ~right, times.astype(np.float32), right, (0.5, 1.0))
    assert weighted == risks(confidence.repeat(times), ~right.repeat(times), one, right.repeat(times), (0.5, 1.0))
    expected = calibration_error(confidence.repeat(times), right.repeat(times))
    assert calibration_error(confidence, right, times.astype(np.float32)) == pytest.approx(expected)


def test_doubt_whether_it_is_a_digit_is_told_apart_from_doubt_which():
    answers = np.zeros((4, 11), np.float32)
    answers[:, 5], answers[:, 10] = 0.4, 0.6
    found = shares(answers, np.full(4, 5))
    assert (found["accuracy"], found["reject_wins"]) == (1, 1)
    assert (found["calibration_error"], found["calibration_error_with_reject"]) == (0, 0.6)


def test_crops_are_read_file_by_file_and_together(tmp_path: Path):
    for number in (1, 2):
        images, labels = draw_digits(30, seed=number)
        np.savez(tmp_path / f"hand{number}.npz", images=to_inputs(images), labels=labels)
    found = foreign_crops(Classifier(DEFAULT_MODEL), tmp_path)
    assert {name: each["count"] for name, each in found.items()} == {"hand1": 30, "hand2": 30, "all": 60}
    assert foreign_crops(Classifier(DEFAULT_MODEL), tmp_path / "nothing") == {}


def test_seed_runs_give_mean_and_spread(tmp_path: Path):
    path = tmp_path / "small.seeds.json"
    assert seed_spread(path) is None
    runs = [{"seed": seed, "test, int8": 0.996 + seed / 1000} for seed in (0, 1, 2)]
    path.write_text(json.dumps({"training": "two epochs", "runs": runs}))
    found = seed_spread(path)
    assert found["training"] == "two epochs"
    assert found["seeds"] == [0, 1, 2]
    assert found["measured"]["test, int8"] == pytest.approx({"mean": 0.997, "deviation": 0.001, "min": 0.996, "max": 0.998})


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[]",
        "nonsense",
        '{"training": "", "runs": [{"seed": 0, "test": 0.9}]}',
        '{"runs": [{"seed": 0, "a": 1}, {"seed": 1, "a": 1}]}',
    ],
)
def test_a_file_of_anything_else_is_refused(tmp_path: Path, content: str):
    (tmp_path / "small.seeds.json").write_text(content)
    with pytest.raises(DataError, match="no runs of several seeds"):
        seed_spread(tmp_path / "small.seeds.json")


def test_the_page_of_a_quick_card_tells_what_was_measured_and_no_more():
    page = card_markdown(BASE)
    assert "| mnist | test | 10000 | 99.56 % | 99.57 % | 0.088 points | 99.97 % | 0.20 % |" in page
    assert "| this file, % | 98.00 |" in page
    assert "## Limits" in page and "## Latency" not in page


def test_the_page_of_a_whole_card_has_every_section():
    beside = {"what": "the reference", "p50_us": 40.0, "ratio": 1.25, "low": 1.2, "high": 1.3}
    card = BASE | {
        "seeds": {
            "training": "two epochs",
            "seeds": [0, 1],
            "measured": {"test": {"mean": 0.997, "deviation": 0.0005, "min": 0.9965, "max": 0.9975}},
        },
        "generalisation": {
            "traits": {"chalk": 0.992},
            "open_set": {
                "auroc": 0.9996,
                "auroc_by_kind": {"bars": 1.0},
                "taken_for_digits": 0.014,
                "reject_wins": 0.001,
                "split": "test",
            },
            "crops": {"semeion": shares(np.eye(11, dtype=np.float32)[:5], np.arange(5))},
        },
        "reliability": {"pages": 2, **page_reliability(drawn_samples(500, 1.0), a_context(1.0))},
        "latency": {"machine": "a board", "p50_us": 50.0, "turns": 9, "beside": [beside]},
    }
    page = card_markdown(card)
    for line in (
        "| test | 99.70 % | 0.050 | 99.65 % | 99.75 % |",
        "| semeion | 5 | 100.00 % | 0.00 % | 0.000 | 0.000 |",
        "| chalk | 99.20 % |",
        "| all | 0.9996 |",
        "| the reference | 40.0 | 1.250 | 1.200 to 1.300 |",
    ):
        assert line in page.splitlines(), line
    assert "risk at 95 % coverage" in page
