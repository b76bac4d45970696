"""A model as C source for microcontrollers: the array, and what the program around it must know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.export.arena import Arena
from digitedge.runtime.inspection import inspect_bytes

_BYTES_A_LINE = 16


@dataclass(frozen=True, slots=True)
class CModel:
    """What goes into the pair of files.

    Attributes:
        name: C identifier that every symbol begins with.
        file_stem: Name of the two files without suffix: what the .cc includes.
        model: The .tflite file's bytes, metadata stripped.
        labels: Name of each output.
        golden_input: int8 [side·side], one picture as the input tensor stores it.
        golden_output: int8 [outputs], what the model must answer.
        arena: Memory for the interpreter.
        source: Name and checksum of the model this was made from, for the comment.
    """

    name: str
    file_stem: str
    model: bytes
    labels: tuple[str, ...]
    golden_input: NDArray[np.int8]
    golden_output: NDArray[np.int8]
    arena: Arena
    source: str


def identifier(name: str) -> str:
    """Return a C identifier made of a file's name.

    >>> identifier("cnn-int8"), identifier("7seg.v2")
    ('cnn_int8', 'model_7seg_v2')
    """
    made = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_") or "model"
    return f"model_{made}" if made[0].isdigit() else made


def header(content: CModel) -> str:
    """Return the .h file: declarations and constants."""
    return "\n".join(_header_lines(content)) + "\n"


def source(content: CModel) -> str:
    """Return the .cc file: the aligned array, labels and golden pair."""
    return "\n".join(_source_lines(content)) + "\n"


def array_in(text: str) -> bytes:
    """Return the bytes of the first array in a .cc file, as a compiler would read them: for checking what was written."""
    match = re.search(r"_data\[\] = \{(.*?)\};", text, re.DOTALL)
    if match is None:
        raise ModelError("The C file holds no model.", "Export it again.")
    return bytes(int(value, 16) for value in re.findall(r"0x[0-9a-f]{2}", match.group(1)))


def _header_lines(content: CModel) -> Iterator[str]:
    facts = inspect_bytes(content.model)
    given, taken = facts.tensors[facts.inputs[0]], facts.tensors[facts.outputs[0]]
    name, guard = content.name, f"{content.name.upper()}_H_"
    yield f"// {content.source}. Written by digitedge export --format c; do not edit."
    yield f"// Operators: {', '.join(f'{count} {kind}' for kind, count in facts.operator_counts.items())}."
    yield from (f"#ifndef {guard}", f"#define {guard}", "", "#include <cstddef>", "#include <cstdint>", "")
    yield from ("// The model for tflite::GetModel, on a multiple of 16 bytes.", f"extern const unsigned char {name}_data[];")
    yield f"constexpr std::size_t {name}_size = {len(content.model)};"
    yield ""
    yield f"// Memory for the interpreter, {content.arena.how}."
    yield f"constexpr std::size_t {name}_arena_size = {content.arena.size_bytes};"
    yield ""
    yield f"// Input {given.dtype} {list(given.shape)}: ink bright on 0, stored = pixel / scale + zero point."
    yield f"constexpr int {name}_input_size = {content.golden_input.size};"
    yield f"constexpr float {name}_input_scale = {_float(given.scales[0])};"
    yield f"constexpr int {name}_input_zero_point = {given.zero_points[0]};"
    yield f"// Output {taken.dtype} {list(taken.shape)}: the largest wins."
    yield f"constexpr int {name}_output_size = {content.golden_output.size};"
    yield f"constexpr float {name}_output_scale = {_float(taken.scales[0])};"
    yield f"constexpr int {name}_output_zero_point = {taken.zero_points[0]};"
    yield f"extern const char* const {name}_labels[{len(content.labels)}];"
    yield ""
    yield "// A drawn digit and what LiteRT answered on the workstation; TFLite Micro may differ by a step or two."
    yield f"extern const std::int8_t {name}_golden_input[{content.golden_input.size}];"
    yield f"extern const std::int8_t {name}_golden_output[{content.golden_output.size}];"
    yield from ("", f"#endif  // {guard}")


def _source_lines(content: CModel) -> Iterator[str]:
    name = content.name
    yield f"// {content.source}. Written by digitedge export --format c; do not edit."
    yield from (f'#include "{content.file_stem}.h"', "")
    yield f"alignas(16) const unsigned char {name}_data[] = {{"
    yield from _rows([f"0x{byte:02x}" for byte in content.model])
    yield from ("};", f'static_assert(sizeof({name}_data) == {name}_size, "the array is whole");', "")
    labels = ", ".join(f'"{label}"' for label in content.labels)
    yield f"const char* const {name}_labels[{len(content.labels)}] = {{{labels}}};"
    for which, values in (("input", content.golden_input), ("output", content.golden_output)):
        yield from ("", f"const std::int8_t {name}_golden_{which}[{values.size}] = {{")
        yield from _rows([str(int(value)) for value in values])
        yield "};"


def _rows(values: list[str]) -> Iterator[str]:
    for start in range(0, len(values), _BYTES_A_LINE):
        yield "    " + ", ".join(values[start : start + _BYTES_A_LINE]) + ","


def _float(value: float) -> str:
    text = f"{np.float32(value):.9g}"
    return f"{text}f" if any(mark in text for mark in ".en") else f"{text}.0f"
