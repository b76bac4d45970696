"""Ctrl-C where no command runs: while the command line is imported, and while the last of the output is written."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
# Stands for typer, the first package that the command line imports: Ctrl-C comes in the middle of that.
INTERRUPTED = """
import os, signal

os.kill(os.getpid(), signal.SIGINT)
raise SystemExit(f"interrupted, and went on: {signal.getsignal(signal.SIGINT)}")
"""

# Stands for a pipe whose reader takes no more: Ctrl-C comes while what a command has left is written.
WAITING = """
import io, os, signal, sys
from digitedge.__main__ import main

class Pipe(io.FileIO):
    def write(self, content):
        if signals:
            os.kill(os.getpid(), signals.pop())
        return super().write(content)

signals = [signal.SIGINT]
sys.stdout = io.TextIOWrapper(io.BufferedWriter(Pipe(1, "w")))
main()
"""


def started(as_command: bool) -> list[str]:
    """Return how Python is started by ``python -m digitedge``, or by what installs the command that pyproject.toml names."""
    if not as_command:
        return ["-m", "digitedge"]
    module, _, name = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["digitedge"].partition(":")
    return ["-c", f"import sys; from {module} import {name}; sys.exit({name}())"]


def run(folder: Path, as_command: bool, on_interrupt: signal.Handlers) -> subprocess.CompletedProcess[str]:
    (folder / "typer.py").write_text(INTERRUPTED)
    return subprocess.run(
        [sys.executable, *started(as_command), "recipes"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, on_interrupt),
    )


@pytest.mark.parametrize("as_command", [False, True])
def test_ctrl_c_among_the_first_imports_ends_quietly(as_command: bool, tmp_path: Path) -> None:
    done = run(tmp_path, as_command, signal.SIG_DFL)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_who_is_told_to_ignore_it_goes_on(tmp_path: Path) -> None:
    done = run(tmp_path, as_command=False, on_interrupt=signal.SIG_IGN)
    assert done.returncode == 1
    assert done.stderr.startswith("interrupted, and went on")


def test_ctrl_c_while_the_last_of_the_output_waits_ends_quietly() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITING, "--version"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
