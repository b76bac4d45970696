"""The command line: a file a command; each parses, calls one function and prints.

Nothing heavy is imported before a command runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import io
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file's name may hold what the terminal's code has no letter for
            stream.reconfigure(errors="backslashreplace")
    code: str | int | None = 0
    try:
        code = _run()
        print(end="", flush=True)  # what cannot be written is noticed here, not while Python ends
    except BrokenPipeError:  # the reader of our output left, as `head` does
        code = _drop_output()
    except KeyboardInterrupt:  # while what is left waits for a slow reader
        _drop_output()
        code = 130
    except OSError as error:
        if not code:  # else the command has told it
            print(f"digitedge: {_told(error)}", file=sys.stderr)
        code = _drop_output()
    sys.exit(code)


def _run() -> str | int | None:
    try:
        app()
    except SystemExit as ended:
        return ended.code
    except DigitEdgeError as error:
        print(f"digitedge: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


def _told(error: OSError) -> str:
    """Return what a failure that no command foresaw says to its user.

    >>> _told(PermissionError(13, "Permission denied", "a/b.png"))
    'a/b.png: Permission denied. Check its name, its rights and the free space.'
    """
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename:
        return f"{error.filename}: {reason}. Check its name, its rights and the free space."
    return f"Reading or writing failed: {reason}. Check the free space and the rights where the output goes."


def _drop_output() -> int:
    """Let what is still held back for stdout go nowhere, so that Python's end does not fail at it, too; return 1."""
    if sys.stdout is not None:  # None where the program was started without one
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _end_like_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
