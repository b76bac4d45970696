"""What an exported file says about where it comes from, and its golden pairs."""

from __future__ import annotations

import json
from typing import Any

from digitedge.data import Dataset
from digitedge.export.calibration import Calibration, pin_range
from digitedge.export.comparison import Comparison
from digitedge.export.kerasfile import KerasFile
from digitedge.export.stability import Trial
from digitedge.export.trainingrecord import training_record
from digitedge.export.workstation import versions
from digitedge.patch import to_inputs
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier

_GOLDEN_PAIRS, _GOLDEN_SEED = 20, 2026  # two of each digit
# 0, 17 … 255: the golden pictures' greys; 2.0 KB compressed instead of 3.5, of the 25 KB that a small file may have.
_GREY_STEP = 17


def file_metadata(
    model: KerasFile,
    mode: str,
    content: bytes,
    temperature: float,
    calibration: Calibration | None,
    trials: tuple[Trial, ...],
    data: Dataset,
    comparison: Comparison,
) -> dict[str, Any]:
    """Return the whole metadata of one exported file, ready for JSON.

    Args:
        model: The float model.
        mode: One of the modes.
        content: The exported file's bytes, from which the golden pairs' outputs are computed.
        temperature: Of the confidence.
        calibration: The set used, None where the mode needs none.
        trials: Of the set's size.
        data: The data set compared on.
        comparison: On ``data``.
    """
    metadata: dict[str, Any] = {
        **model.interface,
        "quantize": mode,
        "temperature": temperature,
        "made_with": versions(),
        "source": {"file": model.path.name, "sha256": model.sha256, "parameters": model.parameters},
        "comparison": {
            "data": data.name,
            "split": data.split,
            "count": comparison.count,
            "data_sha256": data.sha256,
            "float_accuracy": comparison.float_accuracy,
            "quantized_accuracy": comparison.quantized_accuracy,
            "agreement": comparison.agreement,
        },
        "golden": golden.to_metadata(golden_pairs(content, model, mode)),
    }
    # The context model knows this classifier's habits (see `contextfit`); it lies beside the Keras file and travels with it.
    context = model.path.with_suffix(".context.json")
    if context.is_file():
        metadata["context"] = json.loads(context.read_text())
    if (training := training_record(model.path, model.sha256)) is not None:
        metadata["training"] = training
    if calibration is not None:
        metadata["calibration"] = {**calibration.manifest, "stable": trials[-1].stable}
    return metadata


def golden_pairs(content: bytes, model: KerasFile, mode: str) -> golden.GoldenPairs:
    """Return an exported file's golden pairs, of drawn digits: no data set's pictures travel with the file."""
    from digitedge.scenes.digits import draw_digits

    drawn, _ = draw_digits(_GOLDEN_PAIRS, _GOLDEN_SEED)
    fields = pin_range(to_inputs(drawn, model.geometry)) // _GREY_STEP * _GREY_STEP
    return golden.make_golden(Classifier(model.path, content=content), fields, mode)
