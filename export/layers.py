"""Signal-to-quantisation-noise ratio of every layer, measured in the exported file itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.runtime.inspection import FileFacts, inspect_bytes

_PASS_THROUGH = frozenset({"RESHAPE", "QUANTIZE", "DEQUANTIZE"})  # they move numbers and add nothing to the picture


@dataclass(frozen=True, slots=True)
class LayerNoise:
    """How much of a layer's output is noise.

    Attributes:
        name: Its tensor, shortened.
        operator: Kind of the operator that writes it.
        shape: Of the tensor.
        sqnr_db: 10·log10 of signal power over noise power, accumulated from the input to here; inf where identical.
    """

    name: str
    operator: str
    shape: tuple[int, ...]
    sqnr_db: float


def layer_noise(float_model: bytes, exported: bytes, values: NDArray[np.float32]) -> list[LayerNoise]:
    """Return every layer's noise, worst first.

    Both files run with all tensors kept and without XNNPACK (which keeps none); each layer is compared with the float model's
    own, so the noise adds up on its way through the net, as it does on the board.

    Args:
        float_model: The float32 .tflite of the same Keras model.
        exported: The .tflite in question.
        values: float32 [N, …], what the float model is fed.
    """
    facts, float_facts = inspect_bytes(exported), inspect_bytes(float_model)
    writers = _computing(facts)
    pairs = _pairs(facts, float_facts)
    first, second = _Traced(float_model), _Traced(exported)
    signal, noise = dict.fromkeys(pairs, 0.0), dict.fromkeys(pairs, 0.0)
    for value in values:
        first.run(value)
        second.run(value)
        for index, reference in pairs.items():
            wanted, found = first.real(reference), second.real(index)
            signal[index] += float(np.square(wanted).sum())
            noise[index] += float(np.square(wanted - found).sum())
    found_layers = [
        LayerNoise(
            _short(facts.tensors[index].name), writers[index], facts.tensors[index].shape, _decibel(signal[index], noise[index])
        )
        for index in pairs
    ]
    return sorted(found_layers, key=lambda layer: layer.sqnr_db)


def _computing(facts: FileFacts) -> dict[int, str]:
    """Return {tensor: kind of its operator} of what is computed, in running order."""
    return {index: each.kind for each in facts.operators if each.kind not in _PASS_THROUGH for index in each.writes}


def _pairs(facts: FileFacts, float_facts: FileFacts) -> dict[int, int]:
    """Return {tensor: the float file's tensor}: by order where both compute the same steps, else by name."""
    exported, reference = _computing(facts), _computing(float_facts)
    steps = [(kind, facts.tensors[index].shape) for index, kind in exported.items()]
    if steps == [(kind, float_facts.tensors[index].shape) for index, kind in reference.items()]:
        return dict(zip(exported, reference, strict=True))
    by_name = {float_facts.tensors[index].name: index for index in reference}
    return {index: by_name[name] for index in exported if (name := facts.tensors[index].name) in by_name}


class _Traced:
    """An interpreter whose every tensor can be read after a run."""

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._interpreter = Interpreter(
            model_content=content,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._interpreter.allocate_tensors()
        self._input: dict[str, Any] = self._interpreter.get_input_details()[0]
        self._quantisation = {each["index"]: each["quantization"] for each in self._interpreter.get_tensor_details()}

    def run(self, value: NDArray[np.float32]) -> None:
        """Run on one picture, float32 without the batch."""
        scale, zero_point = self._input["quantization"]
        stored: NDArray[Any] = value.reshape(self._input["shape"])
        if scale:
            limits = np.iinfo(self._input["dtype"])
            stored = np.clip(np.floor(stored / scale + zero_point + 0.5), limits.min, limits.max)
        self._interpreter.set_tensor(self._input["index"], stored.astype(self._input["dtype"]))
        self._interpreter.invoke()

    def real(self, index: int) -> NDArray[np.float64]:
        """Return a tensor's real values after the last run, float64."""
        stored = self._interpreter.get_tensor(index).astype(np.float64)
        scale, zero_point = self._quantisation[index]
        return (stored - zero_point) * scale if scale else stored


def _decibel(signal: float, noise: float) -> float:
    if noise == 0:
        return float("inf")
    return 10 * float(np.log10(signal / noise)) if signal else float("-inf")


def _short(name: str) -> str:
    """Return "re_lu_3/Relu" of "sequential/re_lu_3/Relu;sequential/batch_normalization_3/…"."""
    first = name.split(";")[0].split("/")
    return "/".join(first[1:] or first)
