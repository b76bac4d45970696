"""Files that are either old and whole or new and whole, never half-written."""

from __future__ import annotations

import hashlib
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from digitedge.errors import OutputError

_MARK = ".digitedge-"  # before the names of unfinished files, so that a later run knows them as its own
_MOST_SUFFIX = 16  # letters; a file system takes 255 bytes


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_overwrite(path: Path, force: bool, flag: str = "--out") -> None:
    """Raise OutputError if ``path``, which was given by ``flag``, exists and ``force`` is not set."""
    if os.path.exists(path) and not force:  # noqa: PTH110 - Path.exists raises where a folder may not be entered
        raise OutputError(f"{path} exists already.", f"Add --force to replace it, or give another {flag}.")


def check_target(path: Path, force: bool, flag: str = "--out") -> None:
    """Find out before long work what would keep its result from being written to ``path``, which was given by ``flag``.

    Raises:
        OutputError: It exists and ``force`` is not set, it is a folder, or its folder is missing or may not be written to.
    """
    if os.path.isdir(path):  # noqa: PTH112 - as above
        raise OutputError(f"{path} is a folder.", f"Give {flag} a file.")
    refuse_overwrite(path, force, flag)
    if not os.path.isdir(path.parent):  # noqa: PTH112
        raise OutputError(f"{path} cannot be written: {path.parent} is no folder.", f"Make it, or give another {flag}.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputError(
            f"{path} cannot be written: {path.parent} is read-only.", f"Check its rights, or give another {flag}."
        )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a fresh name beside ``path``; on success it takes the place of ``path`` in one step, on failure it is removed.

    Remains of runs that were killed earlier (same target, their process gone) are cleared first.

    Raises:
        OutputError: The folder is missing or read-only, or the disk is full.
    """
    own = f"{os.getpid()}-{secrets.token_hex(4)}{path.suffix[-_MOST_SUFFIX:]}"
    unfinished = path.parent / f"{_unfinished_prefix(path)}{own}"
    try:
        _clear_remains(path)
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.", "Check the folder, its rights and the free space."
        ) from error
    finally:
        with suppress(OSError):  # where nothing could be made, nothing is left
            unfinished.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that a reader sees the old file or the new one. Raises OutputError."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 to ``path``, like `write_bytes`."""
    write_bytes(path, content.encode())


def _unfinished_prefix(path: Path) -> str:
    """Return how the names of unfinished files for a target begin: short, however long its own name is.

    >>> _unfinished_prefix(Path("runs/a.txt"))
    '.digitedge-c1ebf7ba-'
    """
    return f"{_MARK}{zlib.crc32(os.fsencode(path.name)):08x}-"


def _clear_remains(path: Path) -> None:
    if not os.path.isdir(path.parent):  # noqa: PTH112 - as above
        return
    prefix = _unfinished_prefix(path)
    for name in _remains_in(path.parent):
        owner = name.removeprefix(prefix).split("-")[0]
        if name.startswith(prefix) and not Path(f"/proc/{owner}").exists():
            (path.parent / name).unlink(missing_ok=True)


@lru_cache
def _remains_in(folder: Path) -> tuple[str, ...]:
    """Return the names of unfinished files that were in a folder when this process first wrote there.

    Looked for once: to list 20,000 crops takes 18 ms, as long as writing many more.
    """
    return tuple(path.name for path in folder.iterdir() if path.name.startswith(_MARK))
