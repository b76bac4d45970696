"""Where handwriting fonts lie: a folder that scripts/fetch-fonts filled, or one's own."""

from __future__ import annotations

from pathlib import Path

from digitedge.errors import DataError


def font_files(folder: Path) -> tuple[Path, ...]:
    """Return the fonts (.woff) in a folder, sorted. Raises DataError if there is none."""
    files = tuple(sorted(folder.glob("*.woff")))
    if not files:
        found = "holds no font (.woff)" if folder.is_dir() else "is no folder"
        raise DataError(f"{folder}: {found}.", "scripts/fetch-fonts FOLDER brings fonts to FOLDER/learnt and FOLDER/held-out.")
    return files
