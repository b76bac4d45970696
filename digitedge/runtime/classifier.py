"""Patches in, scores out: one LiteRT interpreter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import InputError, MissingExtraError, ModelError
from digitedge.patch import to_inputs
from digitedge.runtime.modelfile import ModelInfo, about, info_from, read_metadata
from digitedge.runtime.quiet import without_delegate_news

_SIGN_BIT = np.uint8(128)


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One tensor of the file: its dtype, shape, and real value = scale · (stored − zero_point); scale 0 where not quantised."""

    dtype: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int


class Classifier:
    """A .tflite model of single grey patches.

    Attributes:
        path: The file.
        input: Its input tensor, [1, side, side, 1] (or [1, side·side]).
        output: Its output tensor, [1, outputs].
        info: Labels, geometry, value range, calibration.
    """

    def __init__(self, path: Path, threads: int = 1, content: bytes | None = None) -> None:
        """Load the file.

        Args:
            path: A .tflite file.
            threads: LiteRT's threads; one is the fastest for models of this size (see: digitedge bench --threads 1,2,4).
            content: The file's bytes where they are not on the disk yet; ``path`` is then only its name.

        Raises:
            InputError: The file is missing or unreadable.
            ModelError: It is no model, or its input is no single grey picture.
        """
        self.path = path
        content = _read(path) if content is None else content
        metadata = _metadata(content, path)
        self._interpreter = _interpreter(content, threads, path)
        self.input, self.output = _tensor(self._interpreter, "input", path), _tensor(self._interpreter, "output", path)
        self._input_index = self._interpreter.get_input_details()[0]["index"]
        self._output_index = self._interpreter.get_output_details()[0]["index"]
        side = _input_side(self.input.shape, path)
        is_softmax = self.output.dtype in ("int8", "uint8") and abs(self.output.scale - 1 / 256) < 1e-9
        self.info: ModelInfo = info_from(metadata, (1, side, side, 1), self.output.shape[-1], is_softmax)
        if "input_range" not in metadata and self.input.scale * 255 > 2:  # a file made elsewhere tells by its scale
            self.info = replace(self.info, input_range=(0.0, 255.0))
        self._stored_as = _quantisation_table(self.input, self.info.input_range)
        self._is_shift = self.input.dtype == "int8" and bool((self._stored_as == np.arange(-128, 128)).all())
        self._real_of = _dequantisation_table(self.output)
        self._weight_of = None if self._real_of is None else _softmax_table(self._real_of, self.info)

    @property
    def digits(self) -> int:
        """How many of the outputs are digits (they come first)."""
        return min(10, self.output.shape[-1])

    def logits(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the model's raw outputs as real numbers.

        Args:
            fields: uint8 [N, side, side], what `digitedge.patch.to_input` gives.

        Returns:
            float32 [N, outputs]: logits, or probabilities where the model ends in softmax (see ``info.outputs``).
        """
        stored = self.stored_outputs(fields)
        if self._real_of is not None:
            return self._real_of.take(stored.view(np.uint8))
        if self.output.scale == 0:
            return stored.astype(np.float32)
        return ((stored.astype(np.int32) - self.output.zero_point) * np.float32(self.output.scale)).astype(np.float32)

    def stored_outputs(self, fields: NDArray[np.uint8]) -> NDArray[Any]:
        """Return the outputs exactly as the model stores them, [N, outputs] of ``output.dtype``; ``fields`` as in `logits`."""
        interpreter, input_index, output_index = self._interpreter, self._input_index, self._output_index
        inputs = self.quantise(fields).reshape(-1, *self.input.shape)
        if len(inputs) == 1:  # a digit alone needs no table: 1 µs of 45
            interpreter.set_tensor(input_index, inputs[0])
            interpreter.invoke()
            return np.asarray(interpreter.get_tensor(output_index))
        stored = np.empty((len(inputs), self.output.shape[-1]), self.output.dtype)
        for row, field in enumerate(inputs):
            interpreter.set_tensor(input_index, field)
            interpreter.invoke()
            stored[row] = interpreter.get_tensor(output_index)
        return stored

    def quantise(self, fields: NDArray[np.uint8]) -> NDArray[Any]:
        """Return ``fields`` (as in `logits`) as the model's input stores them: the same shape, the input's dtype."""
        if self._is_shift:  # pixel − 128 needs no look-up: 2 µs instead of 18 for 24 fields
            return (fields ^ _SIGN_BIT).view(np.int8)
        return self._stored_as.take(fields)

    def probabilities(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return calibrated probabilities, float32 [N, outputs], rows summing to 1; ``fields`` as in `logits`."""
        if self._weight_of is None:
            return softmax(self.logits(fields), self.info)
        weights: NDArray[np.float32] = self._weight_of.take(self.stored_outputs(fields).view(np.uint8))
        weights /= np.add.reduce(weights, axis=1, keepdims=True)
        return weights

    def classify(self, patches: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Return calibrated probabilities, float32 [N, outputs], of grey patches of any size (ink bright on 0)."""
        return self.probabilities(to_inputs(patches, self.info.geometry))


def softmax(outputs: NDArray[np.float32], info: ModelInfo) -> NDArray[np.float32]:
    """Return float32 [N, outputs] probabilities; outputs that are probabilities already pass, tempered alike."""
    tempered = _tempered(outputs, info)
    exponents: NDArray[np.float32] = np.exp(tempered - np.maximum.reduce(tempered, axis=1, keepdims=True))
    exponents /= np.add.reduce(exponents, axis=1, keepdims=True)
    return exponents


def _tempered(outputs: NDArray[np.float32], info: ModelInfo) -> NDArray[np.float32]:
    logits = np.log(np.clip(outputs, 1e-7, 1.0)) if info.outputs == "probabilities" else outputs
    return logits * np.float32(1 / info.temperature)


def _softmax_table(real_of: NDArray[np.float32], info: ModelInfo) -> NDArray[np.float32] | None:
    """Return float32 [256]: the softmax's numerator for each stored byte, so that a decision is a look-up and a division.

    None where the numerators span more than float32 can hold (its exponent ends at e^−87).
    """
    tempered = _tempered(real_of, info)
    return np.exp(tempered - tempered.max()) if np.ptp(tempered) < 80 else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such model.", "Make one: digitedge export MODEL.keras --quantize int8") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}.", "Give the path of a .tflite file.") from error


def _metadata(content: bytes, path: Path) -> dict[str, Any]:
    try:
        return read_metadata(content)
    except ModelError as error:
        raise about(path, error) from error


def _interpreter(content: bytes, threads: int, path: Path) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:  # pragma: no cover - the base install holds it
        raise MissingExtraError("Running a model", "") from error
    try:
        with without_delegate_news():
            interpreter = Interpreter(model_content=content, num_threads=threads)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"{path}: LiteRT cannot load this model ({str(error).splitlines()[0]}).",
            "Export it again with this digitedge.",
        ) from error
    return interpreter


def _tensor(interpreter: Any, which: str, path: Path) -> TensorSpec:
    details = interpreter.get_input_details() if which == "input" else interpreter.get_output_details()
    if len(details) != 1:
        raise ModelError(f"{path}: has {len(details)} {which}s, expected 1.", "Give a classifier of single pictures.")
    scale, zero_point = details[0]["quantization"]
    shape = tuple(int(size) for size in details[0]["shape"])
    return TensorSpec(np.dtype(details[0]["dtype"]).name, shape, float(scale), int(zero_point))


def _input_side(shape: tuple[int, ...], path: Path) -> int:
    """Return the side of the square grey input, for [1, s, s, 1], [1, s, s] or [1, s·s]."""
    sizes: list[int] = [size for size in shape[1:] if size != 1]
    if len(sizes) == 2 and sizes[0] == sizes[1] and (len(shape) < 4 or shape[-1] == 1):
        return sizes[0]
    if len(sizes) == 1 and int(sizes[0] ** 0.5 + 0.5) ** 2 == sizes[0]:
        return int(sizes[0] ** 0.5 + 0.5)
    raise ModelError(
        f"{path}: input is {list(shape)}, expected one square grey picture such as [1, 28, 28, 1].",
        "Give a digit classifier, or train one: digitedge train cnn",
    )


def _quantisation_table(spec: TensorSpec, input_range: tuple[float, float]) -> NDArray[Any]:
    """Return [256]: what each ink value is stored as. One look-up a pixel, whatever the model's dtype and scale."""
    low, high = input_range
    real = low + (high - low) * np.arange(256, dtype=np.float64) / 255
    if spec.scale == 0:
        return real.astype(spec.dtype)
    limits = np.iinfo(spec.dtype)
    return np.clip(np.floor(real / spec.scale + spec.zero_point + 0.5), limits.min, limits.max).astype(spec.dtype)


def _dequantisation_table(spec: TensorSpec) -> NDArray[np.float32] | None:
    """Return float32 [256]: the real value of each stored byte, read as uint8; None where the output is no quantised byte."""
    if spec.scale == 0 or spec.dtype not in ("int8", "uint8"):
        return None
    stored = np.arange(256, dtype=np.uint8).view(spec.dtype).astype(np.int32)
    return (stored - spec.zero_point).astype(np.float32) * np.float32(spec.scale)
