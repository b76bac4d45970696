"""The camera as a systemd service: started at boot, watched while it runs, started again when it fails."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitedge.camera.unit import MARK, Service, unit_text
from digitedge.errors import OutputError
from digitedge.files import write_text

_NOT_FOUND = 127  # what env(1) ends with where there is no such program


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: Its exit code.
        text: What it said, on either stream.
    """

    code: int
    text: str


RunTool = Callable[[Sequence[str]], Outcome]
"""Runs a tool of systemd; raises OutputError where it is not installed."""


def verify(text: str, name: str, is_system: bool, run: RunTool) -> None:
    """Let systemd itself judge a unit file before it is installed. Raises OutputError with what it finds wrong."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.service"
        file.write_text(text)
        # A user's manager looks for its folder in a login session; to judge a file any folder will do.
        judge = ["env", f"XDG_RUNTIME_DIR={folder}", "systemd-analyze", *_scope(is_system), "verify"]
        outcome = run([*judge, "--man=no", "--recursive-errors=no", str(file)])
    if outcome.code == _NOT_FOUND:
        raise OutputError("systemd-analyze is not installed here.", "This needs a Linux with systemd.")
    if outcome.code or str(file.name) in outcome.text:
        raise OutputError(f"systemd refuses the unit: {outcome.text.strip()}", "Check the arguments after --.")


def install(service: Service, path: Path, run: RunTool, *, force: bool = False) -> None:
    """Write the unit file, enable the service and start it.

    Raises:
        OutputError: Another unit of this name is there, the file cannot be written, or systemd refuses.
    """
    text = unit_text(service)
    if path.exists() and path.read_text() != text and not force:
        raise OutputError(f"{path} exists already and differs.", "Add --force to replace it, or give another --name.")
    verify(text, service.name, service.is_system, run)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be made: {error.strerror}.", _rights_remedy(service.is_system)) from error
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path} cannot be written.", _rights_remedy(service.is_system))
    before = path.read_text() if path.exists() else None
    write_text(path, text)
    try:
        _systemctl(service.is_system, run, "daemon-reload")
        _systemctl(service.is_system, run, "enable", f"{service.name}.service")
    except OutputError:
        if before is None:
            path.unlink()
        else:
            write_text(path, before)
        raise
    _start(service, run)


def _start(service: Service, run: RunTool) -> None:
    """Start it and wait until it runs; one that fails at once is not left to try for ever."""
    unit = f"{service.name}.service"
    if run(["systemctl", *_scope(service.is_system), "restart", unit]).code:
        run(["systemctl", *_scope(service.is_system), "stop", unit])
        status = f"digitedge service status {_scope(service.is_system)[0]} --name {service.name}"
        raise OutputError(f"{service.name} is installed but does not start.", f"Its last words: {status}")


def remove(name: str, is_system: bool, path: Path, run: RunTool) -> None:
    """Stop the service, disable it and remove its unit file, also where systemd cannot be asked.

    Raises:
        OutputError: There is no such file, it is not ours or cannot be removed, or systemd refuses.
    """
    _require_ours(path, is_system)
    refused: OutputError | None = None
    try:
        _systemctl(is_system, run, "disable", "--now", f"{name}.service")
    except OutputError as error:
        refused = error
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path} cannot be removed: {error.strerror}.", _rights_remedy(is_system)) from error
    if refused is not None:
        raise OutputError(f"{path} is removed, but {refused.message}", refused.remedy) from refused
    _systemctl(is_system, run, "daemon-reload")


def status(name: str, is_system: bool, path: Path, run: RunTool) -> tuple[bool, str]:
    """Return whether the service runs, and systemd's account of it. Raises OutputError if it is not installed."""
    _require_ours(path, is_system)
    active = run(["systemctl", *_scope(is_system), "is-active", f"{name}.service"])
    account = run(["systemctl", *_scope(is_system), "status", "--no-pager", "--full", "--lines=5", f"{name}.service"])
    return active.code == 0, account.text


def _require_ours(path: Path, is_system: bool) -> None:
    kind = "--system" if is_system else "--user"
    if not path.exists():
        raise OutputError(
            f"{path} does not exist: no such service is installed.",
            f"Run: digitedge service install {kind} -- and what `digitedge camera` is to be told",
        )
    if not path.read_text().startswith(MARK):
        raise OutputError(f"{path} was not made by digitedge.", "Look after it with systemctl, or give another --name.")


def _systemctl(is_system: bool, run: RunTool, *arguments: str) -> None:
    outcome = run(["systemctl", *_scope(is_system), *arguments])
    if outcome.code:
        said = (outcome.text.strip().splitlines() or [f"exit code {outcome.code}"])[-1]
        raise OutputError(f"systemctl {' '.join(arguments)} failed: {said.rstrip('.')}.", _rights_remedy(is_system))


def _scope(is_system: bool) -> list[str]:
    return ["--system"] if is_system else ["--user"]


def _rights_remedy(is_system: bool) -> str:
    return (
        "Run it with sudo, by its full path: sudo $(command -v digitedge) service …"
        if is_system
        else "A user's services need a login session: log in by ssh or at the screen, not by su."
    )
