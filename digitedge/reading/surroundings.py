"""What is known of a candidate: its own scores and shape, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate
from digitedge.reading.network import Floats

FEATURES = 37
"""How many columns `Evidence.features` has."""

AROUND = 16
"""How many of them, the last ones, tell of what stands around."""

OWN = FEATURES - AROUND
"""How many are the candidate's own, the first ones: three scores, which digit it is taken for, its shape."""

_CLIP_CHANCE = 1e-4
_NEAR, _WIDE = 0.6, 3.0  # gap to a neighbour in heights: within a word, within a line
_ABOVE = 2.0  # the same within a column
_BAR = 0.16  # width over height: what is narrower is a bar, however fine the pen
_EPSILON = 1e-6
_ONE_HOT = np.eye(10, dtype=np.float32)
_REACH = 9.0  # heights to the farthest neighbour that counts: 3 of the taller one's, which is at most 2 ** 1.5 times as high
_FEW = 512  # candidates that are all compared with each other
_TILE = 8.0  # heights: of more, those in one tile are compared with what is within reach of it
_MAX_PAIRS = 1 << 19  # compared at a time: their tables stay in the processor's cache


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Some candidates, R of them, each paired with its neighbours, P pairs in all: what does not depend on any score.

    Attributes:
        rows: intp [R], the candidates.
        starts: intp [R], where the pairs of each begin.
        other: intp [P], the neighbour of each pair.
        weights: float32 [3, P], of a neighbour of like size beside it, in its line, and in its column.
        total: float32 [3, R], their sums.
        unlike: float32 [3, P], by how much a neighbour is higher, stands lower and is fainter.
        within: bool [P], where the neighbour holds the candidate.
        holds: bool [P], where the candidate holds the neighbour.
    """

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    other: NDArray[np.intp]
    weights: Floats
    total: Floats
    unlike: Floats
    within: NDArray[np.bool_]
    holds: NDArray[np.bool_]

    @classmethod
    def of(cls, places: Floats, rows: NDArray[np.intp], others: NDArray[np.intp]) -> _Pairs:
        """Return the pairs of ``rows`` with those of ``others`` that are near; ``places`` as in `Neighbours.of`."""
        first, second = _near(places[:4, rows], places[:4, others])
        starts = first.searchsorted(np.arange(len(rows)))  # none is empty: each is its own neighbour, of no weight
        second = others[second]
        own_x, own_y, own_w, own_h, own_light, own_contrast, _ = places.take(rows[first], axis=1)
        x, y, w, h, light, contrast, presence = places.take(second, axis=1)
        overlap_x = np.minimum(own_x + own_w, x + w) - np.maximum(own_x, x)
        overlap_y = np.minimum(own_y + own_h, y + h) - np.maximum(own_y, y)
        shared = np.maximum(overlap_x, 0) * np.maximum(overlap_y, 0)
        own_area, area = own_w * own_h, w * h
        inside, holding = shared / own_area, shared / area  # how much of its own box lies in the neighbour's; the reverse
        taller, lower = np.maximum(own_h, h), np.minimum(own_h, h)
        apart = (inside < 0.3) & (holding < 0.3) & (own_light == light)
        alike = (1.5 - np.log2(taller / lower)).clip(0, 1) * apart * presence
        on_line = (2 * overlap_y / lower).clip(0, 1) * alike
        beside = np.maximum(-overlap_x, 0) / taller
        line = on_line * (1 - beside / _WIDE).clip(0, 1)
        in_column = (2 * overlap_x / np.minimum(own_w, w)).clip(0, 1) * alike * (-overlap_y < _ABOVE * taller)
        weights = np.array([on_line * (beside < _NEAR), line, in_column])
        # A 1 is as high, as level and as dark as the digits beside it; a bracket, a rule and a comma are not.
        unlike = np.array([np.log(own_h / h), (own_y + own_h / 2 - y - h / 2) / taller, own_contrast - contrast])
        within = (inside > 0.8) & (area > 1.5 * own_area)
        holds = (holding > 0.8) & (own_area > 1.5 * area)
        return cls(rows, starts, second, weights, np.add.reduceat(weights, starts, axis=1), unlike, within, holds)

    def scores(self, chance: Floats, rest: Floats) -> Floats:
        """Return float32 [R, 15]; ``chance`` and ``rest`` as in `Neighbours.scores`."""
        chance, rest = chance.take(self.other), rest.take(self.other)
        by_chance, by_rest = self.weights * chance, self.weights * rest
        digits = by_chance[1]
        sums = np.add.reduceat(np.concatenate([by_chance, by_rest, [digits], digits * self.unlike]), self.starts, axis=1)
        total = self.total + _EPSILON
        around = np.stack([np.minimum(self.total, 4), sums[:3] / total, sums[3:6] / total], axis=1).reshape(9, -1)
        most = np.array([self.within * chance, self.within * rest, self.holds * chance])
        return np.concatenate([around, sums[7:] / (sums[6] + _EPSILON), np.maximum.reduceat(most, self.starts, axis=1)]).T


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who stands around whom among the N candidates of one picture: found once, asked twice."""

    count: int
    pairs: tuple[_Pairs, ...]

    @classmethod
    def of(cls, places: Floats) -> Neighbours:
        """Return the neighbours.

        Args:
            places: float32 [7, N], see `Evidence`.
        """
        boxes = np.ascontiguousarray(places[:4].T)
        return cls(len(boxes), tuple(_Pairs.of(places, rows, others) for rows, others in _blocks(boxes)))

    def scores(self, chance: Floats, rest: Floats) -> Floats:
        """Return float32 [N, `AROUND`]: weighted scores of those beside, inside and around each, and how like them it is.

        Args:
            chance: float32 [N], how likely each candidate is the digit it looks like.
            rest: float32 [N], how likely it is none.
        """
        found = np.empty((self.count, AROUND), np.float32)
        for pairs in self.pairs:
            found[pairs.rows, :-1] = pairs.scores(chance, rest)
        found[:, -1] = float(chance @ (1 - rest) / (chance.sum() + _EPSILON))
        return found


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the N candidates of one picture.

    Attributes:
        features: float32 [N, `FEATURES`]: scores, shape, and the scores of what stands around.
        chances: float32 [N, 10], how likely the classifier holds each digit.
        places: float32 [7, N]: x, y, width, height (pixels of the picture), light ink (0 or 1), logarithm of the contrast, and
            how much each counts as a neighbour.
        neighbours: Who stands around whom, for asking again with better scores; None where it must be found again.
    """

    features: Floats
    chances: Floats
    places: Floats
    neighbours: Neighbours | None = None

    @property
    def best(self) -> NDArray[np.intp]:
        """The digit each looks like most, intp [N]."""
        return self.chances.argmax(axis=1)

    def scores_around(self, chance: Floats, rest: Floats) -> Floats:
        """Return `Neighbours.scores` of these candidates."""
        return (self.neighbours or Neighbours.of(self.places)).scores(chance, rest)

    def taken_for(self, which: NDArray[np.intp], digits: NDArray[np.intp]) -> Floats:
        """Return float32 [K, `OWN`], the own features of some candidates if they are taken for these digits, intp [K]."""
        own, chances = self.features[which, :OWN], self.chances[which]
        rows = np.flatnonzero(digits != chances.argmax(axis=1))
        if len(rows):
            chances, others = chances[rows], digits[rows]
            own[rows[:, None], [0, 2]] = log_odds(
                np.stack([chances[np.arange(len(rows)), others], chances.max(axis=1)], axis=1)
            )
            own[rows, 3 : 3 + chances.shape[1]] = _ONE_HOT[others, : chances.shape[1]]
        return own


def evidence(candidates: list[Candidate], probabilities: Floats, digits: int = 10) -> Evidence:
    """Return what is known of each candidate and of what stands around it.

    Args:
        candidates: Of one picture, all layers.
        probabilities: float32 [N, outputs], digits first.
        digits: How many of the outputs are digits.
    """
    chances, rest = probabilities[:, :digits], probabilities[:, digits:].sum(axis=1)
    best = chances.argmax(axis=1)
    chance = chances[np.arange(len(best)), best]
    runner_up = np.partition(chances, -2, axis=1)[:, -2]
    own = log_odds(np.stack([chance, rest, runner_up], axis=1))
    x, y, w, h, light, joined, cut, level, zoom, contrast, bound, fill = (
        np.array(list(map(_known, candidates))).reshape(-1, 12).T
    )
    logs = np.log([np.maximum(w / h, _BAR), h / zoom / 24, contrast / bound, contrast])
    # What was cut out of something is there only if it is a digit; else an arrow would stand for as many things as it has cuts.
    places = np.array([x, y, w, h, light, logs[3], np.where(cut > 0, chance, 1)], np.float32)
    neighbours = Neighbours.of(places)
    shapes = np.stack([*logs[:3], fill, light, joined, cut, level], axis=1)
    columns = [own, _ONE_HOT[best, :digits], shapes, neighbours.scores(chance, rest)]
    return Evidence(np.concatenate(columns, axis=1).astype(np.float32), chances, places, neighbours)


def _known(candidate: Candidate) -> tuple[float, ...]:
    """Return a candidate's box and the rest of what is known of it alone."""
    how, patch = candidate.how, candidate.patch
    fill = cv2.sumElems(patch)[0] / patch.size / 255
    kind = candidate.light, how == "joined", how == "split", candidate.level
    return (*candidate.box_xywh, *kind, candidate.zoom, candidate.contrast, candidate.bound, fill)


