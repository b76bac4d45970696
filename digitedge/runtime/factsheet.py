"""A model file's facts as JSON, and as tables for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digitedge.runtime.golden import GoldenVerdict
from digitedge.runtime.inspection import FileFacts


def file_json(path: Path, facts: FileFacts) -> dict[str, Any]:
    """Return what a .tflite file is, as in the command line's contract: checksum, size, number types, operators."""
    return {
        "file": str(path),
        "sha256": facts.sha256,
        "size_bytes": facts.size_bytes,
        "quantize": facts.quantize,
        "fully_integer": facts.fully_integer,
        "input": _end_json(facts, facts.inputs),
        "output": _end_json(facts, facts.outputs),
        "operators": facts.operator_counts,
        "parameters": facts.parameters,
    }


def inspection_json(path: Path, facts: FileFacts, verdict: GoldenVerdict | None) -> dict[str, Any]:
    """Return everything `digitedge inspect` shows: the contract's object, tensors, metadata, the golden pairs' verdict."""
    tensors = [
        {
            "name": tensor.name,
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "scales": list(tensor.scales),
            "zero_points": list(tensor.zero_points),
            "constant": tensor.is_constant,
            "size_bytes": tensor.size_bytes,
        }
        for tensor in facts.tensors
    ]
    metadata = dict(facts.metadata)
    if "golden" in metadata:
        metadata["golden"] = {key: metadata["golden"].get(key) for key in ("count", "side", "dtype", "tolerance")}
    verified = None if verdict is None else _verdict_json(verdict)
    return {
        **file_json(path, facts),
        "aligned": facts.aligned,
        "description": facts.description,
        "other_metadata": list(facts.other_metadata),
        "tensors": tensors,
        "metadata": metadata,
        "verified": verified,
    }


def fact_lines(facts: FileFacts) -> Iterator[tuple[str, str]]:
    """Yield (what, value) of the file as a whole, for a table."""
    operators = ", ".join(f"{count} {kind}" for kind, count in facts.operator_counts.items())
    yield "size", f"{facts.size_bytes:,} bytes"
    yield "sha256", facts.sha256
    yield "number types", facts.quantize + (", fully integer" if facts.fully_integer else "")
    yield "input", _end_text(facts, facts.inputs)
    yield "output", _end_text(facts, facts.outputs)
    yield "operators", operators or "none"
    yield "parameters", f"{facts.parameters:,}"
    yield "constants", "aligned to 16 bytes" if facts.aligned else "not aligned to 16 bytes"
    if facts.description:
        yield "description", facts.description
    if facts.other_metadata:
        yield "other metadata", ", ".join(facts.other_metadata)


def metadata_lines(metadata: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (what, value) of digitedge's metadata, nested names joined by dots; pictures and outputs are left out."""
    for key, value in metadata.items():
        if key == "golden" and isinstance(value, dict):
            yield (
                "golden",
                f"{value.get('count')} pairs, {value.get('dtype')}, allowed difference {value.get('tolerance', 0):g}",
            )
        elif key == "per_class":
            yield f"{prefix}{key}", ", ".join(f"{label}: {count}" for label, count in value.items())
        elif isinstance(value, dict):
            yield from metadata_lines(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", _list_text(value)
        else:
            yield f"{prefix}{key}", str(value)


def verdict_text(verdict: GoldenVerdict) -> str:
    """Return one line on how the golden pairs came out here."""
    if verdict.passed and verdict.largest == 0:
        return f"{verdict.count} of {verdict.count} golden pairs: identical on this machine."
    if verdict.passed:
        return (
            f"{verdict.count} of {verdict.count} golden pairs: differences up to {verdict.largest:.3g}, "
            f"within the {verdict.tolerance:.3g} that floats are allowed."
        )
    worst = ", ".join(f"no. {index} by {difference:g}" for index, difference in verdict.differing[:10])
    return f"{len(verdict.differing)} of {verdict.count} golden pairs differ on this machine: {worst}."


def _list_text(values: list[Any]) -> str:
    """Return "0, 255"; long or nested lists by their size and what is in them alone."""
    if values and isinstance(values[0], list):
        return f"{len(values)} × {len(values[0])} numbers"
    if values and isinstance(values[0], dict):
        return f"{len(values)}, each with {', '.join(values[0])}"
    if len(values) > 16 and isinstance(values[0], float):
        return f"{len(values)} numbers"
    return ", ".join(str(each) for each in values)


def _verdict_json(verdict: GoldenVerdict) -> dict[str, Any]:
    return {
        "passed": verdict.passed,
        "pairs": verdict.count,
        "largest_difference": verdict.largest,
        "tolerance": verdict.tolerance,
        "differing": [{"pair": index, "difference": difference} for index, difference in verdict.differing],
    }


def _end_json(facts: FileFacts, indices: tuple[int, ...]) -> dict[str, Any]:
    """Return one end of the graph, its first tensor if it has several; scale 0 where it is not quantised."""
    tensor = facts.tensors[indices[0]]
    return {
        "dtype": tensor.dtype,
        "shape": list(tensor.shape),
        "scale": tensor.scales[0] if tensor.scales else 0.0,
        "zero_point": tensor.zero_points[0] if tensor.zero_points else 0,
    }


def _end_text(facts: FileFacts, indices: tuple[int, ...]) -> str:
    texts = []
    for index in indices:
        tensor = facts.tensors[index]
        scale = f", scale {tensor.scales[0]:.7g}, zero point {tensor.zero_points[0]}" if tensor.scales else ""
        texts.append(f"{tensor.dtype} {list(tensor.shape)}{scale}")
    return "; ".join(texts)
