"""Where handwriting fonts lie: a folder that scripts/fetch-fonts filled, or one's own."""

from __future__ import annotations

import string
from pathlib import Path

from PIL import ImageFont

from digitedge.errors import DataError

_SIZE_PX = 40
_IN_NO_FONT = "\ufffe"  # no character: what a font shows for one that it lacks


def font_files(folder: Path) -> tuple[Path, ...]:
    """Return the fonts (.woff) in a folder, sorted. Raises DataError if there is none, or one cannot write the ten digits."""
    files = tuple(sorted(folder.glob("*.woff")))
    if not files:
        found = "holds no font (.woff)" if folder.is_dir() else "is no folder"
        raise DataError(f"{folder}: {found}.", "scripts/fetch-fonts FOLDER brings fonts to FOLDER/learnt and FOLDER/held-out.")
    for file in files:
        if not _writes_digits(file):
            raise DataError(f"{file}: this is no font with the digits 0 to 9.", "Take it out of the folder.")
    return files


def _writes_digits(file: Path) -> bool:
    try:
        face = ImageFont.truetype(file, _SIZE_PX)
        lacking, *digits = (bytes(face.getmask(character)) for character in _IN_NO_FONT + string.digits)
    except OSError:
        return False
    return all(any(digit) and digit != lacking for digit in digits)
