"""Commands and files on another machine, over the system's own ssh and scp with the user's own configuration."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from digitedge.errors import InputError, RemoteError

_CONNECT_S = 15
_SSH_FAILED = 255  # ssh(1), "EXIT STATUS": an error of its own, not the command's
# A dead connection is noticed after a minute; a slow pip on a small board is not mistaken for one.
_OPTIONS = {"ConnectTimeout": str(_CONNECT_S), "ServerAliveInterval": "15", "ServerAliveCountMax": "4"}


class Shell:
    """One machine, for the length of a ``with``: a single connection that all commands share.

    A password or passphrase is asked for at most once, by ssh itself on the terminal.
    """

    def __init__(self, host: str, ssh_config: Path | None = None, ask: bool = True) -> None:
        """Name the machine.

        Args:
            host: What ssh takes: "pi@raspberrypi.local" or a name from its configuration.
            ssh_config: Configuration file to use instead of the user's own.
            ask: Whether ssh may ask on the terminal; several machines at once cannot.

        Raises:
            InputError: ``host`` would be taken for an option.
        """
        if host.startswith("-") or not host.strip():
            raise InputError(f'"{host}" is no machine.', "Give one as ssh takes it: --host pi@raspberrypi.local")
        self.host = host
        self._sockets = tempfile.TemporaryDirectory(prefix="digitedge-ssh-", ignore_cleanup_errors=True)
        options = _OPTIONS | {
            "ControlMaster": "auto",
            "ControlPath": f"{self._sockets.name}/%C",
            "ControlPersist": "60",
            "BatchMode": "no" if ask else "yes",
        }
        self._options = [] if ssh_config is None else ["-F", str(ssh_config)]
        self._options += [part for name, value in options.items() for part in ("-o", f"{name}={value}")]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        subprocess.run(["ssh", *self._options, "-O", "exit", "--", self.host], capture_output=True, check=False)
        self._sockets.cleanup()

    def run(self, command: str, doing: str) -> str:
        """Run a command of the other machine's shell and return its stdout.

        Args:
            command: For /bin/sh; quote names by `quote`.
            doing: What it is for, for the message: "make a folder".

        Raises:
            RemoteError: The machine cannot be reached, or the command fails.
        """
        done = self._call(["ssh", *self._options, "--", self.host, command])
        self._check(done, doing)
        return done.stdout

    def ask(self, command: str) -> tuple[int, str, str]:
        """Run a command whose failure is an answer too; return its exit code, stdout and stderr. Raises RemoteError."""
        done = self._call(["ssh", *self._options, "--", self.host, command])
        if done.returncode == _SSH_FAILED:
            self._check(done, "answer")
        return done.returncode, done.stdout, done.stderr

    def send(self, files: Sequence[Path], folder: str) -> None:
        """Copy files into a folder there. Raises RemoteError."""
        if files:
            sources = [str(file.resolve()) for file in files]  # an absolute name is never taken for host:file
            self._check(self._call(["scp", "-q", *self._options, "--", *sources, f"{self.host}:{folder}/"]), "take the files")

    def _call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        except FileNotFoundError as error:
            raise RemoteError(f"{command[0]} is not installed here.", "Run: sudo apt install openssh-client") from error

    def _check(self, done: subprocess.CompletedProcess[str], doing: str) -> None:
        if done.returncode == 0:
            return
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        detail = lines[-1].strip().rstrip(".") if lines else f"exit code {done.returncode}"
        if done.returncode == _SSH_FAILED and done.args[0] == "ssh":
            raise RemoteError(f"{self.host} cannot be reached: {detail}.", f"Try it alone: ssh {self.host}")
        raise RemoteError(f"{self.host} could not {doing}: {detail}.", remedy_for(done.stderr + done.stdout))


def quote(name: str) -> str:
    """Return a name as the other machine's shell takes it literally."""
    return shlex.quote(name)


def remedy_for(output: str) -> str:
    """Return what helps against a failure whose output is known; "" for others.

    >>> remedy_for("The virtual environment was not created successfully because ensurepip is not available.")
    'Run there: sudo apt install python3-venv'
    """
    known = {
        "ensurepip is not": "Run there: sudo apt install python3-venv",
        "python3: not found": "Run there: sudo apt install python3 python3-venv",
        "libGL": "Run there: sudo apt install libgl1 libglib2.0-0",
        "No matching distribution": "Give wheels for that machine's Python and processor: --wheels DIR",
        "requires a different Python": "It needs Python 3.11 or newer: Raspberry Pi OS Bookworm has it.",
        "No space left": "Make room there, or set TMPDIR there to another disk.",
    }
    return next((remedy for sign, remedy in known.items() if sign in output), "")
