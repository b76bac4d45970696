"""The wheel that another machine installs: one that is given, one built from this checkout, or the index's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from digitedge import __version__
from digitedge.errors import InputError

_PARTS = ("digitedge", "export", "camera", "models", "pyproject.toml", "README.md", "LICENSE")
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


def digitedge_wheel(folder: Path) -> Path:
    """Return the newest digitedge wheel of a folder. Raises InputError if there is none."""
    found = sorted(folder.glob("digitedge-*.whl"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise InputError(f"{folder}: holds no digitedge wheel.", f"Build one there: pip wheel --no-deps -w {folder} .")
    return found[-1]


def is_checkout(root: Path = _PACKAGE_ROOT) -> bool:
    """Tell whether this digitedge runs from its source tree."""
    return all((root / part).exists() for part in _PARTS)


def build_wheel(target: Path, root: Path = _PACKAGE_ROOT) -> Path:
    """Build a wheel of a source tree into the folder ``target``, outside the tree so that it stays clean.

    Raises:
        InputError: It cannot be built, or setuptools is not installed.
    """
    copy = target / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", "build")
    for part in _PARTS:
        if (root / part).is_dir():
            shutil.copytree(root / part, copy / part, symlinks=True, ignore=ignored)
        else:
            copy.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / part, copy / part)
    call = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", call, str(target.resolve())], cwd=copy, capture_output=True, text=True, check=False
    )
    shutil.rmtree(copy)
    if "No module named 'setuptools'" in done.stderr:
        raise InputError("Building a wheel needs setuptools.", "Run: pip install setuptools (or give one: --wheels DIR)")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise InputError(f"{root}: no wheel can be built ({lines[-1]}).", "Give one: --wheels DIR")
    return digitedge_wheel(target)


def index_requirement() -> str:
    """Return what pip is to install when there is neither a wheel nor a checkout."""
    return f"digitedge=={__version__}"
