"""The command line: a file a command; each parses, calls one function and prints.

Nothing heavy is imported before a command runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import typer

from digitedge.cli import bench, camera, compare, demo, doctor, evaluate, export, inspect, predict, recipes, service, train
from digitedge.errors import DigitEdgeError

app = typer.Typer(
    name="digitedge",
    help="Handwritten digits from paper to number on small computers.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("bench")(bench.bench)
app.command("predict")(predict.predict)
app.command("export")(export.export)
app.command("inspect")(inspect.inspect)
app.command("compare")(compare.compare)
app.command("camera")(camera.camera)
app.command("evaluate")(evaluate.evaluate)
app.command("recipes")(recipes.recipes)
app.command("train")(train.train)
app.command("doctor")(doctor.doctor)
app.add_typer(service.app, name="service")


def _show_version(wanted: bool) -> None:
    if wanted:
        from digitedge import __version__

        print(f"digitedge {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """Handwritten digits from paper to number on small computers."""


def main() -> None:
    """Run the command line; turn the error tree into one sentence on stderr and its exit code."""
    signal.signal(signal.SIGTERM, _end_like_ctrl_c)
    try:
        app()
    except DigitEdgeError as error:
        print(f"digitedge: {error}", file=sys.stderr)
        _give_up_unwritten()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output left, as `head` does
        _give_up_unwritten()
        sys.exit(1)


def _give_up_unwritten() -> None:
    """Drop what standard output does not take: the interpreter would try again at its end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_like_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
