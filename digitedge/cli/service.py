"""``digitedge service``: the camera as a systemd service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitedge.camera.service import Outcome
    from digitedge.camera.unit import Service

app = typer.Typer(help="Run the camera as a systemd service: started at boot, watched, restarted.", no_args_is_help=True)

_SYSTEM = typer.Option(False, "--system/--user", help="A service of the machine (needs root) or of you.")
_NAME = typer.Option("digitedge", "--name", help="Name of the service.")


@app.command()
def install(
    arguments: list[str] | None = typer.Argument(None, help="What `digitedge camera` gets, after --.", metavar="-- ARGUMENTS"),
    system: bool = _SYSTEM,
    name: str = _NAME,
    writable: list[Path] | None = typer.Option(None, "--writable", help="A folder it may write recordings to (--system)."),
    log: bool = typer.Option(False, "--log", help="Keep the readings in the journal, on the memory card."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only print the unit."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    force: bool = typer.Option(False, "--force", help="Replace another unit of this name."),
) -> None:
    """Print the unit, then write it, enable it and start it.

    Example: digitedge service install -- --source csi --serve 8080
    """
    import sys

    from digitedge.camera import service, unit

    wanted = _service(arguments or [], system, name, tuple(writable or ()), log)
    path = unit.unit_path(name, system, Path.home())
    text = unit.unit_text(wanted)
    print(text, end="")
    if dry_run:
        service.verify(text, name, system, _run)
        return
    if not yes:
        _ask(path)
    service.install(wanted, path, _run, force=force)
    print(f"Installed {path} and started {name}. See: digitedge service status", file=sys.stderr)
    if not system:
        from digitedge.board import user_name

        print(f"To start it without a login: sudo loginctl enable-linger {user_name()}", file=sys.stderr)


@app.command()
def status(system: bool = _SYSTEM, name: str = _NAME) -> None:
    """Print systemd's account of the service; exit 1 if it does not run."""
    from digitedge.camera import service, unit

    is_running, account = service.status(name, system, unit.unit_path(name, system, Path.home()), _run)
    print(account, end="")
    if not is_running:
        raise typer.Exit(1)


@app.command()
def remove(system: bool = _SYSTEM, name: str = _NAME) -> None:
    """Stop the service and remove its unit."""
    import sys

    from digitedge.camera import service, unit

    path = unit.unit_path(name, system, Path.home())
    service.remove(name, system, path, _run)
    print(f"Stopped {name} and removed {path}.", file=sys.stderr)


def _service(arguments: list[str], system: bool, name: str, writable: tuple[Path, ...], log: bool) -> Service:
    import os
    import sys

    from digitedge.board import user_name
    from digitedge.camera.unit import Service, camera_groups, refuse_unfit

    refuse_unfit(arguments, name)
    script = Path(sys.executable).with_name("digitedge")
    program = (str(script),) if script.exists() else (sys.executable, "-m", "digitedge")
    waiting = () if "--wait" in arguments else ("--wait",)  # at boot the camera may come later than we do
    return Service(
        command=(*program, "camera", *waiting, *arguments),
        is_system=system,
        user=os.environ.get("SUDO_USER") or user_name(),
        groups=camera_groups(),
        folder=Path.cwd(),
        writable=tuple(folder.absolute() for folder in writable),
        keeps_readings=log,
        name=name,
    )


def _ask(path: Path) -> None:
    import sys

    from digitedge.errors import OutputError

    if not sys.stdin.isatty():
        raise OutputError(f"{path} is not written without being asked for.", "Add --yes.")
    typer.confirm(f"Write this to {path} and start it?", abort=True, err=True)


def _run(command: Sequence[str]) -> Outcome:
    import subprocess

    from digitedge.camera.service import Outcome
    from digitedge.errors import OutputError

    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except FileNotFoundError as error:
        raise OutputError(f"{command[0]} is not installed here.", "This needs a Linux with systemd.") from error
    return Outcome(done.returncode, done.stdout)
