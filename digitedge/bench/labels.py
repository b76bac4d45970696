"""What a report's files are called where it is shown, and which of them an older report holds, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


def file_labels(files: Iterable[str]) -> dict[str, str]:
    """Return for each file its name or, where another has the same, the shortest end of its path that is its own.

    >>> file_labels(["old/net.tflite", "new/net.tflite", "new/tiny.tflite"])
    {'old/net.tflite': 'old/net.tflite', 'new/net.tflite': 'new/net.tflite', 'new/tiny.tflite': 'tiny.tflite'}
    """
    paths = {file: Path(file).parts for file in files}
    return {file: _own_end(path, [other for name, other in paths.items() if name != file]) for file, path in paths.items()}


def case_label(label: str, threads: int) -> str:
    """Return what a file with a number of threads is called: "net.tflite, 2 threads"."""
    return f"{label}, {threads_label(threads)}"


def threads_label(threads: int) -> str:
    """Return "1 thread", "2 threads" and so on."""
    return f"{threads} thread{'s' if threads > 1 else ''}"


def counterparts(files: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Return for files of one report those of another that stand for the same model; folders may have moved meanwhile.

    The counterpart has the same name and, of all that have, the most of the path's end; where two have as much there is none.

    >>> counterparts(["/now/a/net.tflite", "/now/b/net.tflite"], ["then/a/net.tflite"])
    {'/now/a/net.tflite': 'then/a/net.tflite'}
    """
    found = {file: _nearest(file, others) for file in files}
    return {file: other for file, other in found.items() if other is not None and _nearest(other, files) == file}


def _own_end(path: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> str:
    lengths = (length for length in range(1, len(path)) if all(other[-length:] != path[-length:] for other in others))
    return str(Path(*path[-next(lengths, len(path)) :]))


def _nearest(file: str, among: Sequence[str]) -> str | None:
    shared = {other: (_shared_end(Path(file).parts, Path(other).parts), file == other) for other in among}
    most = max(shared.values(), default=(0, False))
    nearest = [other for other, end in shared.items() if end == most]
    return nearest[0] if most[0] and len(nearest) == 1 else None


def _shared_end(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many parts the ends of two paths have in common."""
    ends = [a == b for a, b in zip(reversed(one), reversed(other), strict=False)]
    return ends.index(False) if False in ends else len(ends)
