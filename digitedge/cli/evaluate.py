"""``digitedge evaluate``: how good a model is on any data set."""

from __future__ import annotations

from pathlib import Path

import typer


def evaluate(
    model: Path = typer.Argument(..., help="A .keras or .tflite file."),
    data: str = typer.Option("auto", help="Data set: auto, mnist, synthetic, a file or a folder."),
    split: str = typer.Option("test", help="train, validation, test or all."),
    plots: Path | None = typer.Option(None, help="Folder for the confusion matrix, sample predictions and mistakes, as PNG."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Evaluate a model: accuracy, loss, each digit, confusion matrix, mistakes."""
    import json

    from rich.console import Console

    from digitedge.data import SPLITS
    from digitedge.export.report import evaluate_file, evaluation_json, write_plots
    from digitedge.export.runs import read_history
    from digitedge.export.summary import print_evaluation

    if split not in SPLITS:
        raise typer.BadParameter(f"expected one of {', '.join(SPLITS)}, got {split}", param_hint="--split")
    opened, evaluation = evaluate_file(model, data, split)
    if plots is not None:
        write_plots(plots, evaluation, read_history(model.parent))
    if as_json:
        print(json.dumps(evaluation_json(opened, evaluation)))
    else:
        print_evaluation(Console(highlight=False, markup=False, emoji=False), evaluation)
