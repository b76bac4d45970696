"""What an export or a comparison found, as the JSON that scripts rely on and as lines for the screen."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from digitedge.export.comparison import Comparison, passes
from digitedge.export.exporting import Export, ExportedMode
from digitedge.runtime.factsheet import file_json


def comparison_json(
    comparison: Comparison,
    float_file: dict[str, Any],
    quantized_file: dict[str, Any],
    data: dict[str, Any],
    max_drop_pp: float,
) -> dict[str, Any]:
    """Return one mode's result as in the command line's contract.

    Args:
        comparison: Of the two.
        float_file: ``{"file", "sha256", "size_bytes"}``.
        quantized_file: `file_json` of the other.
        data: ``{"name", "split", "count"}``.
        max_drop_pp: What was allowed.
    """
    rejected = comparison.rejected
    return {
        "float": {**float_file, "accuracy": comparison.float_accuracy},
        "quantized": {**quantized_file, "accuracy": comparison.quantized_accuracy},
        "delta_pp": round(comparison.delta_pp, 6),
        "drop_bound_pp": round(comparison.drop_bound_pp, 6),
        "mcnemar_p": comparison.mcnemar_p,
        "agreement": comparison.agreement,
        "only_float_right": comparison.only_float_right,
        "only_quantized_right": comparison.only_quantized_right,
        "per_class": comparison.per_class,
        "confidence_drift": comparison.drift,
        "rejected_digits": None if rejected is None else {"float": rejected[0], "quantized": rejected[1]},
        "changed": list(comparison.changed),
        "data": data,
        "max_drop_pp": max_drop_pp,
        "passed": passes(comparison, max_drop_pp),
    }


def export_json(export: Export, targets: dict[str, Path], max_drop_pp: float) -> dict[str, Any]:
    """Return the whole export as in the contract: one mode's object, or a list of them under "modes"."""
    model, data = export.model, export.data
    float_file = {"file": str(model.path), "sha256": model.sha256, "size_bytes": model.path.stat().st_size}
    judged = {"name": data.name, "split": data.split, "count": len(data), "sha256": data.sha256}
    modes = [
        {
            **comparison_json(made.comparison, float_file, file_json(targets[made.mode], made.facts), judged, max_drop_pp),
            "temperature": export.temperature,
            "calibration": _calibration_json(export, made),
        }
        for made in export.modes
    ]
    return modes[0] if len(modes) == 1 else {"modes": modes, "passed": all(mode["passed"] for mode in modes)}


def _calibration_json(export: Export, made: ExportedMode) -> dict[str, Any] | None:
    if "calibration" not in made.facts.metadata:
        return None
    return {**made.facts.metadata["calibration"], "trials": [asdict(trial) for trial in export.trials]}
