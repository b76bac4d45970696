"""The export, from Keras file to judged models: load, calibrate, convert, read back, compare. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.data import Dataset, load
from digitedge.export.calibration import REJECT, Calibration, Pool, make_pool
from digitedge.export.comparison import Answers, Comparison, answers, compare
from digitedge.export.conversion import CALIBRATED_MODES, convert
from digitedge.export.kerasfile import KerasFile, load_keras_file, settle
from digitedge.export.manifest import file_metadata
from digitedge.export.readback import check
from digitedge.export.stability import Trial, choose, describe
from digitedge.export.temperature import fit_temperature
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier, softmax
from digitedge.runtime.flatfile import with_metadata
from digitedge.runtime.inspection import FileFacts, inspect_bytes
from digitedge.runtime.modelfile import ModelInfo, info_from

Notify = Callable[[str], None]
_NONDIGITS_SEED = 77  # of those the temperature is fitted on; calibration draws its own


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be exported, and what it is held to.

    Attributes:
        model: The Keras file.
        modes: In the order asked for.
        data: Source of the pictures that judge; its training split calibrates unless ``calibrate`` is given.
        split: "validation" or "test".
        calibrate: Source of the calibration pictures, or None.
        calibration_size: Pictures in the calibration set; None lets the stability check choose.
        seed: Of every draw.
        input_range: What ink 0 and 255 are fed as; None finds out.
    """

    model: Path
    modes: tuple[str, ...] = ("int8",)
    data: str = "auto"
    split: str = "validation"
    calibrate: str | None = None
    calibration_size: int | None = None
    seed: int = 1
    input_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ExportedMode:
    """One exported model and what was found out about it.

    Attributes:
        mode: As asked for.
        content: The .tflite file's bytes, metadata and golden pairs in them.
        facts: What was read back from these bytes.
        comparison: With the float model.
        answers: On the pictures compared.
    """

    mode: str
    content: bytes
    facts: FileFacts
    comparison: Comparison
    answers: Answers


@dataclass(frozen=True, slots=True)
class Export:
    """Everything one run found out.

    Attributes:
        request: What was asked.
        model: The float model.
        data: The data set compared on.
        fields: uint8 [N, side, side], its pictures.
        float_answers: The float model's on them.
        temperature: Fitted on the validation split and drawn non-digits.
        modes: One a mode asked for.
        calibration: The set used; None where no mode needed one.
        trials: The stability check's.
    """

    request: Request
    model: KerasFile
    data: Dataset
    fields: NDArray[np.uint8]
    float_answers: Answers
    temperature: float
    modes: tuple[ExportedMode, ...]
    calibration: Calibration | None
    trials: tuple[Trial, ...]


def export_model(request: Request, notify: Notify) -> Export:
    """Return the exported models with all that was found out about them.

    Args:
        request: What to do.
        notify: Told each stage as it begins, a line each.

    Raises:
        DigitEdgeError: The model, the data or the conversion failed, or a file is not what was asked for.
    """
    notify(f"Loading {request.model}")
    model = load_keras_file(request.model, request.input_range)
    data = load(request.data, request.split)
    source = data.name if request.data == "auto" else request.data  # one decision, told once
    validation = data if request.split == "validation" else load(source, "validation")
    fields = to_inputs(data.images, model.geometry)
    validation_fields = fields if validation is data else to_inputs(validation.images, model.geometry)
    pool = make_pool(request.calibrate or source, model.geometry, [fields, validation_fields], request.seed)
    model = settle(model, *_some_labelled(pool, data, fields))
    notify(f"Input: ink 0..255 is fed as {model.interface['input_range']}; output: {model.kind}")

    calibration, trials, made = _calibrate(request, model, pool, notify)
    temperature = _temperature(model, validation_fields, validation.labels)
    reference = answers(softmax(model.predict(fields), _info(model, temperature)))
    modes = []
    for mode in request.modes:
        notify(f"Making {mode} and comparing it on {len(data)} pictures of {data.name}, {data.split}")
        content = made.get(mode) or convert(model, mode, _fields(calibration, model))
        given = answers(softmax(Classifier(model.path, content=content).logits(fields), _info(model, temperature)))
        comparison = compare(reference, given, data.labels)
        used = calibration if mode in CALIBRATED_MODES else None
        metadata = file_metadata(model, mode, content, temperature, used, trials, data, comparison)
        final = with_metadata(content, metadata)
        facts = inspect_bytes(final)
        check(facts, mode, model.value_range)
        modes.append(ExportedMode(mode, final, facts, comparison, given))
    return Export(request, model, data, fields, reference, temperature, tuple(modes), calibration, trials)


def _calibrate(
    request: Request, model: KerasFile, pool: Pool, notify: Notify
) -> tuple[Calibration | None, tuple[Trial, ...], dict[str, bytes]]:
    """Return the calibration set, its trials, and the model that was made on the way; (None, (), {}) where none is needed."""
    calibrated = [mode for mode in request.modes if mode in CALIBRATED_MODES]
    if not calibrated:
        return None, (), {}
    notify(f"Calibrating on {pool.source}")
    choice = choose(pool, request.seed, lambda chosen: convert(model, calibrated[0], chosen), request.calibration_size)
    notify(describe(choice.trials))
    return choice.calibration, choice.trials, {calibrated[0]: choice.model}


def _temperature(model: KerasFile, fields: NDArray[np.uint8], labels: NDArray[np.int64]) -> float:
    """Fit on the validation split; a model with a reject output is also shown one drawn non-digit for every ten digits."""
    from digitedge.scenes.nondigits import draw_nondigits

    if model.outputs > REJECT:
        drawn, _ = draw_nondigits(max(1, len(fields) // 10), _NONDIGITS_SEED)
        fields = np.concatenate([fields, to_inputs(drawn, model.geometry)])
        labels = np.concatenate([labels, np.full(len(drawn), REJECT, np.int64)])
    return fit_temperature(model.predict(fields), labels, model.kind)


def _info(model: KerasFile, temperature: float) -> ModelInfo:
    metadata: dict[str, Any] = {**model.interface, "temperature": temperature}
    return info_from(metadata, (1, model.side, model.side, 1), model.outputs, model.kind == "probabilities")


def _fields(calibration: Calibration | None, model: KerasFile) -> NDArray[np.uint8]:
    return calibration.fields if calibration else np.empty((0, model.side, model.side), np.uint8)


def _some_labelled(pool: Pool, data: Dataset, fields: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return up to 500 labelled pictures to find the model's input range with: of the pool, else of the data."""
    known = np.flatnonzero((pool.labels >= 0) & (pool.labels != REJECT))
    if len(known):
        picked = known[:: max(1, len(known) // 500)]
        return pool.fields[picked], pool.labels[picked]
    return fields[:500], data.labels[:500]
