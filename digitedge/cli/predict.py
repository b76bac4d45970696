"""``digitedge predict``: find and read digits in pictures."""

from __future__ import annotations

from pathlib import Path

import typer


def predict(images: list[Path] = typer.Argument(..., help="Pictures.")) -> None:
    """Find and read digits in pictures."""
