"""What a model does beyond its data set: drawn traits of hand and pen, strange signs, other people's crops."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.data import load
from digitedge.errors import ModelError
from digitedge.export.reliability import calibration_error
from digitedge.export.traits import open_set, trait_accuracies
from digitedge.patch import MNIST_GEOMETRY, to_inputs
from digitedge.runtime.classifier import Classifier


def generalisation(classifier: Classifier, source: str, split: str) -> dict[str, Any]:
    """Return ``traits``, ``open_set`` (None without a reject output) and ``crops`` of a model, as JSON.

    Args:
        classifier: Reads fields of MNIST's geometry.
        source: Data source of the digits that strange signs are told from.
        split: Its split.

    Raises:
        ModelError: The model reads other fields.
        DataError: The data source is missing.
    """
    if classifier.info.geometry != MNIST_GEOMETRY:
        raise ModelError(f"{classifier.path}: reads no fields of 28×28.", "Give a model with MNIST's geometry.")
    fields = to_inputs(load(source, split).images)
    has_reject = classifier.output.shape[-1] > 10
    return {
        "traits": trait_accuracies(classifier),
        "open_set": {**asdict(open_set(classifier, fields)), "split": split} if has_reject else None,
        "crops": foreign_crops(classifier, Path(os.environ.get("DIGITEDGE_DATA", ".")) / "crops"),
    }


def foreign_crops(classifier: Classifier, folder: Path) -> dict[str, dict[str, float]]:
    """Return `shares` of each .npz (``images``, ``labels``) in a folder and of all together; {} without any."""
    found = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as crops:
            found[path.stem] = (classifier.classify(list(crops["images"])), crops["labels"])
    if len(found) > 1:
        found["all"] = (np.concatenate([p for p, _ in found.values()]), np.concatenate([n for _, n in found.values()]))
    return {name: shares(probabilities, labels) for name, (probabilities, labels) in found.items()}


def shares(probabilities: NDArray[np.float32], labels: NDArray[np.integer]) -> dict[str, float]:
    """Return how true digits are read.

    Args:
        probabilities: float32 [N, outputs], digits first.
        labels: integers [N], 0..9.

    Returns:
        ``count``; ``accuracy`` of the likeliest among the ten digits; ``reject_wins``, the share for which another output is
        largest; ``calibration_error`` of the confidence that goes with that accuracy, the digit's probability given that it is
        some digit; ``calibration_error_with_reject``: of its probability among all outputs, which also doubts that.
    """
    digits = probabilities[:, :10]
    right = digits.argmax(axis=1) == labels
    confidence = digits.max(axis=1)
    return {
        "count": len(labels),
        "accuracy": round(float(right.mean()), 4),
        "reject_wins": round(float((probabilities.argmax(axis=1) >= 10).mean()), 4),
        "calibration_error": round(calibration_error(confidence / digits.sum(axis=1), right), 4),
        "calibration_error_with_reject": round(calibration_error(confidence, right), 4),
    }
