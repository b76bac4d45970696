"""The same training with several seeds: mean and spread."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from digitedge.errors import DataError


def seed_spread(path: Path) -> dict[str, Any] | None:
    """Return mean and spread of what a file of seed runs holds; None where there is no such file.

    Args:
        path: JSON: what they were trained with, and the runs, each with its ``seed`` and the same shares in [0, 1] by name:
            ``{"training": "14 epochs", "runs": [{"seed": 0, "validation, float": 0.9966, "test, int8": 0.9968}, …]}``.

    Returns:
        ``{"training": "14 epochs", "seeds": […], "measured": {name: {"mean", "deviation", "min", "max"}}}``; the deviation is
        the sample's.

    Raises:
        DataError: The file is not like that, or holds fewer than two runs.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        training, runs = str(stored["training"]), stored["runs"]
        seeds = [int(run["seed"]) for run in runs]
        columns = {name: [float(run[name]) for run in runs] for name in runs[0] if name != "seed"}
        measured = {name: _summary(values) for name, values in columns.items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(
            f"{path}: holds no runs of several seeds ({error}).",
            'Write {"training": "14 epochs", "runs": [{"seed": 0, "test, int8": 0.9968}, …]}, two runs or more.',
        ) from error
    return {"training": training, "seeds": seeds, "measured": measured}


def _summary(values: list[float]) -> dict[str, float]:
    return {
        "mean": statistics.fmean(values),
        "deviation": statistics.stdev(values),
        "min": min(values),
        "max": max(values),
    }
