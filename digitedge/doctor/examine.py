"""All findings about a machine, in the order in which one would mend them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digitedge.doctor.cameras import cameras
from digitedge.doctor.hardware import hardware
from digitedge.doctor.machine import Finding, Machine
from digitedge.doctor.model import model
from digitedge.doctor.packages import packages

_SIGNS = {"ok": "ok", "note": "--", "warning": "WARN", "missing": "MISSING"}


def examine(machine: Machine, model_path: Path) -> Iterator[Finding]:
    """Give one finding after another, as they are made: the imports take seconds on a small board."""
    yield from hardware(machine)
    yield from packages(machine)
    yield from cameras(machine)
    yield from model(machine, model_path)


def as_text(finding: Finding) -> str:
    """Return a finding as a line, and a second one with its remedy.

    >>> print(as_text(Finding("disk", "warning", "Only 90 MiB are free on the disk.", "sudo apt clean")))
    WARN     disk          Only 90 MiB are free on the disk.
                           → sudo apt clean
    """
    line = f"{_SIGNS[finding.state]:<8} {finding.name:<13} {finding.text}"
    return f"{line}\n{'':<22} → {finding.remedy}" if finding.remedy else line


def as_json(finding: Finding) -> dict[str, str]:
    """Return a finding ready for JSON."""
    return {"name": finding.name, "state": finding.state, "text": finding.text, "remedy": finding.remedy}
