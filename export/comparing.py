"""Two model files compared: any float one, Keras or .tflite, with any .tflite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.data import Dataset, load
from digitedge.errors import ModelError
from digitedge.export.comparison import answers, compare
from digitedge.export.kerasfile import KerasFile, load_keras_file, settle
from digitedge.export.results import comparison_json
from digitedge.files import sha256_of
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier, softmax
from digitedge.runtime.factsheet import file_json
from digitedge.runtime.inspection import inspect_file


def compare_files(reference: Path, candidate: Path, source: str, split: str, max_drop_pp: float) -> dict[str, Any]:
    """Return the comparison as in the command line's contract.

    Args:
        reference: The float model, .keras or .tflite.
        candidate: The exported one, .tflite. Its temperature is used for both: the drift is the numbers' effect alone.
        source: Data source.
        split: Its split.
        max_drop_pp: What counts as passed, percentage points.

    Raises:
        ModelError: One is no model, or they do not fit each other.
        InputError: One is missing.
        DataError: The data is.
    """
    facts = inspect_file(candidate)
    classifier = Classifier(candidate)
    data = load(source, split)
    fields = to_inputs(data.images, classifier.info.geometry)
    outputs = _reference_outputs(reference, classifier, fields, data)
    if outputs.shape[1] != classifier.output.shape[-1]:
        raise ModelError(
            f"{reference} gives {outputs.shape[1]} numbers, {candidate} {classifier.output.shape[-1]}.",
            "Compare a model with its own export.",
        )
    comparison = compare(answers(outputs), answers(classifier.probabilities(fields)), data.labels)
    float_file = {"file": str(reference), "sha256": sha256_of(reference), "size_bytes": reference.stat().st_size}
    judged = {"name": data.name, "split": data.split, "count": len(data), "sha256": data.sha256}
    return comparison_json(comparison, float_file, file_json(candidate, facts), judged, max_drop_pp)


def _reference_outputs(path: Path, candidate: Classifier, fields: NDArray[np.uint8], data: Dataset) -> NDArray[np.float32]:
    """Return the reference's probabilities under the candidate's temperature."""
    from dataclasses import replace

    if path.suffix == ".tflite":
        reference = Classifier(path)
        _check_side(path, reference.info.geometry.field_px, candidate)
        return softmax(reference.logits(fields), replace(reference.info, temperature=candidate.info.temperature))
    model: KerasFile = load_keras_file(path, candidate.info.input_range if candidate.info.metadata else None)
    _check_side(path, model.side, candidate)
    model = settle(model, fields[:500], data.labels[:500])
    return softmax(model.predict(fields), replace(candidate.info, outputs=model.kind))


def _check_side(path: Path, side: int, candidate: Classifier) -> None:
    expected = candidate.info.geometry.field_px
    if side != expected:
        raise ModelError(
            f"{path} reads {side}×{side} pixels, {candidate.path} {expected}×{expected}.",
            "Compare a model with its own export.",
        )
