"""The benchmark on another machine: a private folder there, an environment in it, the runs, the report back, nothing left.

here                                   there
─────                                  ──────
wheel (built or given), models  ──▶    /tmp/digitedge-bench-XXXXXXXX/   rights 700
                                         files/  what was sent
                                         venv/   python3 -m venv, pip install
                                       doctor, inspect --verify, bench
report                          ◀──    JSON
                                       rm -rf (unless it is kept)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge.bench.shell import Shell, quote
from digitedge.errors import DigitEdgeError, InputError, RemoteError

Tell = Callable[[str], None]
"""Takes a sentence about what is going on."""

_FOLDER = re.compile(r"/\S*/digitedge-bench-\w+")


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """What another machine is to do.

    Attributes:
        wheels: Files to install from; with ``offline`` they must hold everything.
        requirement: What pip installs: the name of one of ``wheels``, or "digitedge==1.2.3".
        offline: Install without the package index.
        models: .tflite files to send and time; none means the shipped one.
        image: Picture to send and time, or None.
        options: Further words for ``digitedge bench``.
        ssh_config: Configuration file for ssh, or None for the user's own.
        keep: Leave the folder there.
    """

    wheels: tuple[Path, ...]
    requirement: str
    offline: bool
    models: tuple[Path, ...] = ()
    image: Path | None = None
    options: tuple[str, ...] = ()
    ssh_config: Path | None = None
    keep: bool = False


def measure_remote(host: str, job: RemoteJob, tell: Tell, ask: bool = True) -> dict[str, Any]:
    """Run the benchmark on another machine and return its report, with "host", "doctor" and "verify" beside it.

    Raises:
        InputError: ``host`` is no machine.
        RemoteError: It cannot be reached, or a step fails there; the folder is removed all the same.
    """
    with Shell(host, job.ssh_config, ask) as shell:
        said = shell.run('umask 077; mktemp -d "${TMPDIR:-/tmp}/digitedge-bench-XXXXXXXX"', "make a folder").split()
        folder = said[-1] if said else ""
        if not _FOLDER.fullmatch(folder):  # it is going to be removed: be sure that it is ours
            raise RemoteError(
                f'{host} answers "{folder}" instead of the name of a new folder.', "See what its shell prints at start."
            )
        try:
            return {"host": host, **_measure(shell, folder, job, tell)}
        finally:
            if job.keep:
                tell(f"{host}: kept in {folder}")
            else:
                shell.run(f"rm -rf -- {quote(folder)}", "remove the folder")


def measure_several(hosts: Sequence[str], job: RemoteJob, tell: Tell) -> dict[str, Any]:
    """Run the benchmark on several machines at once; return their reports under "hosts" and failures under "failed"."""

    def one(host: str) -> dict[str, Any] | DigitEdgeError:
        try:
            return measure_remote(host, job, tell, ask=False)
        except DigitEdgeError as error:
            tell(str(error))
            return error

    with ThreadPoolExecutor(len(hosts)) as pool:
        results = dict(zip(hosts, pool.map(one, hosts), strict=True))
    return {
        "hosts": {host: result for host, result in results.items() if isinstance(result, dict)},
        "failed": {host: str(result) for host, result in results.items() if isinstance(result, DigitEdgeError)},
    }


def read_hosts(path: Path) -> list[str]:
    """Return the machines of a file: one a line, empty lines and what follows # ignored. Raises InputError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read.", "Give a text file with one user@machine a line.") from error
    hosts = [name for line in lines if (name := line.partition("#")[0].strip())]
    if not hosts:
        raise InputError(f"{path}: names no machine.", "Write one user@machine a line.")
    return list(dict.fromkeys(hosts))


def _measure(shell: Shell, folder: str, job: RemoteJob, tell: Tell) -> dict[str, Any]:
    tell(f"{shell.host}: sending files")
    files = f"{folder}/files"
    shell.run(f"mkdir {quote(files)}", "make a folder")
    shell.send([*job.wheels, *job.models, *([job.image] if job.image else [])], files)
    tell(f"{shell.host}: installing")
    _install(shell, folder, job)
    program = f"cd {quote(folder)} && {quote(f'{folder}/venv/bin/digitedge')}"
    models = [quote(f"files/{model.name}") for model in job.models]
    tell(f"{shell.host}: doctor and verify")
    doctor = _answer(shell, f"{program} doctor --json")
    verify = [_answer(shell, f"{program} inspect {model} --verify --json") for model in models or [""]]
    tell(f"{shell.host}: measuring")
    image = f"--image {quote(f'files/{job.image.name}')}" if job.image else ""
    options = " ".join(quote(option) for option in job.options)
    report = _json_of(shell.run(f"{program} bench {' '.join(models)} {image} {options} --json", "run the benchmark"))
    if not isinstance(report, dict):
        raise RemoteError(f"{shell.host} sent no report back.", "Run it there: digitedge bench --json")
    return {**report, "doctor": doctor, "verify": verify}


def _install(shell: Shell, folder: str, job: RemoteJob) -> None:
    venv = quote(f"{folder}/venv")
    shell.run(f"python3 -m venv {venv}", "make a Python environment")
    source = f"--find-links {quote(f'{folder}/files')}" + (" --no-index" if job.offline else "")
    wanted = quote(f"{folder}/files/{job.requirement}" if job.requirement.endswith(".whl") else job.requirement)
    shell.run(f"{venv}/bin/python -m pip install -q --disable-pip-version-check {source} {wanted}", "install digitedge")


def _answer(shell: Shell, command: str) -> dict[str, Any]:
    """Return what a command says, whether it succeeds or fails: its exit code, and its JSON or its last line."""
    code, out, err = shell.ask(command)
    lines = err.strip().splitlines()
    return {"exit_code": code, "result": _json_of(out), "said": lines[-1] if code and lines else ""}


def _json_of(text: str) -> Any:
    """Return the last line that is JSON: a login shell may print lines of its own. None without one."""
    for line in reversed(text.splitlines()):
        try:
            return json.loads(line)
        except ValueError:
            continue
    return None
