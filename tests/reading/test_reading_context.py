"""The context's networks: what a model file keeps of them, and who is asked."""

import json

import numpy as np
import pytest

from digitedge.errors import ModelError
from digitedge.reading.context import SECOND_FEATURES, THIRD_FEATURES, ContextModel, Network, doubtful
from digitedge.reading.surroundings import FEATURES, Evidence


def network(features: int, seed: int) -> Network:
    rng = np.random.default_rng(seed)
    mean, hidden = rng.normal(size=features), rng.normal(size=(features, 8)) * rng.uniform(0.1, 2, 8)
    return Network(
        mean.astype(np.float32),
        rng.uniform(0.5, 2, features).astype(np.float32),
        hidden.astype(np.float32),
        rng.normal(size=8).astype(np.float32),
        rng.normal(size=8).astype(np.float32),
        0.25,
    )


@pytest.fixture
def context() -> ContextModel:
    return ContextModel(network(FEATURES, 1), network(SECOND_FEATURES, 2), network(THIRD_FEATURES, 3))


def far_apart(count: int) -> Evidence:
    features = np.random.default_rng(5).normal(size=(count, FEATURES)).astype(np.float32)
    places = np.ones((7, count), np.float32)
    places[0] = 1000 * np.arange(count)
    return Evidence(features, np.arange(count) % 10, places)


def test_a_file_keeps_the_networks_to_about_a_hundredth(context: ContextModel) -> None:
    again = ContextModel.from_metadata(json.loads(json.dumps(context.to_metadata())))
    for one, other in ((context.first, again.first), (context.second, again.second), (context.third, again.third)):
        assert np.abs(one.hidden - other.hidden).max() <= 0.012 * np.abs(one.hidden).max()
        features = np.random.default_rng(4).normal(size=(200, len(one.mean))).astype(np.float32)
        difference = one.log_odds(features) - other.log_odds(features)
        assert np.abs(difference).mean() < 0.03 * np.abs(one.log_odds(features)).mean()


def test_a_context_for_other_features_is_refused(context: ContextModel) -> None:
    stored = context.to_metadata()
    with pytest.raises(ModelError, match="other features"):
        ContextModel.from_metadata({"networks": stored["networks"][:2]})
    numbers = [{**network, "hidden": [[0.5]]} for network in stored["networks"]]  # as it was once stored
    with pytest.raises(ModelError, match="other features"):
        ContextModel.from_metadata({"networks": numbers})


def test_only_the_doubtful_are_looked_at_and_what_is_seen_decides(context: ContextModel) -> None:
    evidence = far_apart(300)
    which = doubtful(context.before_looking(evidence))
    assert 0 < len(which) < 300
    asked = []

    def look(indices: np.ndarray) -> np.ndarray:
        asked.append(indices)
        return np.full((len(indices), 11), 1 / 11, np.float32)

    one = context.confidence(evidence, look)
    assert len(asked) == 1 and (asked[0] == which).all()
    other = context.confidence(evidence, lambda indices: np.eye(11, dtype=np.float32)[np.full(len(indices), 10)])
    same = np.ones(300, bool)
    same[which] = False
    assert (one[same] == other[same]).all() and (one[which] != other[which]).any()
