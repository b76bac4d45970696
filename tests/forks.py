"""Commands run in processes forked off one that has imported what they need: a test of each costs a tenth of a fresh start.

What a forked command prints, returns and raises is its own; only what happens at the first import cannot be seen with it.
Run as a program this file is that process: it answers each line of JSON on stdin with an exit code on stdout.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

import digitedge.cli


class Forks:
    """A process that commands are forked off."""

    def __init__(self, warm: bool) -> None:
        """Start it, all of our modules imported where it is to be ``warm``, else what ``--help`` imports."""
        words = [sys.executable, __file__, *(["warm"] if warm else [])]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *words: object, cwd: Path | None = None, missing: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run ``digitedge WORDS`` where the packages ``missing`` cannot be imported.

        Returns:
            Its exit code, stdout and stderr; ``args`` holds the names of the packages that were imported when it ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            out, err, packages = (Path(folder) / name for name in ("out", "err", "packages"))
            task = {
                "words": [str(word) for word in words],
                "missing": list(missing),
                "cwd": str(cwd or Path.cwd()),
                "files": [str(out), str(err), str(packages)],
            }
            self._process.stdin.write(json.dumps(task) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(packages.read_text().split(), code, out.read_text(), err.read_text())

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


def _serve() -> None:
    if sys.argv[1:] == ["warm"]:
        _warm_up()
    CliRunner().invoke(digitedge.cli.app, ["train", "--help"])  # typer imports much of its own at the first command
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(_run(json.loads(line)))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _warm_up() -> None:
    from PIL import Image

    for module in pkgutil.walk_packages(digitedge.__path__, "digitedge."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("ai_edge_litert.interpreter", "ai_edge_litert.schema_py_generated", "rich.progress"):
        importlib.import_module(name)
    Image.init()


def _run(task: dict[str, Any]) -> int:
    """Be the command; return its exit code."""
    out, err, packages = task["files"]
    for file, descriptor in ((out, 1), (err, 2)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(task["cwd"])
    sys.argv = ["digitedge", *task["words"]]
    sys.modules.update(dict.fromkeys(task["missing"]))  # type: ignore[arg-type]
    code = 0
    try:
        digitedge.cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does, and never back into the server
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    imported = {name.split(".")[0] for name, module in sys.modules.items() if module is not None}
    Path(packages).write_text(" ".join(sorted(imported)))
    return code


if __name__ == "__main__":
    _serve()
