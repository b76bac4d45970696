"""How large a calibration set must be: until it no longer matters which pictures were drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.export.calibration import Calibration, Pool, draw_probe, draw_sets
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.inspection import inspect_bytes

SIZES = (100, 200, 500, 1000)
MAX_SCALE_DIFFERENCE = 0.05  # of an activation's scale, median over the activations
MIN_AGREEMENT = 0.998  # of the answers on the probe: 2 of 1,000 may differ


@dataclass(frozen=True, slots=True)
class Trial:
    """Two models calibrated on disjoint sets of one size.

    Attributes:
        size: Pictures in each set.
        scale_difference: Median over the activations of the relative difference of their scales.
        worst_scale_difference: The largest of them.
        agreement: Share of the probe's pictures that both answer alike.
        stable: Whether both bounds are kept.
    """

    size: int
    scale_difference: float
    worst_scale_difference: float
    agreement: float
    stable: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The calibration set that was settled on, the file it gave, and every trial on the way."""

    calibration: Calibration
    model: bytes
    trials: tuple[Trial, ...]


def choose(pool: Pool, seed: int, make: Callable[[NDArray[np.uint8]], bytes], size: int | None = None) -> Choice:
    """Return the smallest set at which two disjoint sets give the same model, nearly; the largest where none does.

    Args:
        pool: What to draw from.
        seed: Of the draws.
        make: Calibration fields (uint8 [N, side, side]) to the bytes of a quantised .tflite with its interface in the metadata.
        size: Take this size instead of choosing; still tried against a disjoint set.
    """
    probe = draw_probe(pool, seed)
    trials: list[Trial] = []
    for each in (size,) if size else SIZES:
        first, second = draw_sets(pool, each, seed)
        models = make(first.fields), make(second.fields)
        trials.append(_trial(models, probe, len(first.fields)))
        is_last = len(first.fields) < 0.9 * each  # the pool is exhausted: larger sets would be the same
        if trials[-1].stable or is_last:
            break
    return Choice(first, models[0], tuple(trials))


def describe(trials: tuple[Trial, ...]) -> str:
    """Return one sentence for the screen."""
    last = trials[-1]
    verdict = "stable" if last.stable else "NOT stable; more varied pictures would help"
    return (
        f"Calibration: {last.size} pictures ({verdict}: a disjoint set of that size moves the activations' scales by "
        f"{100 * last.scale_difference:.1f} % in the median and changes {100 * (1 - last.agreement):.2f} % of the answers)."
    )


def _trial(models: tuple[bytes, bytes], probe: NDArray[np.uint8], size: int) -> Trial:
    scales = [_activation_scales(model) for model in models]
    shared = [(scales[0][name], scales[1][name]) for name in scales[0] if name in scales[1]]
    differences = [abs(a - b) / max(a, b) for a, b in shared] or [0.0]
    first, second = (_answers(model, probe) for model in models)
    agreement = float((first == second).mean())
    median = float(np.median(differences))
    stable = median <= MAX_SCALE_DIFFERENCE and agreement >= MIN_AGREEMENT
    return Trial(size, median, float(max(differences)), agreement, stable)


def _activation_scales(model: bytes) -> dict[str, float]:
    facts = inspect_bytes(model)
    activations = (tensor for tensor in facts.touched if not tensor.is_constant and len(tensor.scales) == 1)
    return {tensor.name: tensor.scales[0] for tensor in activations}


def _answers(model: bytes, probe: NDArray[np.uint8]) -> NDArray[np.int64]:
    return Classifier(Path("calibration trial"), content=model).logits(probe).argmax(axis=1)
