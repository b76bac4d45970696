"""Runs the benchmark on other machines."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class There:
    """Where and with what.

    Attributes:
        hosts: Machines as ssh takes them.
        hosts_file: File with more of them, or None.
        wheels: Folder of wheels to install from, or None for the index.
        ssh_config: Configuration for ssh, or None for the user's own.
        keep: Leave the folders there.
    """

    hosts: list[str]
    hosts_file: Path | None
    wheels: Path | None
    ssh_config: Path | None
    keep: bool


def measure_there(there: There, models: list[Path], image: Path | None, options: list[str]) -> dict[str, Any]:
    """Return the report of one other machine, or of several under "hosts"; progress goes to stderr."""
    from rich.console import Console

    from digitedge.bench.remote import measure_remote, measure_several, read_hosts
    from digitedge.errors import RemoteError

    hosts = [*there.hosts, *(read_hosts(there.hosts_file) if there.hosts_file else [])]
    console = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="digitedge-bench-") as folder:
        job = _job(there, Path(folder))
        job = dataclasses.replace(job, models=_files(models), image=_file(image), options=tuple(options))
        if len(hosts) == 1:
            return measure_remote(hosts[0], job, console.print)
        result = measure_several(hosts, job, console.print)
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
