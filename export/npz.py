"""Arrays of our own making in .npz files."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import DataError
from digitedge.files import replacing


def read_arrays(path: Path, names: tuple[str, ...], remedy: str) -> list[NDArray[Any]]:
    """Return the arrays of those names. Raises DataError with the remedy where the file does not hold them or is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            return [content[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, IndexError, TypeError) as error:
        raise DataError(f"{path}: no file with {' and '.join(names)} ({error}).", remedy) from error


def write_arrays(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays by their names, compressed; the file is there whole or not at all."""
    with replacing(path) as unfinished, unfinished.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # no array is named allow_pickle
