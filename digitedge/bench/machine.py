"""The board and the software a latency belongs to, as they go into the report."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from digitedge import __version__, board


def board_facts(root: Path = board.ROOT, run: board.Run = board.run_command) -> dict[str, Any]:
    """Return what the machine is, as JSON; what it does not tell is None or ""."""
    throttling = board.throttling(root, run)
    return {
        "model": board.board_model(root),
        "soc": board.soc(root),
        "machine": platform.machine(),
        "cores": board.cores(root),
        "memory_mb": board.memory_mb(root),
        "governor": board.governor(root),
        "os": board.os_name(root),
        "kernel": board.kernel(root),
        "bits": board.userland_bits(),
        "throttled": None if throttling is None else f"0x{throttling.word:x}",
        "throttled_now": [] if throttling is None else list(throttling.now),
        "throttled_since_boot": [] if throttling is None else list(throttling.since_boot),
    }


def software_facts() -> dict[str, str]:
    """Return the versions that decide about speed, without importing any of the packages."""
    versions = {"digitedge": __version__, "python": platform.python_version(), "platform": sys.platform}
    for package in ("ai-edge-litert", "numpy", "opencv-python", "opencv-python-headless"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
