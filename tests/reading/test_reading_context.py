"""The context's networks: what a model file keeps of them, and who is asked."""

import json
from dataclasses import replace

import numpy as np
import pytest

from digitedge.errors import ModelError
from digitedge.reading.candidates import Candidate
from digitedge.reading.context import (
    FOURTH_FEATURES,
    SECOND_FEATURES,
    THIRD_FEATURES,
    ContextModel,
    doubtful,
    sizes,
)
from digitedge.reading.network import Network
from digitedge.reading.surroundings import FEATURES, OWN, Evidence, evidence, log_odds


def network(features: int, seed: int) -> Network:
    rng = np.random.default_rng(seed)
    mean, hidden = rng.normal(size=features), rng.normal(size=(features, 8)) * rng.uniform(0.1, 2, 8)
    return Network(
        mean.astype(np.float32),
        rng.uniform(0.5, 2, features).astype(np.float32),
        hidden.astype(np.float32),
        rng.normal(size=8).astype(np.float32),
        rng.normal(size=8).astype(np.float32),
        np.float32(0.25),
    )


@pytest.fixture
def context() -> ContextModel:
    seen = (FEATURES, SECOND_FEATURES, THIRD_FEATURES, FOURTH_FEATURES)
    return ContextModel(*(network(features, seed) for seed, features in enumerate(seen, 1)))


def far_apart(count: int) -> Evidence:
    features = np.random.default_rng(5).normal(size=(count, FEATURES)).astype(np.float32)
    places = np.ones((7, count), np.float32)
    places[0] = 1000 * np.arange(count)
    return Evidence(features, (0.02 + 0.8 * np.eye(10))[np.arange(count) % 10].astype(np.float32), places)


def test_a_file_keeps_the_networks_to_about_a_hundredth(context: ContextModel) -> None:
    again = ContextModel.from_metadata(json.loads(json.dumps(context.to_metadata())))
    for name in ("first", "second", "third", "fourth"):
        one, other = getattr(context, name), getattr(again, name)
        assert np.abs(one.hidden - other.hidden).max() <= 0.012 * np.abs(one.hidden).max()
        features = np.random.default_rng(4).normal(size=(200, len(one.mean))).astype(np.float32)
        difference = one.log_odds(features) - other.log_odds(features)
        assert np.abs(difference).mean() < 0.06 * np.abs(one.log_odds(features)).mean()


def test_a_context_for_other_features_is_refused(context: ContextModel) -> None:
    stored = context.to_metadata()
    with pytest.raises(ModelError, match="other features"):
        ContextModel.from_metadata({"networks": stored["networks"][:2]})
    numbers = [{**network, "hidden": [[0.5]]} for network in stored["networks"]]  # as it was once stored
    with pytest.raises(ModelError, match="other features"):
        ContextModel.from_metadata({"networks": numbers})


def test_only_the_doubtful_are_looked_at_and_what_is_seen_decides(context: ContextModel) -> None:
    known = far_apart(300)
    which = doubtful(context.before_looking(known))
    assert 0 < len(which) < 300
    asked = []

    def look(indices: np.ndarray) -> np.ndarray:
        asked.append(indices)
        return np.full((len(indices), 11), 1 / 11, np.float32)

    _, one = context.judge(known, look)
    assert len(asked) == 1 and (asked[0] == which).all()
    _, other = context.judge(known, lambda indices: np.eye(11, dtype=np.float32)[np.full(len(indices), 10)])
    same = np.ones(300, bool)
    same[which] = False
    assert (one[same] == other[same]).all() and (one[which] != other[which]).any()


def test_what_glimpses_show_of_the_neighbours_counts(context: ContextModel) -> None:
    apart = far_apart(300)
    places = apart.places.copy()
    places[0], places[2:4] = 12 * np.arange(300), [[8], [16]]  # a line of narrow ones, each beside two others
    known = replace(apart, places=places)
    which = doubtful(context.before_looking(known))
    first, rest = which[0], which[1:]
    alike = np.full((300, 11), 1 / 11, np.float32)
    other = alike.copy()
    other[rest] = np.eye(11, dtype=np.float32)[10]
    (_, one), (_, two) = (context.judge(known, shown.__getitem__) for shown in (alike, other))
    assert one[first] != two[first]


def test_a_clear_glimpse_changes_a_doubtful_digit_and_a_vague_one_does_not(context: ContextModel) -> None:
    known = far_apart(300)
    which = doubtful(context.before_looking(known))
    clear = np.eye(11, dtype=np.float32)[(known.best + 1) % 10]
    digits, _ = context.judge(known, clear.__getitem__)
    is_doubtful = np.isin(np.arange(300), which)
    assert (digits == np.where(is_doubtful, (known.best + 1) % 10, known.best)).all()
    vague = (0.05 * clear + 0.95 / 11).astype(np.float32)
    assert (context.judge(known, vague.__getitem__)[0] == known.best).all()


def test_what_is_taken_for_another_digit_has_the_scores_of_that_one() -> None:
    probabilities = np.full((1, 11), 0.01, np.float32)
    probabilities[0, [3, 4]] = 0.6, 0.31
    patch = np.full((20, 12), 200, np.uint8)
    known = evidence([Candidate((5, 5, 12, 20), patch, (5, 5), 80.0, 20.0, False, 0, 1.0)], probabilities)
    which = np.zeros(1, np.intp)
    assert (known.taken_for(which, np.array([3])) == known.features[:, :OWN]).all()
    (other,) = known.taken_for(which, np.array([4]))
    assert other[[0, 2]] == pytest.approx(log_odds(np.array([0.31, 0.6])), rel=1e-4)
    assert (other[3:13] == np.eye(10)[4]).all() and (other[13:] == known.features[0, 13:OWN]).all()


def test_sizes_tell_by_how_much_one_is_higher_than_the_pages_digits() -> None:
    heights, confidence = np.array([20, 22, 20, 88, 40]), np.array([1, 1, 1, 0.8, 0], np.float32)
    places = np.ones((7, 5), np.float32)
    places[3] = heights
    page = Evidence(np.zeros((5, FEATURES), np.float32), np.full((5, 10), 0.1, np.float32), places)
    higher, others = sizes(page, confidence).T
    assert higher[3] > 1, "four times as high as the others"
    assert higher[:3] == pytest.approx(0, abs=0.1) and others == pytest.approx(0)
    assert sizes(page, np.array([0, 0, 0, 1, 0], np.float32))[3] == pytest.approx([0, 0]), "nothing to compare with"
    assert not sizes(page, np.full(5, 0.5, np.float32)).any()
    two_hands = sizes(page, np.array([1, 1, 1, 1, 0], np.float32))
    assert two_hands[:, 1] == pytest.approx(0.25)
