"""One digit through the classifier: load, first run, then latency side by side for every file and number of threads."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.bench.latency import Plan, Timing, time_side_by_side
from digitedge.data.dataset import Dataset
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.inspection import inspect_file
from digitedge.scenes.digits import draw_digits

_FIELDS = 64  # different digits that the timed calls go through


@dataclass(frozen=True, slots=True)
class ModelTiming:
    """A file with a number of threads, timed.

    Attributes:
        file: The .tflite file.
        sha256: Of its bytes.
        size_bytes: Its size.
        quantize: "none", "float16", "dynamic", "int8", "int16x8" or "mixed".
        threads: LiteRT's threads.
        load_ms: Milliseconds from the path to a classifier that is ready.
        timing: One digit: quantise, set, invoke, get, decide.
    """

    file: Path
    sha256: str
    size_bytes: int
    quantize: str
    threads: int
    load_ms: float
    timing: Timing


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a model is right: `correct` of `count` pictures of split `split` of data set `data`."""

    correct: int
    count: int
    data: str
    split: str


def time_models(files: Sequence[Path], threads: Sequence[int], plan: Plan, seed: int = 0) -> list[ModelTiming]:
    """Time every file with every number of threads, all of them in turns.

    Args:
        files: .tflite files.
        threads: Numbers of threads, each at least 1.
        plan: How much is measured of each.
        seed: Of the drawn digits and the order of turns.

    Returns:
        A timing for each file and number of threads, the file's threads side by side.

    Raises:
        InputError, ModelError: As `Classifier` does.
    """
    cases = [(file, count) for file in files for count in threads]
    loaded = [_load(file, count) for file, count in cases]
    timings = time_side_by_side([one_digit(classifier, seed) for classifier, _ in loaded], plan, seed)
    facts = {file: inspect_file(file) for file in files}
    return [
        ModelTiming(file, facts[file].sha256, facts[file].size_bytes, facts[file].quantize, count, load_ms, timing)
        for (file, count), (_, load_ms), timing in zip(cases, loaded, timings, strict=True)
    ]


def one_digit(classifier: Classifier, seed: int = 0) -> Callable[[], object]:
    """Return a call that classifies the next of some drawn digits, alone: quantise, set, invoke, get, decide."""
    fields = drawn_fields(classifier, _FIELDS, seed)
    singles = itertools.cycle([fields[at : at + 1] for at in range(_FIELDS)])
    return lambda: classifier.probabilities(next(singles))


def drawn_fields(classifier: Classifier, count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return uint8 [count, side, side]: drawn digits as the model wants to see them."""
    patches, _ = draw_digits(count, seed)
    return to_inputs(patches, classifier.info.geometry)


def import_runtime_ms() -> float:
    """Import LiteRT, so that no load pays for it; return the milliseconds that took (0 where it was there already)."""
    start = time.perf_counter_ns()
    import ai_edge_litert.interpreter  # noqa: F401

    return (time.perf_counter_ns() - start) / 1e6


def measure_accuracy(file: Path, data: Dataset) -> Accuracy:
    """Return how often the largest of a model's digit outputs is the label. Raises as `Classifier` does."""
    classifier = Classifier(file)
    fields: NDArray[np.uint8] = to_inputs(data.images, classifier.info.geometry)
    answers = classifier.logits(fields)[:, : classifier.digits].argmax(axis=1)
    return Accuracy(int((answers == data.labels).sum()), len(data), data.name, data.split)


def _load(file: Path, threads: int) -> tuple[Classifier, float]:
    start = time.perf_counter_ns()
    classifier = Classifier(file, threads)
    return classifier, (time.perf_counter_ns() - start) / 1e6
