"""What an export or a comparison found, as the JSON that scripts rely on and as lines for the screen."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from digitedge.export.comparison import Comparison, passes
from digitedge.export.exporting import Export, ExportedMode
from digitedge.runtime.inspection import FileFacts


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


def file_json(path: Path, facts: FileFacts) -> dict[str, Any]:
    """Return what a .tflite file is, as in the contract: checksum, size, number types of its ends, operators."""
    return {
        "file": str(path),
        "sha256": facts.sha256,
        "size_bytes": facts.size_bytes,
        "quantize": facts.quantize,
        "fully_integer": facts.fully_integer,
        "input": end_json(facts, facts.inputs[0]),
        "output": end_json(facts, facts.outputs[0]),
        "operators": facts.operator_counts,
        "parameters": facts.parameters,
    }


def end_json(facts: FileFacts, index: int) -> dict[str, Any]:
    """Return one end of the graph: ``{"dtype", "shape", "scale", "zero_point"}``; scale 0 where it is not quantised."""
    tensor = facts.tensors[index]
    return {
        "dtype": tensor.dtype,
        "shape": list(tensor.shape),
        "scale": tensor.scales[0] if tensor.scales else 0.0,
        "zero_point": tensor.zero_points[0] if tensor.zero_points else 0,
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
