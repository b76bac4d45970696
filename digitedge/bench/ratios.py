"""How much longer a digit takes with one model than with another, measured in turns on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from digitedge.bench.latency import Plan
from digitedge.bench.models import ModelTiming, time_models
from digitedge.bench.stats import Ratio, ratio_paired

_PLAN = Plan(runs=12_000, seconds=0.0)  # 375 turns of 32 calls


def latency_ratios(files: Sequence[Path], plan: Plan = _PLAN) -> list[tuple[ModelTiming, Ratio]]:
    """Return each file's timing and the median ratio of its turns to the first file's turns beside them.

    Raises:
        InputError, ModelError: As `digitedge.runtime.classifier.Classifier` does.
    """
    timed = time_models(files, (1,), plan)
    base = timed[0].timing.turn_medians_us
    return [(each, ratio_paired(each.timing.turn_medians_us, base)) for each in timed]
