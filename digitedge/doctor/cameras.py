"""Cameras: there, and readable by this user."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digitedge.board import read_text
from digitedge.doctor.machine import Finding, Machine, State
from digitedge.doctor.packages import is_numpy_clash, mend_clash, probe

_CSI_LINE = re.compile(r"^\s*(\d+) : (\S+)", re.MULTILINE)
_JOIN_VIDEO = "sudo usermod -aG video {user}   then log out and in again"
LIST_PROGRAMS = ("rpicam-hello", "libcamera-hello")


def cameras(machine: Machine) -> Iterator[Finding]:
    """Give the findings about cameras; none at all is a warning, since files and network streams need none."""
    csi = _csi_names(machine) if machine.is_pi else []
    usb = machine.usb_cameras()
    for index, name in csi:
        yield Finding("CSI camera", "ok", f"{name}: --source csi:{index}")
    if machine.is_pi:
        yield _picamera2(machine, needed=bool(csi))
        yield from _permissions(machine)
    for device in usb:
        if device.is_usable:
            yield Finding("USB camera", "ok", f"{device.name}: --source {device.path}")
        else:
            text = f"{device.name} ({device.path}) may not be opened by {machine.user}."
            yield Finding("USB camera", "missing", text, _JOIN_VIDEO.format(user=machine.user))
    if not csi and not usb:
        where = "Plug one in, or check the ribbon cable and: rpicam-hello --list-cameras" if machine.is_pi else "Plug one in"
        text = "No camera is connected; files, folders, network streams and --source demo work."
        yield Finding("camera", "warning", text, f"{where}; then: digitedge camera --list")


def _permissions(machine: Machine) -> Iterator[Finding]:
    """A ribbon camera takes several device nodes; all of them belong to the group video."""
    groups = (machine.run(["id", "-nG"]) or "video").split()
    if machine.user != "root" and "video" not in groups:
        text = f"{machine.user} is not in the group video, to which the board's cameras belong."
        yield Finding("permissions", "missing", text, _JOIN_VIDEO.format(user=machine.user))


def _csi_names(machine: Machine) -> list[tuple[int, str]]:
    for program in LIST_PROGRAMS:
        said = machine.run([program, "--list-cameras"])
        if said is not None:
            return [(int(index), name) for index, name in _CSI_LINE.findall(said)]
    return []


def _picamera2(machine: Machine, needed: bool) -> Finding:
    """Return how picamera2 does; without it rpicam-vid is the second way, so that it is never missing."""
    state: State = "warning" if needed else "note"
    result = probe(machine, "picamera2")
    if not result.error:
        return Finding("picamera2", "ok", machine.packages.get("picamera2", result.version) or "installed")
    if is_numpy_clash(result.error):
        text = "The system's picamera2 was built for another NumPy than this environment's."
        return Finding("picamera2", state, text, mend_clash(machine))
    if not (machine.root / "usr/lib/python3/dist-packages/picamera2").is_dir():
        return Finding("picamera2", state, "picamera2 is not installed.", "sudo apt install python3-picamera2")
    if machine.is_venv and not _sees_system_packages(machine):
        text = "picamera2 is installed, but this environment does not see the system's packages."
        remedy = f"python3 -m venv --system-site-packages {machine.prefix} --upgrade"
        return Finding("picamera2", state, text, remedy)
    text = f"picamera2 cannot be imported ({result.error.splitlines()[0]})."
    return Finding("picamera2", state, text, "sudo apt install --reinstall python3-picamera2 python3-libcamera")


def _sees_system_packages(machine: Machine) -> bool:
    settings = read_text(machine.prefix / "pyvenv.cfg")
    return bool(re.search(r"^include-system-site-packages\s*=\s*true", settings, re.MULTILINE | re.IGNORECASE))
