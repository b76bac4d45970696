"""Runs the benchmark on other machines."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

_HERE_ONLY = {"--data", "--split", "--against", "--repeats"}  # what they need is not sent
_THERE_ONLY = {"--wheels", "--ssh-config", "--keep"}
_ONE_ONLY = {"--plot", "--compare"}


@dataclass(frozen=True, slots=True)
class There:
    """Where and with what.

    Attributes:
        hosts: Machines as ssh takes them.
        wheels: Folder of wheels to install from, or None for the index.
        ssh_config: Configuration for ssh, or None for the user's own.
        keep: Leave the folders there.
    """

    hosts: list[str]
    wheels: Path | None
    ssh_config: Path | None
    keep: bool


def machines(hosts: list[str], file: Path | None) -> list[str]:
    """Return the machines named by flags and in a file, each once. Raises InputError for a file that names none."""
    from digitedge.bench.remote import read_hosts

    return list(dict.fromkeys([*hosts, *(read_hosts(file) if file else [])]))


def refuse_lost(hosts: list[str], models: list[Path], given: set[str]) -> None:
    """Raise typer.BadParameter (exit 2) for what would be lost on the way: flags, and files of the same name."""
    for flag in sorted(given & _HERE_ONLY):
        raise typer.BadParameter("is measured on this machine alone; leave it out, or run it there", param_hint=flag)
    for flag in sorted(given & _ONE_ONLY) if len(hosts) > 1 else ():
        raise typer.BadParameter(f"takes the report of one machine, got {len(hosts)}; give one --host", param_hint=flag)
    names = [model.name for model in models]
    for name in names:
        if names.count(name) > 1:
            raise typer.BadParameter(
                f"two files are called {name}, and they go into one folder; rename one", param_hint="MODELS"
            )


def refuse_idle(given: set[str]) -> None:
    """Raise typer.BadParameter (exit 2) for a flag that is about another machine where none is named."""
    for flag in sorted(given & _THERE_ONLY):
        raise typer.BadParameter("is about another machine, and none is named; add --host, or leave it out", param_hint=flag)


def measure_there(there: There, models: list[Path], image: Path | None, options: list[str]) -> dict[str, Any]:
    """Return the report of one other machine, or of several under "hosts"; progress goes to stderr."""
    from rich.console import Console

    from digitedge.bench.remote import measure_remote, measure_several
    from digitedge.errors import RemoteError

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with tempfile.TemporaryDirectory(prefix="digitedge-bench-") as folder:
        job = _job(there, Path(folder))
        job = dataclasses.replace(job, models=_files(models), image=_file(image), options=tuple(options))
        if len(there.hosts) == 1:
            return measure_remote(there.hosts[0], job, console.print)
        result = measure_several(there.hosts, job, console.print)
    if not result["hosts"]:
        raise RemoteError("None of the machines could be measured.", "See above what each of them lacks.")
    return result


def _job(there: There, folder: Path) -> Any:
    from digitedge.bench.remote import RemoteJob
    from digitedge.bench.wheel import build_wheel, digitedge_wheel, index_requirement, is_checkout

    offline = there.wheels is not None
    if there.wheels is not None:
        wheel = digitedge_wheel(there.wheels)
        wheels = tuple(sorted(there.wheels.glob("*.whl")))
        return RemoteJob(wheels, wheel.name, offline, ssh_config=there.ssh_config, keep=there.keep)
    if is_checkout():
        wheel = build_wheel(folder)
        return RemoteJob((wheel,), wheel.name, offline, ssh_config=there.ssh_config, keep=there.keep)
    return RemoteJob((), index_requirement(), offline, ssh_config=there.ssh_config, keep=there.keep)


def _files(files: list[Path]) -> tuple[Path, ...]:
    from digitedge.errors import InputError

    for file in files:
        try:
            file.open("rb").close()
        except OSError as error:
            raise InputError(f"{file}: {error.strerror}.", "Check the name.") from error
    return tuple(files)


def _file(file: Path | None) -> Path | None:
    return None if file is None else _files([file])[0]
