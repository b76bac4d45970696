"""How much memory TFLite Micro needs for a model: measured where its interpreter is installed, else estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.export.quiet import silence
from digitedge.runtime.inspection import FileFacts, inspect_bytes

_STEP_BYTES = 64
_MOST_BYTES = 1 << 24
_WIDTHS = {"int8": 1, "uint8": 1, "bool": 1, "int16": 2, "float16": 2, "int32": 4, "float32": 4, "int64": 8}


@dataclass(frozen=True, slots=True)
class Arena:
    """Memory for TFLite Micro's tensors.

    Attributes:
        size_bytes: How much.
        measured: Whether the interpreter itself said so.
    """

    size_bytes: int
    measured: bool

    @property
    def how(self) -> str:
        """Where the number comes from, for a comment."""
        if self.measured:
            return "measured with TFLite Micro on x86-64, whose pointers are longer than a microcontroller's"
        return "estimated; measure it with arena_used_bytes() after AllocateTensors()"


def arena_of(model: bytes) -> Arena:
    """Return the memory that the .tflite file's bytes need. Raises ModelError if TFLite Micro refuses the model."""
    try:
        import tflite_micro
    except ImportError:
        return Arena(_estimate(inspect_bytes(model)), measured=False)
    _ = tflite_micro
    return Arena(_measure(model), measured=True)


def run_micro(model: bytes, stored: NDArray[Any], arena_bytes: int) -> NDArray[Any]:
    """Return what TFLite Micro answers, [N, outputs], to ``stored`` ([N, *input shape], as the input tensor stores it)."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)
    found = []
    for each in stored:
        interpreter.set_input(each, 0)
        interpreter.invoke()
        found.append(np.array(interpreter.get_output(0))[0])
    return np.stack(found)


def _measure(model: bytes) -> int:
    """Return the smallest arena in which the interpreter runs, by halving the interval; it leaves no other way to ask."""
    low, high = 0, _STEP_BYTES * 32
    while not _runs(model, high):
        low, high = high, high * 2
        if high > _MOST_BYTES:
            raise ModelError("TFLite Micro cannot run this model.", "Use operators it knows, and --quantize int8.")
    while high - low > _STEP_BYTES:
        middle = (low + high) // 2 // _STEP_BYTES * _STEP_BYTES
        low, high = (low, middle) if _runs(model, middle) else (middle, high)
    return high


def _runs(model: bytes, arena_bytes: int) -> bool:
    facts = inspect_bytes(model)
    given = facts.tensors[facts.inputs[0]]
    try:
        with silence():
            run_micro(model, np.zeros((1, *given.shape), given.dtype), arena_bytes)
    except RuntimeError:
        return False
    return True


def _estimate(facts: FileFacts) -> int:
    """Return the most bytes alive at one operator, plus what is kept a tensor, channel and operator, and a half."""
    computed = {index for index, tensor in enumerate(facts.tensors) if not tensor.is_constant}
    last = {index: step for step, operator in enumerate(facts.operators) for index in operator.reads}
    last.update(dict.fromkeys(facts.outputs, len(facts.operators)))
    born = {index: step for step, operator in enumerate(facts.operators) for index in operator.writes}
    born.update(dict.fromkeys(facts.inputs, 0))
    alive = [
        sum(_size(facts, index) for index in computed if born.get(index, 0) <= step <= last.get(index, -1))
        for step in range(len(facts.operators))
    ]
    channels = sum(len(tensor.scales) for tensor in facts.tensors)
    kept = 24 * len(facts.tensors) + 8 * channels + 96 * len(facts.operators) + 512
    return -(-int(1.5 * (max(alive, default=0) + kept)) // 16) * 16


def _size(facts: FileFacts, index: int) -> int:
    tensor = facts.tensors[index]
    return int(np.prod(tensor.shape)) * _WIDTHS.get(tensor.dtype, 4)
