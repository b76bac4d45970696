"""One digit through the classifier: load, first run, then latency side by side for every file and number of threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.bench.latency import Plan, Timing, time_side_by_side
from digitedge.files import sha256_of
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.digits import draw_digits

_FIELDS = 64  # different digits that the timed calls go through


@dataclass(frozen=True, slots=True)
class ModelTiming:
    """A file with a number of threads, timed.

    Attributes:
        file: The .tflite file.
        sha256: Of its bytes.
        size_bytes: Its size.
        quantize: "none", "float16", "dynamic", "int8" or "int16x8".
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
    timings = time_side_by_side([_one_digit(classifier, seed) for classifier, _ in loaded], plan, seed)
    return [
        ModelTiming(
            file=file,
            sha256=sha256_of(file),
            size_bytes=file.stat().st_size,
            quantize=quantize_mode(file.read_bytes()),
            threads=count,
            load_ms=load_ms,
            timing=timing,
        )
        for (file, count), (_, load_ms), timing in zip(cases, loaded, timings, strict=True)
    ]


def drawn_fields(classifier: Classifier, count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return uint8 [count, side, side]: drawn digits as the model wants to see them."""
    patches, _ = draw_digits(count, seed)
    return to_inputs(patches, classifier.info.geometry)


def quantize_mode(model: bytes) -> str:
    """Return how a .tflite file is quantised, told from the number types of its tensors."""
    from ai_edge_litert import schema_py_generated as schema

    graph = schema.Model.GetRootAs(model, 0).Subgraphs(0)
    kinds = schema.TensorType
    first_input = graph.Tensors(graph.Inputs(0)).Type()
    stored = {graph.Tensors(index).Type() for index in range(graph.TensorsLength())}
    if first_input in (kinds.INT8, kinds.UINT8):
        return "int8"
    if first_input == kinds.INT16:
        return "int16x8"
    if kinds.FLOAT16 in stored:
        return "float16"
    return "dynamic" if kinds.INT8 in stored else "none"


def _load(file: Path, threads: int) -> tuple[Classifier, float]:
    start = time.perf_counter_ns()
    classifier = Classifier(file, threads)
    return classifier, (time.perf_counter_ns() - start) / 1e6


def _one_digit(classifier: Classifier, seed: int) -> Callable[[], object]:
    """Return a call that classifies the next of some drawn digits."""
    fields = drawn_fields(classifier, _FIELDS, seed)
    at = 0

    def classify() -> None:
        nonlocal at
        classifier.probabilities(fields[at : at + 1])
        at = (at + 1) % _FIELDS

    return classify
