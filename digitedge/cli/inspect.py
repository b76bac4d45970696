"""``digitedge inspect``: what is in a model file, and whether it computes here what it computed when it was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from digitedge.runtime.golden import GoldenVerdict
    from digitedge.runtime.inspection import FileFacts


def inspect(
    model: Path | None = typer.Argument(None, help="A .tflite file, digitedge's or not; default: the shipped one."),
    verify: bool = typer.Option(False, "--verify", help="Run its golden pairs on this machine; exit 1 if any differs."),
    as_json: bool = typer.Option(False, "--json", help="Print everything as JSON."),
) -> None:
    """Show what is in a model file; with --verify, prove that this machine computes what the workstation did."""
    import json

    from digitedge.errors import GateError
    from digitedge.models import DEFAULT_MODEL
    from digitedge.runtime.factsheet import inspection_json, verdict_text
    from digitedge.runtime.inspection import inspect_file

    path = model or DEFAULT_MODEL
    facts = inspect_file(path)
    verdict = _verify(path, facts) if verify else None
    if verdict is not None and not verdict.passed:
        raise GateError(
            f"{path}: {verdict_text(verdict)}", "Compare the versions: digitedge doctor; without XNNPACK results differ by one."
        )
    if as_json:
        print(json.dumps(inspection_json(path, facts, verdict)))
        return
    _print(path, facts)
    if verdict is not None:
        print(verdict_text(verdict))


def _verify(path: Path, facts: FileFacts) -> GoldenVerdict:
    from digitedge.errors import ModelError
    from digitedge.runtime import golden
    from digitedge.runtime.classifier import Classifier

    pairs = golden.from_metadata(facts.metadata)
    if pairs is None:
        raise ModelError(f"{path}: has no golden pairs.", "Export it with digitedge: digitedge export MODEL.keras")
    return golden.verify(Classifier(path), pairs)


def _print(path: Path, facts: FileFacts) -> None:
    from rich.console import Console
    from rich.table import Table

    from digitedge.runtime.factsheet import fact_lines, metadata_lines

    console = Console(highlight=False, markup=False, emoji=False)  # names are anybody's text
    console.print(str(path), soft_wrap=True)
    for name, value in (*fact_lines(facts), *metadata_lines(facts.metadata)):
        console.print(f"{name:<26} {value}", soft_wrap=True)
    tensors = Table(box=None, pad_edge=False)
    for heading in ("tensor", "type", "shape", "scale", "zero"):
        tensors.add_column(heading, overflow="ellipsis", no_wrap=heading != "tensor")
    for tensor in facts.touched:
        scale = (
            ""
            if not tensor.scales
            else f"{tensor.scales[0]:.6g}"
            if len(tensor.scales) == 1
            else f"{len(tensor.scales)} scales"
        )
        zero = f"{tensor.zero_points[0]}" if len(tensor.zero_points) == 1 else ""
        tensors.add_row(tensor.name, tensor.dtype, "×".join(map(str, tensor.shape)) or "1", scale, zero)
    console.print(tensors)
    if not facts.metadata:
        console.print("No digitedge metadata: made elsewhere.")