def _blocks(boxes: Floats) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield candidates of like size that stand together, and all that may be neighbours of theirs, as indices."""
    if len(boxes) <= _FEW:
        yield np.arange(len(boxes)), np.arange(len(boxes))
        return
    corners, far = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    size = np.exp2(np.ceil(np.log2(boxes[:, 3])))
    tile = np.floor(corners[:, ::-1] / (_TILE * size[:, None]))
    order = np.lexsort((tile[:, 1], tile[:, 0], size))
    changes = np.flatnonzero((np.diff(tile[order], axis=0) != 0).any(axis=1) | (np.diff(size[order]) != 0)) + 1
    for rows in np.split(order, changes):
        reach = np.float32(_REACH) * boxes[rows, 3].max()
        near = (far >= corners[rows].min(axis=0) - reach) & (corners <= far[rows].max(axis=0) + reach)
        others = np.flatnonzero(near[:, 0] & near[:, 1])
        step = max(1, _MAX_PAIRS // len(others))
        for first in range(0, len(rows), step):
            yield rows[first : first + step], others


def _near(boxes: Floats, others: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs that stand on one line or one above the other and not far apart, as indices, row by row.

    Args:
        boxes: float32 [4, R]: x, y, width, height.
        others: float32 [4, M], the same.
    """
    x, y, w, h = boxes
    other_x, other_y, other_w, other_h = others
    gap_x = np.maximum.outer(x, other_x) - np.minimum.outer(x + w, other_x + other_w)
    gap_y = np.maximum.outer(y, other_y) - np.minimum.outer(y + h, other_y + other_h)
    taller = np.maximum.outer(h, other_h)
    first, second = np.nonzero(((gap_y < 0) & (gap_x < _WIDE * taller)) | ((gap_x < 0) & (gap_y < _ABOVE * taller)))
    return first, second


def log_odds(chance: Floats) -> Floats:
    """Return the log-odds of probabilities, none surer than 1 in 10,000."""
    safe = np.minimum(np.maximum(chance, _CLIP_CHANCE), 1 - _CLIP_CHANCE)
    return np.log(safe / (1 - safe))
