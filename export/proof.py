"""The report of an export: one content, written as JSON, as Markdown and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from digitedge.errors import OutputError
from digitedge.export.comparison import Answers
from digitedge.export.conversion import convert
from digitedge.export.exporting import Export, ExportedMode
from digitedge.export.layers import LayerNoise, layer_noise
from digitedge.export.proof_page import page
from digitedge.export.proof_text import markdown
from digitedge.export.results import export_json
from digitedge.files import write_text

_TRACED = 64  # pictures on which the layers' noise is measured


def write_proof(folder: Path, export: Export, targets: dict[str, Path], max_drop_pp: float) -> None:
    """Write report.html, report.md and report.json into ``folder``, which is made if need be. Raises OutputError."""
    content = proof(export, targets, max_drop_pp)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.", "Give --report a folder.") from error
    write_text(folder / "report.json", json.dumps(content, indent=1) + "\n")
    write_text(folder / "report.md", markdown(content))
    calibration = export.calibration.fields if export.calibration else None
    write_text(folder / "report.html", page(content, export.fields, calibration))


def proof(export: Export, targets: dict[str, Path], max_drop_pp: float) -> dict[str, Any]:
    """Return everything the report shows, ready for JSON: the contract's object for each mode, and what explains it.

    Beside the contract's keys each mode holds "confusion" (float and quantized, rows the truth), "layers" (worst first, in
    decibels, null where there is no noise), "changed_pictures" (index, truth, both answers and confidences) and "sentence".
    """
    result = export_json(export, targets, max_drop_pp)
    modes: list[dict[str, Any]] = result.get("modes", [result])
    float_file = convert(export.model, "none", export.fields[:0])
    traced = export.model.values(export.fields[:: max(1, len(export.fields) // _TRACED)][:_TRACED])
    for mode, made in zip(modes, export.modes, strict=True):
        mode["sentence"] = _sentence(made, mode["passed"], max_drop_pp)
        mode["confusion"] = {
            "float": made.comparison.confusion_float.tolist(),
            "quantized": made.comparison.confusion_quantized.tolist(),
        }
        mode["layers"] = [_layer_json(layer) for layer in layer_noise(float_file, made.content, traced)]
        mode["changed_pictures"] = [
            {
                "index": index,
                "truth": int(export.data.labels[index]),
                "float": _answer_json(export.float_answers, index),
                "quantized": _answer_json(made.answers, index),
            }
            for index in made.comparison.changed
        ]
    metadata = export.modes[0].facts.metadata
    return {
        "passed": all(mode["passed"] for mode in modes),
        "modes": modes,
        "model": {**metadata["source"], "float_size_bytes": export.model.path.stat().st_size},
        "made_with": metadata["made_with"],
        "seed": export.request.seed,
    }


def _sentence(made: ExportedMode, passed: bool, max_drop_pp: float) -> str:
    comparison = made.comparison
    right, before = 100 * comparison.quantized_accuracy, 100 * comparison.float_accuracy
    verdict = "passed" if passed else "FAILED"
    return (
        f"{made.mode} {verdict}: {right:.2f} % right, float {before:.2f} %, change {comparison.delta_pp:+.3f} points "
        f"(at least {-max_drop_pp:+g} wanted; with 95 % confidence the true drop is below {comparison.drop_bound_pp:.3f}), "
        f"{len(comparison.changed)} of {comparison.count} answers changed."
        + (f" Reject wins on {100 * comparison.rejected[1]:.2f} % of the digits." if comparison.rejected else "")
    )


def _answer_json(answers: Answers, index: int) -> dict[str, Any]:
    return {
        "digit": int(answers.digits[index]),
        "confidence": round(float(answers.confidences[index]), 4),
        "rejected": bool(answers.rejected[index]),
    }


def _layer_json(layer: LayerNoise) -> dict[str, Any]:
    return {
        "name": layer.name,
        "operator": layer.operator,
        "shape": list(layer.shape),
        "sqnr_db": round(layer.sqnr_db, 2) if abs(layer.sqnr_db) != float("inf") else None,
    }
