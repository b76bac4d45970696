"""Runs the benchmark on other machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from digitedge.errors import InputError


def measure_there(
    host: list[str],
    hosts: Path | None,
    models: list[Path],
    image: Path | None,
    wheels: Path | None,
    ssh_config: Path | None,
    keep: bool,
    options: list[str],
) -> dict[str, Any]:
    """Return the report of one other machine, or of several under "hosts"."""
    raise InputError("This is not there yet.", "")
