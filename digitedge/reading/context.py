"""What stands around a candidate: a "1" among letters is an l, among digits a 1.

A small network (features → 24 → 1) turns a candidate's own scores, its shape and those of its neighbours into the calibrated
probability that it is the digit it looks like. It is fitted on generated pages (``digitedge.export.contextfit``), where every
candidate's truth is known, and travels in the model file, because it knows that model's habits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.reading.candidates import Candidate

Floats = NDArray[np.float32]

FEATURES = 37
"""How many `features` tell of each candidate."""

_CLIP = 8.0  # log-odds beyond are certainty
_NEAR, _WIDE = 0.6, 3.0  # gap to a neighbour in heights: within a word, within a line
_BAR = 0.16  # width over height: what is narrower is a bar, however fine the pen
_EPSILON = 1e-6
_MAX_PAIRS = 1 << 21  # of candidates compared at a time: a page of print has a hundred million


@dataclass(frozen=True, slots=True)
class ContextModel:
    """The network's weights, all float32.

    Attributes:
        mean: [F], of the features.
        scale: [F], their standard deviations.
        hidden: [F, H] and its ``hidden_bias`` [H], followed by ReLU.
        hidden_bias: See ``hidden``.
        output: [H], and its ``output_bias``, giving log-odds.
        output_bias: See ``output``.
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: float

    @classmethod
    def from_metadata(cls, stored: dict[str, Any]) -> ContextModel:
        """Return the model that `to_metadata` stored. Raises ModelError where it was fitted to other features."""
        arrays = {name: np.array(stored[name], np.float32) for name in ("mean", "scale", "hidden", "hidden_bias", "output")}
        if arrays["mean"].shape != (FEATURES,):
            raise ModelError(
                f"The model's context was fitted to {arrays['mean'].size} features; this digitedge has {FEATURES}.",
                "Fit it again (scripts/fit-context) or use the model that came with this digitedge.",
            )
        return cls(**arrays, output_bias=float(stored["output_bias"]))

    def to_metadata(self) -> dict[str, Any]:
        """Return the weights as lists of numbers with four significant digits, for the model file."""

        def rounded(array: Floats) -> Any:
            return np.vectorize(lambda value: float(f"{value:.4g}"))(array).tolist()

        return {
            "mean": rounded(self.mean),
            "scale": rounded(self.scale),
            "hidden": rounded(self.hidden),
            "hidden_bias": rounded(self.hidden_bias),
            "output": rounded(self.output),
            "output_bias": float(f"{self.output_bias:.4g}"),
        }

    def confidence(self, features: Floats) -> Floats:
        """Return float32 [N] in [0, 1] for float32 [N, F] `features`."""
        hidden = np.maximum((features - self.mean) / self.scale @ self.hidden + self.hidden_bias, 0)
        log_odds = np.clip(hidden @ self.output + np.float32(self.output_bias), -_CLIP * 2, _CLIP * 2)
        return 1 / (1 + np.exp(-log_odds))


def features(candidates: list[Candidate], probabilities: Floats, digits: int = 10) -> Floats:
    """Return float32 [N, F]: what is known of each candidate and of what stands around it.

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
    return np.concatenate(
        [own, np.eye(digits, dtype=np.float32)[best], _shapes(candidates), _neighbours(candidates, chance, rest)], axis=1
    ).astype(np.float32)


def _shapes(candidates: list[Candidate]) -> Floats:
    rows = []
    for candidate in candidates:
        _, _, width, height = candidate.box_xywh
        contrast = candidate.contrast / candidate.bound
        fill = float(candidate.patch.mean()) / 255
        rows.append(
            (
                np.log(max(width / height, _BAR)),
                np.log(height / candidate.zoom / 24),
                np.log(contrast),
                fill,
                float(candidate.light),
                float(candidate.how == "joined"),
                float(candidate.how == "split"),
                float(candidate.level),
            )
        )
    return np.array(rows, np.float32).reshape(-1, 8)


def _neighbours(candidates: list[Candidate], chance: Floats, rest: Floats) -> Floats:
    """Return float32 [N, 16]: weighted scores of those beside, inside and around each candidate, and how like them it is."""
    boxes = np.array([candidate.box_xywh for candidate in candidates], np.float32).reshape(-1, 4)
    light = np.array([candidate.light for candidate in candidates], bool)
    contrast = np.log([candidate.contrast for candidate in candidates], dtype=np.float32)
    rows = max(1, _MAX_PAIRS // max(1, len(boxes)))
    blocks = [slice(first, first + rows) for first in range(0, len(boxes), rows)]
    around = [_around(boxes, light, contrast, chance, rest, block) for block in blocks] or [np.empty((0, 15), np.float32)]
    page = np.full((len(boxes), 1), float(chance @ (1 - rest) / (chance.sum() + _EPSILON)), np.float32)
    return np.concatenate([np.concatenate(around), page], axis=1)


def _around(boxes: Floats, light: NDArray[np.bool_], contrast: Floats, chance: Floats, rest: Floats, rows: slice) -> Floats:
    """Return float32 [R, 15] for some of the candidates, all of the others considered."""
    x, y, w, h = boxes.T
    right, bottom = x + w, y + h
    overlap_x = np.minimum.outer(right[rows], right) - np.maximum.outer(x[rows], x)
    overlap_y = np.minimum.outer(bottom[rows], bottom) - np.maximum.outer(y[rows], y)
    shared = np.maximum(overlap_x, 0) * np.maximum(overlap_y, 0)
    area = w * h
    inside, holding = shared / area[rows, None], shared / area  # how much of the row's box lies in the column's; the reverse
    apart = (inside < 0.3) & (holding < 0.3) & (light[rows, None] == light)
    taller, lower = np.maximum.outer(h[rows], h), np.minimum.outer(h[rows], h)
    alike = np.clip(1.5 - np.log2(taller / lower), 0, 1) * apart
    on_line = np.clip(2 * overlap_y / lower, 0, 1) * alike
    beside = np.maximum(-overlap_x, 0) / taller
    in_column = np.clip(2 * overlap_x / np.minimum.outer(w[rows], w), 0, 1) * alike * (np.maximum(-overlap_y, 0) < 2 * taller)
    columns: list[Floats] = []
    line = on_line * np.clip(1 - beside / _WIDE, 0, 1)
    for weight in (on_line * (beside < _NEAR), line, in_column):
        total = weight.sum(axis=1)
        columns += [np.minimum(total, 4), weight @ chance / (total + _EPSILON), weight @ rest / (total + _EPSILON)]
    # A 1 is as high, as level and as dark as the digits beside it; a bracket, a rule and a comma are not.
    digits = line * chance
    total = digits.sum(axis=1) + _EPSILON
    level = y + h / 2
    columns += [
        (digits * np.subtract.outer(np.log(h[rows]), np.log(h))).sum(axis=1) / total,
        (digits * np.subtract.outer(level[rows], level) / taller).sum(axis=1) / total,
        (digits * np.subtract.outer(contrast[rows], contrast)).sum(axis=1) / total,
    ]
    within = (inside > 0.8) & (area > 1.5 * area[rows, None])
    holds = (holding > 0.8) & (area[rows, None] > 1.5 * area)
    columns += [
        np.max(within * chance, axis=1, initial=0),
        np.max(within * rest, axis=1, initial=0),
        np.max(holds * chance, axis=1, initial=0),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _log_odds(chance: Floats) -> Floats:
    safe = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.log(safe / (1 - safe))
