"""The written file, opened again and held against what was asked for."""

from __future__ import annotations

import math

from digitedge.errors import ModelError
from digitedge.runtime.inspection import FileFacts, TensorFacts

_IO = {"none": "float32", "float16": "float32", "dynamic": "float32", "int8": "int8", "int16x8": "int16"}
_REMEDY = "Choose another --quantize, or change the model; the target was not touched."
_WEIGHING = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")  # their second input is weights; a MUL's is any number
_LIMITS = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767), "int32": (-(2**31), 2**31 - 1)}


def check(facts: FileFacts, mode: str, input_range: tuple[float, float]) -> None:
    """Raise ModelError unless the file is what ``mode`` promises.

    Args:
        facts: Read from the file as it lies on the disk.
        mode: What was asked for.
        input_range: (low, high) real values of ink 0 and ink 255, from which the int8 input's scale follows.
    """
    problems = [*_types(facts, mode), *_scales(facts, mode)]
    if mode == "int8":
        problems += _int8_input(facts, input_range)
    if not facts.aligned:
        problems.append("its constants do not lie on multiples of 16 bytes")
    if problems:
        raise ModelError(f"The {mode} file is not what was asked for: {'; '.join(problems)}.", _REMEDY)


def _types(facts: FileFacts, mode: str) -> list[str]:
    problems = []
    for which, indices in (("input", facts.inputs), ("output", facts.outputs)):
        dtype = facts.tensors[indices[0]].dtype
        if dtype != _IO[mode]:
            problems.append(f"its {which} is {dtype}, expected {_IO[mode]}")
    if facts.quantize != mode:
        floats = sorted(set(_float_operators(facts)))
        rest = f" (operators on floats: {', '.join(floats)})" if mode in ("int8", "int16x8") and floats else ""
        problems.append(f"its number types amount to {facts.quantize}, expected {mode}{rest}")
    if mode == "int8" and not facts.fully_integer:
        problems.append("it is not fully integer")
    return problems


def _float_operators(facts: FileFacts) -> list[str]:
    return [
        operator.kind
        for operator in facts.operators
        if any(facts.tensors[index].dtype.startswith(("float", "bfloat")) for index in (*operator.reads, *operator.writes))
    ]


def _scales(facts: FileFacts, mode: str) -> list[str]:
    """Every scale finite and positive, every zero point inside its type; weights and 16-bit activations symmetric."""
    problems = []
    weights = [facts.tensors[operator.reads[1]] for operator in facts.operators if operator.kind in _WEIGHING]
    for tensor in facts.touched:
        if not tensor.scales:
            if mode in ("int8", "int16x8") and not tensor.is_constant and tensor.dtype in ("int8", "int16"):
                problems.append(f"{tensor.name} has no scale")
            continue
        if not all(math.isfinite(scale) and 0 < scale < 1e6 for scale in tensor.scales):
            problems.append(f"{tensor.name} has a scale of {min(tensor.scales)}..{max(tensor.scales)}")
        problems += _zero_points(tensor, is_weight=tensor in weights)
    return problems


def _zero_points(tensor: TensorFacts, is_weight: bool) -> list[str]:
    low, high = _LIMITS.get(tensor.dtype, (0, 0))
    if any(not low <= zero <= high for zero in tensor.zero_points):
        return [f"{tensor.name} has a zero point outside {low}..{high}"]
    is_symmetric = tensor.dtype in ("int16", "int32") or (is_weight and tensor.dtype == "int8")
    if is_symmetric and any(tensor.zero_points):
        return [f"{tensor.name} is {tensor.dtype} with a zero point other than 0"]
    return []


def _int8_input(facts: FileFacts, input_range: tuple[float, float]) -> list[str]:
    """The input must step exactly one pixel value a step: scale (high - low) / 255, and ink 0 stored as -128."""
    tensor = facts.tensors[facts.inputs[0]]
    low, high = min(0.0, input_range[0]), max(0.0, input_range[1])  # real 0 is always inside (TFLite's specification)
    scale = (high - low) / 255
    exact = -128 - low / scale  # a half, as for -1..1, may be rounded either way
    is_right = len(tensor.scales) == 1 and abs(tensor.scales[0] - scale) <= 1e-6 * scale
    if not is_right or abs(tensor.zero_points[0] - exact) > 0.5 + 1e-6:
        found = f"{tensor.scales[0]:.7g} and {tensor.zero_points[0]}" if tensor.scales else "none"
        return [f"its input scale and zero point are {found}, expected {scale:.7g} and {exact:g}"]
    return []
