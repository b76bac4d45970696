"""How much longer a digit takes with one model than with others, measured in turns on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from digitedge.bench.latency import Plan
from digitedge.bench.models import ModelTiming, time_models
from digitedge.bench.stats import Ratio, ratio_paired

_PLAN = Plan(runs=12_000, seconds=0.0)  # 375 turns of 32 calls


def latency_ratios(model: Path, others: Sequence[Path], plan: Plan = _PLAN) -> list[tuple[ModelTiming, Ratio]]:
    """Return the timings of ``model`` and of each other file, with the median ratio of the model's turns to those beside them.

    The model itself comes first, with a ratio of 1.

    Raises:
        InputError, ModelError: As `digitedge.runtime.classifier.Classifier` does.
    """
    timed = time_models([model, *others], (1,), plan)
    turns = timed[0].timing.turn_medians_us
    return [(each, ratio_paired(turns, each.timing.turn_medians_us)) for each in timed]
