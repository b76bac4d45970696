"""A training run's folder: what it was asked, how far it came, what it leaves.

runs/cnn-3/run.json           what was asked; a resumed run must be asked the same
           history.csv        a row an epoch
           pages.npz          what the reader cut from drawn pages, where the recipe learns from them
           checkpoint.keras   weights and the optimiser's state after the last whole epoch; gone when the run is finished
           model.keras, metrics.json, curves.png, confusion.png, predictions.png, mistakes.png
"""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from digitedge.errors import DataError, InputError, OutputError
from digitedge.files import write_text
from digitedge.models.recipes import Settings

CHECKPOINT = "checkpoint.keras"
MODEL = "model.keras"
METRICS = "metrics.json"
HISTORY = "history.csv"
CUTTINGS = "pages.npz"
_PLAN = "run.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run was asked.

    Attributes:
        recipe: The recipe's name.
        data: The data source as given.
        seed: Of everything random.
        settings: What it is trained with.
        data_sha256: Of the training pictures; "" until they were read for the first time.
    """

    recipe: str
    data: str
    seed: int
    settings: Settings
    data_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One row of the history; losses are mean cross-entropies, accuracies shares in [0, 1]."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float


def fresh_folder(recipe: str, runs: Path) -> Path:
    """Make and return ``runs/RECIPE-N`` with the next free number."""
    runs.mkdir(parents=True, exist_ok=True)
    number = max((_number(path, recipe) for path in runs.iterdir()), default=0)
    while True:
        number += 1
        folder = runs / f"{recipe}-{number}"
        try:
            folder.mkdir()
        except FileExistsError:  # another run took the number a moment ago
            continue
        return folder


def given_folder(folder: Path, force: bool) -> Path:
    """Make and return a folder named by the user; what is in it stays until the new run begins (`begin`).

    Raises:
        OutputError: Something is in it and ``force`` is not set, or it cannot be made or written to.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file.", "Give a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise OutputError(
            f"{folder} exists already.", "Add --resume to go on with its run, --force to replace it, or another --out."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.", "Check the path and its rights.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder} cannot be written to.", "Check its rights.")
    return folder


def begin(folder: Path, plan: Plan) -> None:
    """Remove what an earlier run left in the folder and write down the new plan. Raises OutputError."""
    try:
        for name in (_PLAN, CHECKPOINT, MODEL, METRICS, HISTORY, CUTTINGS):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written to: {error.strerror}.", "Check its rights.") from error
    write_plan(folder, plan)


def forget_unbegun(folder: Path) -> None:
    """Remove a run's folder again if nothing is in it but perhaps the plan: it failed before its first epoch."""
    if {path.name for path in folder.iterdir()} <= {_PLAN}:
        (folder / _PLAN).unlink(missing_ok=True)
        folder.rmdir()


def can_go_on(folder: Path, plan: Plan) -> bool:
    """Return whether the folder holds a checkpoint of this very plan, not only of a run that it was to replace."""
    if not (folder / CHECKPOINT).is_file() or not is_unfinished(folder):
        return False
    try:
        return replace(read_plan(folder), data_sha256="") == replace(plan, data_sha256="")
    except DataError:
        return False


def latest_unfinished(recipe: str, runs: Path) -> Path:
    """Return the highest-numbered run of a recipe that can be resumed. Raises InputError if there is none."""
    found = [path for path in runs.glob(f"{recipe}-*") if _number(path, recipe) and is_unfinished(path)]
    if not found:
        raise InputError(f"No unfinished run of {recipe} in {runs}.", f"Begin one: digitedge train {recipe}")
    return max(found, key=lambda path: _number(path, recipe))


def is_unfinished(folder: Path) -> bool:
    """Return whether a run was begun in the folder and not ended."""
    return (folder / _PLAN).is_file() and not (folder / METRICS).is_file()


def write_plan(folder: Path, plan: Plan) -> None:
    """Write down what was asked. Raises OutputError."""
    write_text(folder / _PLAN, json.dumps(asdict(plan), indent=2) + "\n")


def read_plan(folder: Path) -> Plan:
    """Return what was asked of the run in a folder. Raises InputError without one, DataError for a damaged one."""
    try:
        content = json.loads((folder / _PLAN).read_text())
        return Plan(
            content["recipe"], content["data"], content["seed"], Settings(**content["settings"]), content["data_sha256"]
        )
    except FileNotFoundError as error:
        raise InputError(f"{folder}: no run was begun here.", "Leave --resume away to begin one.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder / _PLAN}: damaged.", "Begin a new run.") from error


def write_history(folder: Path, history: list[Epoch]) -> None:
    """Write history.csv. Raises OutputError."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in history)
    write_text(folder / HISTORY, text.getvalue())


def read_history(folder: Path) -> list[Epoch]:
    """Return the rows of history.csv, none where there is no such file. Raises DataError for a damaged one."""
    try:
        with (folder / HISTORY).open(newline="") as file:
            rows = list(csv.DictReader(file))
        return [Epoch(int(row["epoch"]), *(float(row[field.name]) for field in fields(Epoch)[1:])) for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder / HISTORY}: damaged.", "Begin a new run.") from error


def _number(path: Path, recipe: str) -> int:
    """Return N of a folder named RECIPE-N, 0 for any other."""
    rest = path.name.removeprefix(f"{recipe}-")
    return int(rest) if rest != path.name and rest.isascii() and rest.isdigit() else 0
