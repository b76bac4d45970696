"""What is left of a training or an evaluation: metrics.json and pictures."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from digitedge.data import Dataset
from digitedge.errors import OutputError
from digitedge.export import plots, runs
from digitedge.export.floatmodel import FloatModel
from digitedge.export.kerasfile import load_keras_file, settle
from digitedge.export.metrics import DIGITS, Scores, score
from digitedge.export.runs import Epoch, Plan
from digitedge.export.trainingdata import Fields, Splits, load_fields
from digitedge.export.workstation import versions
from digitedge.files import sha256_of, write_text
from digitedge.models.recipes import Settings
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.modelfile import ModelInfo

_MEASURED = 500  # pictures on which what a Keras file does not say is measured


class Model(Protocol):
    """What answers for fields: a Keras model or a .tflite file."""

    @property
    def path(self) -> Path:
        """Its file."""

    @property
    def info(self) -> ModelInfo:
        """How it is to be understood."""

    def probabilities(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 [N, outputs] for uint8 [N, side, side]."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model's answers for one split.

    Attributes:
        fields: The pictures as the model saw them, and their labels.
        probabilities: float32 [N, outputs].
        scores: How good they are.
    """

    fields: Fields
    probabilities: NDArray[np.float32]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished training run.

    Attributes:
        folder: Where everything lies.
        test: The model's answers for the test split.
        validation_accuracy: Share of the validation split that was read rightly.
        parameters: Number of weights.
        seconds: What the training took, all sittings together.
    """

    folder: Path
    test: Evaluation
    validation_accuracy: float
    parameters: int
    seconds: float


def evaluate(model: Model, split: Fields) -> Evaluation:
    """Return a model's answers for one split that was laid by the model's own geometry."""
    probabilities = model.probabilities(split.fields)
    return Evaluation(split, probabilities, score(probabilities, split.labels))


def evaluate_file(path: Path, source: str, split: str) -> tuple[Model, Evaluation]:
    """Return the model in a .keras or .tflite file, and its answers for a split of a data source.

    Only a .keras file needs TensorFlow.

    Raises:
        InputError, ModelError: No such file, or no model of single pictures in it.
        DataError: The data is missing or damaged.
        MissingExtraError: A .keras file without TensorFlow.
    """
    if path.suffix in (".keras", ".h5"):
        file = load_keras_file(path)
        split_fields = load_fields(source, split, file.geometry)
        model: Model = FloatModel(settle(file, split_fields.fields[:_MEASURED], split_fields.labels[:_MEASURED]))
    else:
        model = Classifier(path)
        split_fields = load_fields(source, split, model.info.geometry)
    return model, evaluate(model, split_fields)


def evaluation_json(model: Model, evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as plain numbers, with the file and the data it belongs to."""
    file = {"file": str(model.path), "sha256": sha256_of(model.path), "size_bytes": model.path.stat().st_size}
    return {"model": file, "data": _data_json(evaluation.fields.data), **evaluation.scores.to_json()}


def write_plots(folder: Path, evaluation: Evaluation, history: list[Epoch]) -> None:
    """Write confusion.png, predictions.png, mistakes.png and, where there is a history, curves.png into ``folder``.

    Raises:
        MissingExtraError: matplotlib is not installed.
        OutputError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.", "Give a folder for the plots.") from error
    title = f"{evaluation.fields.data.name}, {evaluation.fields.data.split}"
    fields, labels = evaluation.fields.fields, evaluation.fields.labels
    plots.draw_confusion(folder / "confusion.png", evaluation.scores, title)
    plots.draw_predictions(folder / "predictions.png", fields, labels, evaluation.probabilities, title)
    plots.draw_mistakes(folder / "mistakes.png", fields, labels, evaluation.probabilities, title)
    if history:
        plots.draw_curves(folder / "curves.png", history)


def write_report(folder: Path, plan: Plan, model: FloatModel, history: list[Epoch], splits: Splits) -> Finished:
    """Evaluate the trained model and write metrics.json and the pictures into the run's folder. Raises OutputError."""
    tested, validated = evaluate(model, splits.test), evaluate(model, splits.validation)
    seconds = round(sum(row.seconds for row in history), 1)
    metrics = {
        "recipe": plan.recipe,
        **{key: value for key, value in evaluation_json(model, tested).items() if key != "data"},
        "validation": {"loss": validated.scores.loss, "accuracy": validated.scores.accuracy, "count": validated.scores.count},
        "parameters": model.file.parameters,
        "seconds": seconds,
        "seed": plan.seed,
        "settings": _settings_record(plan.settings),
        "data": {split.data.split: _data_json(split.data) for split in (splits.training, splits.validation, splits.test)},
        "versions": versions(),
    }
    metrics["model"]["file"] = model.path.name  # the folder may be moved
    write_plots(folder, tested, history)
    write_text(folder / runs.METRICS, json.dumps(metrics, indent=2) + "\n")
    return Finished(folder, tested, validated.scores.accuracy, model.file.parameters, seconds)


def digits_read(probabilities: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the likeliest digit of each row (int64 [N]) and its probability (float32 [N])."""
    digits = probabilities[:, :DIGITS].argmax(axis=1)
    return digits, probabilities[np.arange(len(digits)), digits]


def _data_json(data: Dataset) -> dict[str, Any]:
    return {"name": data.name, "split": data.split, "count": len(data), "sha256": data.sha256}


def _settings_record(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON; files by their folder's and their own name: the rest of a path is of no use elsewhere.

    >>> _settings_record(Settings(epochs=1, teacher="/any/where/cnn-teacher/model.keras"))["teacher"]
    'cnn-teacher/model.keras'
    """
    record = asdict(settings)
    return record | {name: "/".join(Path(record[name]).parts[-2:]) for name in ("teacher", "start", "extra", "fonts")}
