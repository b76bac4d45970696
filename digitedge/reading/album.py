"""Many picture files, read on all cores, answered in their order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2

from digitedge.errors import DigitEdgeError, InputError, OutputError
from digitedge.reading.annotate import annotate
from digitedge.reading.explain import write_explanation
from digitedge.reading.page import Box, Page
from digitedge.reading.picture import load_picture, save_picture
from digitedge.reading.reader import Reader, ReaderSettings, is_outside
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
        InputError, ModelError: The model cannot be used, or a helper process was ended from outside.
        OutputError: An annotated copy would replace one of the pictures, or another file in a folder of theirs, or stages would
            be written beside them.
    """
    names = _distinct_names(images)
    if task.save is not None:
        _refuse_own(images, [task.save / f"{name}.png" for name in names])
    if task.explain is not None:
        _refuse_beside(images, [task.explain / name for name in names])
    count = max(1, min(workers or os.cpu_count() or 1, len(images)))
    if count == 1 or (workers is None and len(images) <= _FEW):
        reader = Reader(Classifier(task.model), task.settings)
        yield from (_answer(reader, task, image, name) for image, name in zip(images, names, strict=True))
        return
    Reader(Classifier(task.model))  # a model that does not fit is told once, here
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (task,)) as pool:
        with _interrupts_held():  # the helpers inherit it: Ctrl-C is answered here, once what they have begun is whole
            answers = pool.map(_answer_here, images, names)
        try:
            yield from answers
        except BrokenProcessPool as error:
            raise InputError(
                "A helper process was ended before its picture was read; most often memory has run out.",
                "Give smaller pictures, or one at a time.",
            ) from error


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the end of the block; processes started inside never see it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _distinct_names(images: Sequence[Path]) -> list[str]:
    """Return a name a file for what is written about it: its stem, with a number where two are alike."""
    count: dict[str, int] = {}
    names: dict[str, None] = {}
    for image in images:
        name = image.stem
        while name in names:
            count[image.stem] = count.get(image.stem, 1) + 1
            name = f"{image.stem}-{count[image.stem]}"
        names[name] = None
    return list(names)


def _refuse_own(images: Sequence[Path], copies: Sequence[Path]) -> None:
    """Raise OutputError where a copy would take the place of one of the pictures, or of another file beside them."""
    own = {_identity(image) for image in images} - {None}
    folders = {_identity(image.parent) for image in images} - {None}
    for copy in copies:
        if _identity(copy) in own:
            raise OutputError(f"{copy} is one of the pictures to read.", "Give another folder for the copies.")
        if _identity(copy.parent) in folders and os.path.lexists(copy):
            raise OutputError(f"{copy} exists already, beside the pictures to read.", "Give another folder for the copies.")


def _refuse_beside(images: Sequence[Path], folders: Sequence[Path]) -> None:
    """Raise OutputError where stages would be written to a folder of one of the pictures, whose name a stage may have."""
    own = {_identity(folder) for image in images for folder in (image.parent, Path(os.path.realpath(image)).parent)} - {None}
    for folder in folders:
        if _identity(folder) in own:
            raise OutputError(f"{folder} holds pictures to read.", "Give --explain another folder.")


def _refuse_outside(image: Path, roi_xywh: Box | None, size_wh: tuple[int, int]) -> None:
    """Raise InputError where no pixel of the region lies in the picture; of one that is partly outside the rest is read."""
    if roi_xywh is not None and is_outside(roi_xywh, size_wh):
        x, y, w, h = roi_xywh
        raise InputError(
            f"{image}: the region {x},{y},{w},{h} lies outside the picture of {size_wh[0]}x{size_wh[1]} pixels.",
            "Give --roi x,y,w,h within it.",
        )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from all others, None where there is none or it may not be looked at."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None  # opening it says why
    return found.st_dev, found.st_ino


def _answer(reader: Reader, task: Task, image: Path, name: str) -> Answer:
    try:
        picture = load_picture(image)
        _refuse_outside(image, task.settings.roi_xywh, (picture.gray.shape[1], picture.gray.shape[0]))
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
