"""Many picture files, read on all cores, answered in their order."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2

from digitedge.errors import DigitEdgeError
from digitedge.reading.annotate import annotate
from digitedge.reading.explain import write_explanation
from digitedge.reading.page import Page
from digitedge.reading.picture import load_picture, save_picture
from digitedge.reading.reader import Reader, ReaderSettings
from digitedge.runtime.classifier import Classifier

_FEW = 3  # pictures: fewer are read sooner here than by helpers that must start first


@dataclass(frozen=True, slots=True)
class Task:
    """How pictures are read.

    Attributes:
        model: A .tflite file.
        settings: The reader's.
        save: Folder for annotated copies, or None.
        explain: Folder for every stage, a sub-folder a picture, or None.
    """

    model: Path
    settings: ReaderSettings
    save: Path | None = None
    explain: Path | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one file gave: a page, or the error that a page could not be made of it."""

    image: Path
    page: Page | None
    error: DigitEdgeError | None


def read_album(images: Sequence[Path], task: Task, workers: int | None = None) -> Iterator[Answer]:
    """Yield an answer a file, in the files' order.

    Args:
        images: Picture files.
        task: How to read them.
        workers: Processes; None is one a core for more than a few pictures.

    Raises:
        InputError, ModelError: The model cannot be used.
    """
    names = _distinct_names(images)
    count = min(workers or os.cpu_count() or 1, len(images))
    if count == 1 or (workers is None and len(images) <= _FEW):
        reader = Reader(Classifier(task.model), task.settings)
        yield from (_answer(reader, task, image, name) for image, name in zip(images, names, strict=True))
        return
    Classifier(task.model)  # a model that does not fit is told once, here
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (task,)) as pool:
        yield from pool.map(_answer_here, images, names, chunksize=max(1, min(8, len(images) // (4 * count))))


def _distinct_names(images: Sequence[Path]) -> list[str]:
    """Return a name a file for what is written about it: its stem, with a number where two are alike."""
    seen: dict[str, int] = {}
    names = []
    for image in images:
        seen[image.stem] = seen.get(image.stem, 0) + 1
        names.append(image.stem if seen[image.stem] == 1 else f"{image.stem}-{seen[image.stem]}")
    return names


def _answer(reader: Reader, task: Task, image: Path, name: str) -> Answer:
    try:
        picture = load_picture(image)
        trace = reader.trace(picture.gray)
        if task.save is not None:
            save_picture(task.save / f"{name}.png", annotate(picture.bgr, trace.page))
        if task.explain is not None:
            write_explanation(task.explain / name, trace)
    except DigitEdgeError as error:
        return Answer(image, None, error)
    return Answer(image, trace.page, None)


_WORKER: list[tuple[Reader, Task]] = []  # one a process


def _start(task: Task) -> None:
    cv2.setNumThreads(1)
    _WORKER[:] = [(Reader(Classifier(task.model), task.settings), task)]


def _answer_here(image: Path, name: str) -> Answer:
    return _answer(*_WORKER[0], image, name)
