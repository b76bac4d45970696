"""What is known of a candidate: its own scores and shape, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate

Floats = NDArray[np.float32]

FEATURES = 37
"""How many columns `Evidence.features` has."""

AROUND = 16
"""How many of them, the last ones, tell of what stands around."""

_CLIP_CHANCE = 1e-4
_NEAR, _WIDE = 0.6, 3.0  # gap to a neighbour in heights: within a word, within a line
_ABOVE = 2.0  # the same within a column
_BAR = 0.16  # width over height: what is narrower is a bar, however fine the pen
_EPSILON = 1e-6
_REACH = 9.0  # heights to the farthest neighbour that counts: 3 of the taller one's, which is at most 2 ** 1.5 times as high
_FEW = 512  # candidates that are all compared with each other
_TILE = 8.0  # heights: of more, those in one tile are compared with what is within reach of it
_MAX_PAIRS = 1 << 19  # compared at a time: their tables stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the N candidates of one picture.

    Attributes:
        features: float32 [N, `FEATURES`]: scores, shape, and the scores of what stands around.
        places: float32 [6, N]: x, y, width, height (pixels of the picture), light ink (0 or 1), logarithm of the contrast.
    """

    features: Floats
    places: Floats


def evidence(candidates: list[Candidate], probabilities: Floats, digits: int = 10) -> Evidence:
    """Return what is known of each candidate and of what stands around it.

    Args:
        candidates: Of one picture, all layers.
        probabilities: float32 [N, outputs], digits first.
        digits: How many of the outputs are digits.
    """
    best = probabilities[:, :digits].argmax(axis=1)
    chance = probabilities[np.arange(len(best)), best]
    rest = probabilities[:, digits:].sum(axis=1)
    runner_up = np.partition(probabilities[:, :digits], -2, axis=1)[:, -2]
    own = np.stack([_log_odds(chance), _log_odds(rest), _log_odds(runner_up)], axis=1)
    boxes = np.array([candidate.box_xywh for candidate in candidates], np.float32).reshape(-1, 4)
    light = np.array([candidate.light for candidate in candidates], np.float32)
    contrast = np.log([candidate.contrast for candidate in candidates], dtype=np.float32)
    places = np.stack([*boxes.T, light, contrast])
    columns = [own, np.eye(digits, dtype=np.float32)[best], _shapes(candidates), surroundings(places, chance, rest)]
    return Evidence(np.concatenate(columns, axis=1).astype(np.float32), places)


def _shapes(candidates: list[Candidate]) -> Floats:
    boxes = np.array([candidate.box_xywh for candidate in candidates], np.float64).reshape(-1, 4)
    own = [(c.zoom, c.contrast / c.bound, c.light, c.how == "joined", c.how == "split", c.level) for c in candidates]
    zoom, contrast, light, joined, split, level = np.array(own, np.float64).reshape(-1, 6).T
    width, height = boxes[:, 2], boxes[:, 3]
    logs = np.log([np.maximum(width / height, _BAR), height / zoom / 24, contrast])
    fill = [cv2.sumElems(candidate.patch)[0] / candidate.patch.size / 255 for candidate in candidates]
    return np.column_stack([logs.T, fill, light, joined, split, level]).astype(np.float32)


def surroundings(places: Floats, chance: Floats, rest: Floats) -> Floats:
    """Return float32 [N, `AROUND`]: weighted scores of those beside, inside and around each candidate, and how like them it is.

    Args:
        places: See `Evidence`.
        chance: float32 [N], how likely each candidate is the digit it looks like.
        rest: float32 [N], how likely it is none.
    """
    boxes = np.ascontiguousarray(places[:4].T)
    table = np.concatenate([places, [chance, rest]])
    found = np.empty((len(boxes), AROUND), np.float32)
    for rows, others in _blocks(boxes):
        first, second = _near(boxes[rows], boxes[others])
        starts = np.searchsorted(first, np.arange(len(rows)))  # none is empty: each is its own neighbour, of no weight
        found[rows, :-1] = _around(table[:, rows[first]], table[:, others[second]], starts)
    found[:, -1] = float(chance @ (1 - rest) / (chance.sum() + _EPSILON))
    return found


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
    """Return the pairs that stand on one line or one above the other and not far apart, as indices, row by row."""
    x, y, w, h = boxes.T
    other_x, other_y, other_w, other_h = others.T
    gap_x = np.maximum.outer(x, other_x) - np.minimum.outer(x + w, other_x + other_w)
    gap_y = np.maximum.outer(y, other_y) - np.minimum.outer(y + h, other_y + other_h)
    taller = np.maximum.outer(h, other_h)
    first, second = np.nonzero(((gap_y < 0) & (gap_x < _WIDE * taller)) | ((gap_x < 0) & (gap_y < _ABOVE * taller)))
    return first, second


def _around(own: Floats, other: Floats, starts: NDArray[np.intp]) -> Floats:
    """Return float32 [R, 15] for candidates that are paired with their neighbours.

    Args:
        own: float32 [8, P]: x, y, width, height, light, contrast, chance and rest of the candidate of each pair.
        other: The same of its neighbour.
        starts: intp [R], where each candidate's pairs begin.
    """
    own_x, own_y, own_w, own_h, own_light, own_contrast, _, _ = own
    x, y, w, h, light, contrast, chance, rest = other
    overlap_x = np.minimum(own_x + own_w, x + w) - np.maximum(own_x, x)
    overlap_y = np.minimum(own_y + own_h, y + h) - np.maximum(own_y, y)
    shared = np.maximum(overlap_x, 0) * np.maximum(overlap_y, 0)
    own_area, area = own_w * own_h, w * h
    inside, holding = shared / own_area, shared / area  # how much of its own box lies in the neighbour's; the reverse
    taller, lower = np.maximum(own_h, h), np.minimum(own_h, h)
    apart = (inside < 0.3) & (holding < 0.3) & (own_light == light)
    alike = np.clip(1.5 - np.log2(taller / lower), 0, 1) * apart
    on_line = np.clip(2 * overlap_y / lower, 0, 1) * alike
    beside = np.maximum(-overlap_x, 0) / taller
    line = on_line * np.clip(1 - beside / _WIDE, 0, 1)
    in_column = np.clip(2 * overlap_x / np.minimum(own_w, w), 0, 1) * alike * (-overlap_y < _ABOVE * taller)
    weights = np.stack([on_line * (beside < _NEAR), line, in_column])
    # A 1 is as high, as level and as dark as the digits beside it; a bracket, a rule and a comma are not.
    digits = line * chance
    unlike = np.stack([np.log(own_h / h), (own_y + own_h / 2 - y - h / 2) / taller, own_contrast - contrast])
    sums = np.add.reduceat(
        np.concatenate([weights, weights * chance, weights * rest, [digits], digits * unlike]), starts, axis=1
    )
    total, of_digits = sums[:3], sums[9] + _EPSILON
    scores = np.stack([np.minimum(total, 4), sums[3:6] / (total + _EPSILON), sums[6:9] / (total + _EPSILON)], axis=1)
    within = (inside > 0.8) & (area > 1.5 * own_area)
    holds = (holding > 0.8) & (own_area > 1.5 * area)
    most = np.maximum.reduceat(np.stack([within * chance, within * rest, holds * chance]), starts, axis=1)
    return np.concatenate([scores.reshape(9, -1), sums[10:] / of_digits, most]).T


def _log_odds(chance: Floats) -> Floats:
    safe = np.clip(chance, _CLIP_CHANCE, 1 - _CLIP_CHANCE)
    return np.log(safe / (1 - safe))
