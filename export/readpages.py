"""Drawn pages as a reader sees them before it decides, many at a time: what its context and its glimpses are fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.export.cutting import label_candidates
from digitedge.reading.candidates import Candidate
from digitedge.reading.ink import InkLayer, ink_layers
from digitedge.reading.picture import picture_from_bgr
from digitedge.reading.reader import Reader
from digitedge.reading.surroundings import Evidence, evidence
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.pages import draw_page
from digitedge.scenes.truth import Scene

_USUAL_PAGE = 80  # candidates; one with four times as many weighs twice as much

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A drawn page with at least one candidate.

    Attributes:
        seed: Of the page.
        layers: Its ink.
        candidates: What may be a digit, N of them.
        known: What is known of them.
        truth: int64 [N], see `digitedge.export.cutting.CutPage`.
        weight: Of each candidate, so that crowded pages do not outweigh the others.
    """

    seed: int
    layers: list[InkLayer]
    candidates: list[Candidate]
    known: Evidence
    truth: NDArray[np.int64]
    weight: float


def each_page(
    take: Callable[[Reader, int, Scene], T],
    seeds: Sequence[int],
    model: Path,
    hands: BorrowedHands | None,
    workers: int = 2,
    fifth: str = "single",
) -> Iterator[T]:
    """Yield what ``take`` makes of a reader, the seed and each page drawn with ``seeds``; see `read_pages`.

    Every fifth page is of the kind ``fifth`` (see `digitedge.scenes.pages.draw_page`).
    """
    # Spawned: who fits a model has TensorFlow running, and its threads do not survive a fork.
    with ProcessPoolExecutor(workers, get_context("spawn"), _load, (model,)) as pool:
        yield from pool.map(partial(_of_drawn, take=take, hands=hands, fifth=fifth), seeds, chunksize=8)


def read_pages(
    take: Callable[[Reader, ReadPage], T], seeds: Sequence[int], model: Path, hands: BorrowedHands | None, workers: int = 2
) -> Iterator[T | None]:
    """Yield what ``take`` makes of each page drawn with ``seeds`` and read with ``model``; None where nothing was found.

    Args:
        take: A function of a module, called in other processes.
        seeds: One a page; every fifth page shows one large digit: what a beginner holds up first, and among random pages
            next to nothing.
        model: A .tflite file.
        hands: Scanned digits written on half of the pages, or None for drawn hands alone.
        workers: Processes.
    """
    return each_page(partial(_of_candidates, take=take), seeds, model, hands, workers)


_READERS: list[Reader] = []  # one a worker process


def _load(model: Path) -> None:
    cv2.setNumThreads(1)
    _READERS[:] = [Reader(Classifier(model))]


def _of_drawn(seed: int, take: Callable[[Reader, int, Scene], T], hands: BorrowedHands | None, fifth: str) -> T:
    return take(_READERS[0], seed, draw_page(seed, hands, kind=None if seed % 5 else fifth))


def _of_candidates(reader: Reader, seed: int, scene: Scene, take: Callable[[Reader, ReadPage], T]) -> T | None:
    layers = list(ink_layers(picture_from_bgr(scene.image_bgr).gray))
    candidates, probabilities = reader.candidates(layers)
    if not candidates:
        return None
    known = evidence(candidates, probabilities, reader.classifier.digits)
    truth = label_candidates(candidates, scene)[1]
    return take(reader, ReadPage(seed, layers, candidates, known, truth, (_USUAL_PAGE / len(candidates)) ** 0.5))
