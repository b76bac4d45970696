"""What is in a .tflite file, read from the file itself: tensors, operators, number types. Needs no interpreter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge.errors import InputError, ModelError
from digitedge.runtime.flatfile import is_aligned, unpack
from digitedge.runtime.modelfile import METADATA_NAME, about, read_metadata

_INTEGERS = frozenset({"int4", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"})
_FLOATS = frozenset({"float16", "float32", "float64", "bfloat16"})


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """One tensor of the file.

    Attributes:
        name: As the converter called it.
        dtype: "float32", "int8", …
        shape: Its sizes; empty for a single number.
        scales: Real value of one step, one or one a channel; empty where the tensor is not quantised.
        zero_points: Stored value of real 0, beside the scales.
        is_constant: Weights, biases and shapes: stored in the file.
        size_bytes: Bytes stored in the file; 0 for what is computed.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    is_constant: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """One operator: its kind, and the tensors it reads and writes (indices into ``FileFacts.tensors``)."""

    kind: str
    reads: tuple[int, ...]
    writes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All that a .tflite file says.

    Attributes:
        sha256: Of the file's bytes.
        size_bytes: Of the file.
        tensors: Of its (first) graph.
        operators: In the order in which they run.
        inputs: Indices of the input tensors.
        outputs: Indices of the output tensors.
        description: The converter's remark.
        aligned: Whether every constant starts on a multiple of 16 bytes.
        metadata: digitedge's own; empty for a file made elsewhere.
        other_metadata: Names of the metadata others put in.
    """

    sha256: str
    size_bytes: int
    tensors: tuple[TensorFacts, ...]
    operators: tuple[OperatorFacts, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    description: str
    aligned: bool
    metadata: dict[str, Any]
    other_metadata: tuple[str, ...]

    @property
    def operator_counts(self) -> dict[str, int]:
        """How often each kind of operator occurs, in the order of first use."""
        counts: dict[str, int] = {}
        for operator in self.operators:
            counts[operator.kind] = counts.get(operator.kind, 0) + 1
        return counts

    @property
    def parameters(self) -> int:
        """How many numbers its weights and biases hold (constants that carry a scale, or floats)."""
        total = 0
        for tensor in self.tensors:
            if tensor.is_constant and (tensor.scales or tensor.dtype in _FLOATS):
                total += _product(tensor.shape)
        return total

    @property
    def touched(self) -> tuple[TensorFacts, ...]:
        """The tensors that some operator reads or writes."""
        used = {index for operator in self.operators for index in (*operator.reads, *operator.writes)}
        return tuple(self.tensors[index] for index in sorted(used | set(self.inputs) | set(self.outputs)))

    @property
    def fully_integer(self) -> bool:
        """Whether no operator reads or writes a float."""
        return bool(self.operators) and all(tensor.dtype in _INTEGERS for tensor in self.touched)

    @property
    def quantize(self) -> str:
        """Which of digitedge's modes the number types amount to: none, float16, dynamic, int8, int16x8, or "mixed"."""
        computed = {tensor.dtype for tensor in self.touched if not tensor.is_constant}
        stored = {tensor.dtype for tensor in self.touched if tensor.is_constant and len(tensor.shape) > 1}
        if self.fully_integer:
            return "int16x8" if "int16" in computed else "int8" if computed & {"int8", "uint8"} else "mixed"
        if computed <= {"float32", "int32", "int64", "bool"}:
            if "float16" in stored:
                return "float16"
            return "dynamic" if stored & {"int8", "int4"} else "none"
        return "mixed"


def inspect_file(path: Path) -> FileFacts:
    """Return what is in the file.

    Raises:
        InputError: It is missing or unreadable.
        ModelError: It is no .tflite file, is damaged, or comes from a newer digitedge.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}.", "Give the path of a .tflite file.") from error
    try:
        return inspect_bytes(content)
    except ModelError as error:
        raise about(path, error) from error


def inspect_bytes(content: bytes) -> FileFacts:
    """Return what is in a .tflite file's bytes. Raises ModelError."""
    root = unpack(content)
    try:
        graph = root.subgraphs[0]
        tensors = tuple(_tensor(tensor, root) for tensor in graph.tensors)
        operators = tuple(_operator(operator, root) for operator in graph.operators or [])
        facts = FileFacts(
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            tensors=tensors,
            operators=operators,
            inputs=tuple(int(index) for index in graph.inputs),
            outputs=tuple(int(index) for index in graph.outputs),
            description=_text(root.description),
            aligned=is_aligned(content),
            metadata=read_metadata(content),
            other_metadata=tuple(name for name in map(_text, _names(root)) if name != METADATA_NAME),
        )
        _ = facts.touched  # an index out of range shows itself here
    except (IndexError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise ModelError("The .tflite file is damaged.", "Export or copy it again.") from error
    return facts


def _tensor(tensor: Any, root: Any) -> TensorFacts:
    quantization = tensor.quantization
    scales = () if quantization is None or quantization.scale is None else tuple(float(scale) for scale in quantization.scale)
    zeros = () if quantization is None or quantization.zeroPoint is None else tuple(int(z) for z in quantization.zeroPoint)
    data = root.buffers[tensor.buffer].data
    shape = () if tensor.shape is None else tuple(int(size) for size in tensor.shape)
    return TensorFacts(_text(tensor.name), _dtype_name(tensor.type), shape, scales, zeros, data is not None, _length(data))


def _operator(operator: Any, root: Any) -> OperatorFacts:
    code = root.operatorCodes[operator.opcodeIndex]
    number = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
    kind = _text(code.customCode) if code.customCode else _operator_name(number)
    reads = () if operator.inputs is None else tuple(int(index) for index in operator.inputs if index >= 0)
    return OperatorFacts(kind, reads, tuple(int(index) for index in operator.outputs))


def _operator_name(number: int) -> str:
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
    return names.get(number, f"operator {number}")


def _dtype_name(number: int) -> str:
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.TensorType).items() if isinstance(value, int)}
    return names.get(number, f"type {number}").lower()


def _names(root: Any) -> list[bytes | str | None]:
    return [entry.name for entry in root.metadata or []]


def _length(data: Any) -> int:
    return 0 if data is None else len(data)


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def _text(name: bytes | str | None) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else name or ""
