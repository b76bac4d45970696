"""``digitedge compare``: a float model and its export on the same pictures."""

from __future__ import annotations

from pathlib import Path

import typer


def compare(
    reference: Path = typer.Argument(..., metavar="FLOAT", help="The float model: .keras or .tflite."),
    candidate: Path = typer.Argument(..., metavar="QUANTIZED", help="The exported model: .tflite."),
    data: str = typer.Option("auto", help="Data source: auto, mnist, synthetic or a path."),
    split: str = typer.Option("test", help="Its split: train, validation, test or all."),
    max_drop: float | None = typer.Option(None, help="Exit 1 if accuracy drops by more, percentage points."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Compare a float model with its export: accuracy, agreement, drift of confidence."""
    import json

    from rich.console import Console

    from digitedge.data import SPLITS
    from digitedge.errors import GateError
    from digitedge.export.comparing import compare_files
    from digitedge.export.screen import print_modes

    if split not in SPLITS:
        raise typer.BadParameter(f"expected one of {', '.join(SPLITS)}, got {split}", param_hint="--split")
    result = compare_files(reference, candidate, data, split, 0.1 if max_drop is None else max_drop)
    if max_drop is not None and not result["passed"]:
        raise GateError(
            f"{candidate} is {-result['delta_pp']:.3f} points below {reference}, {max_drop:g} are allowed.",
            "Export it again: digitedge export MODEL.keras --quantize int8",
        )
    if as_json:
        print(json.dumps(result))
    else:
        print_modes(Console(highlight=False, markup=False, emoji=False), result)
