"""The machine under examination, and a finding about it."""

from __future__ import annotations

import importlib.metadata
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from digitedge import board
from digitedge.camera.discover import VideoDevice, usb_cameras

IMPORT_TIMEOUT_S = 90.0  # a Zero 2 W reads OpenCV from its card for the first time

State = Literal["ok", "note", "warning", "missing"]
"""What is "missing" is needed and keeps digitedge from working; a "warning" makes it worse; a "note" is for information."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What, in a word or two.
        state: How it is.
        text: One sentence.
        remedy: The command that mends it, or what to do by hand; "" where nothing is to mend.
    """

    name: str
    state: State
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where facts come from; tests build one around a tree of their own.

    Attributes:
        root: Of the file tree.
        run: Starts a command; its stdout, or None.
        python: The interpreter digitedge runs with.
        python_version: (major, minor).
        bits: Of that interpreter.
        glibc: Version of the C library.
        prefix: Of the environment.
        is_venv: Whether the environment is a virtual one.
        packages: Installed distributions, name in lower case to version.
        usb_cameras: Lists the V4L2 cameras.
        user: Who runs this.
        free_mb: Free space where recordings would go, MiB.
    """

    root: Path
    run: board.Run
    python: str
    python_version: tuple[int, int]
    bits: int
    glibc: tuple[int, ...]
    prefix: Path
    is_venv: bool
    packages: dict[str, str]
    usb_cameras: Callable[[], list[VideoDevice]]
    user: str
    free_mb: int

    @property
    def is_pi(self) -> bool:
        """Whether it is a Raspberry Pi."""
        return board.is_raspberry_pi(self.root)

    def pip(self, verb: str, what: str) -> str:
        """Return the command that installs or removes packages in this environment; those made by uv hold no pip."""
        python = shlex.quote(self.python)
        return f"{python} -m pip {verb} {what}" if "pip" in self.packages else f"uv pip {verb} --python {python} {what}"


def this_machine() -> Machine:
    """Return the machine we run on."""
    return Machine(
        root=board.ROOT,
        run=partial(board.run_command, timeout_s=IMPORT_TIMEOUT_S),
        python=sys.executable,
        python_version=sys.version_info[:2],
        bits=board.userland_bits(),
        glibc=board.glibc_version(),
        prefix=Path(sys.prefix),
        is_venv=sys.prefix != sys.base_prefix,
        packages=_packages(importlib.metadata.distributions()),
        usb_cameras=usb_cameras,
        user=board.user_name(),
        free_mb=shutil.disk_usage(Path.cwd()).free // 2**20,
    )


def _packages(distributions: Iterable[importlib.metadata.Distribution]) -> dict[str, str]:
    """Return names to versions; the first of a name counts, as it does for an import."""
    found: dict[str, str] = {}
    for distribution in distributions:
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(name.lower().replace("_", "-"), distribution.version)
    return found
