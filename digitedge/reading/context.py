"""What stands around a candidate decides with: a "1" among letters is an l, among digits a 1.

Small networks turn what is known of a candidate (`digitedge.reading.surroundings`) into the calibrated probability that it is
the digit it looks like. The first sees what the classifier says of the neighbours, the second what the first says of them;
where that leaves a doubt, the third is told what a glimpse of the candidate amid its surroundings shows, and the fourth what
glimpses showed of the neighbours:

    evidence ──first──▶ confidence ──▶ the neighbours' confidence ──second──▶ confidence
                             ┌───────────────────────────────────────────────────┘
                             └──▶ glimpse ──third──▶ confidence ──▶ the neighbours' confidence ──fourth──▶ confidence

A glimpse may change the digit, too: its network saw such candidates on pages, the classifier only their patches.

They are fitted on generated pages (``digitedge.export.contextfit``), where every candidate's truth is known, and travel in the
model file, because they know that model's habits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.reading.network import Floats, Network
from digitedge.reading.surroundings import AROUND, FEATURES, OWN, Evidence, log_odds

SECOND_FEATURES = FEATURES + 1 + AROUND
"""How many the second network sees: the first one's, its log-odds, and what stands around by its confidence."""

THIRD_FEATURES = OWN + 3
"""How many the third network sees: a candidate's own, the second one's log-odds, the glimpse's for the same digit and none."""

FOURTH_FEATURES = 4 + AROUND + 2
"""How many the fourth network sees: the third one's last three, its log-odds, what stands around by its confidence, and how
high the candidate is beside the page's digits."""

Look = Callable[[NDArray[np.intp]], Floats]
"""Indices of K candidates → float32 [K, 11]: what a glimpse of each shows, 0 to 9 or no digit."""

_SURE = 0.9  # that a candidate is a digit
_UNLIKE = 0.4  # logarithm of a height over another: of two sizes of writing
_LEAST_CHANCE = 1e-6  # of any digit: neither network alone rules one out
LEAST, MOST = -6.0, 4.0
"""Log-odds of the second network (0.25 and 98 %) between which a candidate is worth a look."""


@dataclass(frozen=True, slots=True)
class ContextModel:
    """The four networks, see the module's head."""

    first: Network
    second: Network
    third: Network
    fourth: Network

    @classmethod
    def from_metadata(cls, stored: dict[str, Any]) -> ContextModel:
        """Return the model that `to_metadata` stored. Raises ModelError where it was fitted to other features."""
        features = (FEATURES, SECOND_FEATURES, THIRD_FEATURES, FOURTH_FEATURES)
        networks = Network.all_from_metadata(stored.get("networks"), features)
        if networks is None:
            raise ModelError(
                "The model's context was fitted to other features than this digitedge's.",
                "Fit it again (scripts/fit-context) or use the model that came with this digitedge.",
            )
        return cls(*networks)

    def to_metadata(self) -> dict[str, Any]:
        """Return the weights for the model file."""
        return {"networks": [network.to_metadata() for network in (self.first, self.second, self.third, self.fourth)]}

    def judge(self, evidence: Evidence, look: Look) -> tuple[NDArray[np.intp], Floats]:
        """Return which digit each candidate of a picture is taken for, intp [N], and how likely it is one, float32 [N].

        ``look`` is asked once, about the doubtful ones.
        """
        odds, digits = self.before_looking(evidence), evidence.best
        which = doubtful(odds)
        if len(which):
            digits[which], features = second_sight(evidence, which, odds[which], look(which))
            odds[which] = self.third.log_odds(features)
            odds[which] = self.fourth.log_odds(fourth_features(evidence, which, features, odds))
        return digits, logistic(odds)

    def before_looking(self, evidence: Evidence) -> Floats:
        """Return the second network's log-odds, float32 [N]."""
        return self.second.log_odds(second_features(evidence, self.first.log_odds(evidence.features)))


def second_features(evidence: Evidence, odds: Floats) -> Floats:
    """Return float32 [N, `SECOND_FEATURES`] from the evidence and the first network's log-odds, float32 [N]."""
    confidence = logistic(odds)
    around = evidence.scores_around(confidence, 1 - confidence)
    return np.concatenate([evidence.features, odds[:, None], around], axis=1)


def doubtful(odds: Floats) -> NDArray[np.intp]:
    """Return which of the candidates are worth a look, by the second network's log-odds, float32 [N]."""
    return np.flatnonzero((odds > LEAST) & (odds < MOST))


def second_sight(evidence: Evidence, which: NDArray[np.intp], odds: Floats, shown: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return what digit the classifier and a glimpse together take some candidates for, and what the third network is told.

    Args:
        evidence: Of all candidates.
        which: intp [K], their indices.
        odds: float32 [K], the second network's log-odds.
        shown: float32 [K, 11], see `Look`.

    Returns:
        intp [K], and float32 [K, `THIRD_FEATURES`].
    """
    chances = evidence.chances[which]
    both = np.maximum(chances, _LEAST_CHANCE) * np.maximum(shown[:, : chances.shape[1]], _LEAST_CHANCE)
    digits = both.argmax(axis=1)
    seen = np.stack([odds, *log_odds(np.stack([shown[np.arange(len(which)), digits], shown[:, -1]]))], axis=1)
    return digits, np.concatenate([evidence.taken_for(which, digits), seen], axis=1)


def fourth_features(evidence: Evidence, which: NDArray[np.intp], told: Floats, odds: Floats) -> Floats:
    """Return float32 [K, `FOURTH_FEATURES`] for some candidates.

    Args:
        evidence: Of all candidates, N of them.
        which: intp [K], their indices.
        told: float32 [K, `THIRD_FEATURES`], what the third network was told of them.
        odds: float32 [N], its log-odds for them and the second one's for the others.
    """
    confidence = logistic(odds)
    around = evidence.scores_around(confidence, 1 - confidence)
    return np.concatenate([told[:, OWN:], odds[which, None], around[which], sizes(evidence, confidence)[which]], axis=1)


def sizes(evidence: Evidence, confidence: Floats) -> Floats:
    """Return float32 [N, 2]: by how much each is higher than the page's digits, and what share of these is unlike their median.

    The first is the logarithm of the height over the sure digits' median, less where these are few; the second counts
    sure digits too, and is the same in all rows. Both are 0 where there is none. ``confidence`` is
    float32 [N], of their being digits.
    """
    height, sure = np.log(evidence.places[3]), confidence > _SURE
    count = np.count_nonzero(sure)
    if not count:
        return np.zeros((len(height), 2), np.float32)
    higher = height - np.sort(height[sure])[count // 2]
    others = np.count_nonzero(np.abs(higher[sure]) > _UNLIKE) / count
    return np.stack([higher * np.float32(count / (count + 1)), np.full(len(height), others, np.float32)], axis=1)


def logistic(odds: Floats) -> Floats:
    """Return the probabilities, float32 [N] in [0, 1], of log-odds, float32 [N]."""
    return (1 / (1 + np.exp(-odds))).astype(np.float32)
