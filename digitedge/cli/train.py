"""``digitedge train``: a recipe from data to a finished run folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from digitedge.export.runs import Plan
    from digitedge.models.recipes import Recipe

RUNS = Path("runs")


def train(
    recipe: str = typer.Argument(..., help='Which network; "digitedge recipes" lists them.'),
    data: str | None = typer.Option(None, help="Data set: auto (the default), mnist, synthetic, a file or a folder."),
    epochs: int | None = typer.Option(None, min=1, help="Passes over the data; default: the recipe's."),
    seed: int | None = typer.Option(None, min=0, help="Of everything random; default 0."),
    extra: Path | None = typer.Option(None, help="An .npz file of further patches: fields [N, 28, 28], labels (10 = reject)."),
    start: Path | None = typer.Option(None, help="A .keras file of the same recipe to go on from, at half the learning rate."),
    teacher: list[Path] = typer.Option([], help="A .keras file to learn from beside the labels; of several, the mean answer."),
    fonts: Path | None = typer.Option(None, help="A folder of handwriting fonts (.woff) to learn digits from, too."),
    out: Path | None = typer.Option(None, help="Folder of the run; default: a fresh runs/RECIPE-N."),
    quick: bool = typer.Option(False, "--quick", help="A few minutes instead of the full training."),
    resume: bool = typer.Option(False, "--resume", help="Go on with the run in --out, or with the latest unfinished one."),
    force: bool = typer.Option(False, "--force", help="Replace a run that is in --out."),
    as_json: bool = typer.Option(False, "--json", help="Print the run's metrics as JSON."),
) -> None:
    """Train a recipe; leaves the model, its history, metrics and pictures in a run folder."""
    from rich.console import Console

    from digitedge.errors import DigitEdgeError
    from digitedge.export import runs
    from digitedge.export.judging import judge
    from digitedge.export.summary import print_evaluation
    from digitedge.export.train import train as train_recipe
    from digitedge.models.recipes import find_recipe

    chosen = find_recipe(recipe)
    if resume:
        folder = out or runs.latest_unfinished(recipe, RUNS)
        plan = _resumed_plan(folder, recipe, data, epochs, seed, quick, fonts)
    else:
        plan = _fresh_plan(chosen, data, epochs, seed, quick, extra, start, teacher, fonts)
        judge(chosen, plan)
        folder = runs.given_folder(out, force) if out else runs.fresh_folder(recipe, RUNS)
    progress = Console(stderr=True)
    try:
        finished = train_recipe(chosen, plan, folder, progress, afresh=not resume)
    except DigitEdgeError:
        runs.forget_unbegun(folder)
        raise
    except KeyboardInterrupt:
        if runs.can_go_on(folder, plan):
            command = f"digitedge train {recipe} --resume --out {folder}"
            progress.print(
                f"Interrupted. Go on from the last whole epoch: {command}", highlight=False, soft_wrap=True, markup=False
            )
        elif not resume:
            runs.forget_unbegun(folder)
        raise
    if as_json:
        print((folder / runs.METRICS).read_text(), end="")
        return
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(f"{folder}: {finished.parameters:,} parameters, trained in {finished.seconds:.0f} s")
    console.print(f"validation: {100 * finished.validation_accuracy:.2f} % right")
    print_evaluation(console, finished.test)


def _fresh_plan(
    recipe: Recipe,
    data: str | None,
    epochs: int | None,
    seed: int | None,
    quick: bool,
    extra: Path | None,
    start: Path | None,
    teachers: list[Path],
    fonts: Path | None,
) -> Plan:
    import os
    from dataclasses import replace

    from digitedge.errors import InputError
    from digitedge.export.runs import Plan

    settings = recipe.quick_settings() if quick else recipe.settings
    if epochs is not None:
        settings = replace(settings, epochs=epochs)
    if extra is not None:
        if not settings.nondigits:
            raise InputError(f"{recipe.name} has no reject output, so it takes no --extra.", "Train cnn or cnn-tiny with it.")
        settings = replace(settings, extra=str(extra.resolve()))
    if start is not None:
        settings = replace(settings, start=str(start.resolve()), learning_rate=settings.learning_rate / 2)
    if teachers:
        if not settings.nondigits:
            raise InputError(f"{recipe.name} takes no --teacher: it has no reject output.", "Train cnn or cnn-tiny with one.")
        settings = replace(settings, teacher=os.pathsep.join(str(path.resolve()) for path in teachers))
    if fonts is not None:
        if not settings.font_digits:
            raise InputError(f"{recipe.name} takes no --fonts: it learns from its data set alone.", "Train cnn with them.")
        settings = replace(settings, fonts=str(fonts.resolve()))
    return Plan(recipe.name, data or "auto", seed or 0, settings)


def _resumed_plan(
    folder: Path, recipe: str, data: str | None, epochs: int | None, seed: int | None, quick: bool, fonts: Path | None
) -> Plan:
    """Return the run's own plan. Raises InputError if it is finished, or if another one is asked for."""
    from digitedge.errors import InputError
    from digitedge.export.runs import is_unfinished, read_plan

    plan = read_plan(folder)
    if not is_unfinished(folder):
        raise InputError(f"{folder}: this run is finished.", "Leave --resume away to begin a new one.")
    asked = {"recipe": (recipe, plan.recipe), "--data": (data, plan.data), "--seed": (seed, plan.seed)}
    asked["--epochs"] = (epochs, plan.settings.epochs)
    asked["--fonts"] = (str(fonts.resolve()) if fonts else None, plan.settings.fonts or "none")
    for name, (wanted, begun) in asked.items():
        if wanted is not None and wanted != begun:
            raise InputError(f"{folder}: this run was begun with {name} {begun}, not {wanted}.", "Begin a new run for that.")
    if quick and not _is_quick(plan):
        raise InputError(f"{folder}: this run was not begun with --quick.", "Leave --quick away.")
    return plan


def _is_quick(plan: Plan) -> bool:
    """Return whether a run was begun with --quick, whatever other options it was given."""
    from dataclasses import replace

    from digitedge.models.recipes import Settings, find_recipe

    quick, begun = find_recipe(plan.recipe).quick_settings(), plan.settings

    def bare(settings: Settings) -> Settings:
        return replace(settings, epochs=1, learning_rate=1.0, font_digits=0, extra="", start="", teacher="", fonts="")

    return bare(begun) == bare(quick)
