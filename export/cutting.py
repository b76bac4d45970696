"""What the reader cuts out of drawn pages, with its truth: to train the classifier and to fit the context."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from digitedge.data import load
from digitedge.export.fontfiles import font_files
from digitedge.export.npz import write_arrays
from digitedge.patch import to_inputs
from digitedge.reading.candidates import Candidate
from digitedge.reading.picture import picture_from_bgr
from digitedge.reading.reader import candidates_of
from digitedge.scenes import seeds
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.pages import draw_page
from digitedge.scenes.seeds import Purpose
from digitedge.scenes.truth import Scene

REJECT = 10
UNCLEAR = -1

_SAME = 0.5  # intersection over union with a true digit, past which a candidate is that digit
_TOUCHES = 0.15  # below it a candidate is no part of any digit
_COVERED = 0.75  # of a digit's box: a candidate holds that much of it
_BAR = 0.3  # width over height of a bar, a "1" or the side of a frame
_UNSURE = ("ambiguous", "shape")
_PER_PAGE = 60  # patches kept of one page, so that no single page of text outweighs the others


@dataclass(frozen=True, slots=True)
class CutPage:
    """A drawn page as the reader sees it.

    Attributes:
        candidates: All of them.
        labels: int64 [N]: 0..9 a digit's own ink, 10 no digit, −1 unclear (part of one; a letter, circle or bar like one).
        truth: int64 [N]: 0..9 where the candidate stands for a true digit, else 10; letters like digits are 10 here.
    """

    candidates: list[Candidate]
    labels: NDArray[np.int64]
    truth: NDArray[np.int64]


def cut_page(seed: int, hands: BorrowedHands | None = None, kind: str | None = None) -> CutPage:
    """Return what the reader cuts out of the page drawn with ``seed``, of a kind or a random one if None."""
    scene = draw_page(seed, hands, kind=kind)
    candidates = candidates_of(picture_from_bgr(scene.image_bgr).gray)
    return CutPage(candidates, *label_candidates(candidates, scene))


def label_candidates(candidates: list[Candidate], scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (labels, truth) of the candidates, see `CutPage`."""
    boxes = np.array([candidate.box_xywh for candidate in candidates], np.float64).reshape(-1, 4)
    digits = np.array([digit.box_xywh for digit in scene.digits], np.float64).reshape(-1, 4)
    names = np.array([digit.digit for digit in scene.digits], np.int64)
    labels = np.full(len(boxes), REJECT, np.int64)
    if len(digits) and len(boxes):
        shared, union = _shared_and_union(boxes, digits)
        overlap = shared / union
        covered = shared / (digits[:, 2] * digits[:, 3])
        inside = shared / (boxes[:, 2] * boxes[:, 3])[:, None]
        nearest = overlap.argmax(axis=1)
        best = overlap.max(axis=1)
        is_digit = best >= _SAME
        touches = (best >= _TOUCHES) | (inside.max(axis=1) > 0.5)
        holds_two = (covered >= _COVERED).sum(axis=1) >= 2
        labels[touches] = UNCLEAR
        labels[is_digit] = names[nearest[is_digit]]
        labels[holds_two] = REJECT
    truth = np.where((labels >= 0) & (labels < REJECT), labels, REJECT)
    # What only its surroundings can tell from a digit teaches the classifier nothing: bars, circles, letters like digits.
    labels[(labels == REJECT) & (boxes[:, 2] < _BAR * boxes[:, 3])] = UNCLEAR
    unsure = np.array([other.box_xywh for other in scene.others if other.kind in _UNSURE], np.float64).reshape(-1, 4)
    if len(unsure) and len(boxes):
        shared, union = _shared_and_union(boxes, unsure)
        labels[(labels == REJECT) & ((shared / union).max(axis=1) > 0.3)] = UNCLEAR
    return labels, truth


def cut_fields(seed: int, hands: BorrowedHands | None = None) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return (fields uint8 [N, 28, 28], labels 0..10) of one page, at most `_PER_PAGE` of them, the unclear left out."""
    page = cut_page(seed, hands)
    clear = np.flatnonzero(page.labels != UNCLEAR)
    if len(clear) > _PER_PAGE:
        clear = np.random.default_rng(seed).permutation(clear)[:_PER_PAGE]
    return to_inputs([page.candidates[index].patch for index in clear]), page.labels[clear]


def page_seeds(count: int, seed: int) -> range:
    """Return the seeds of the pages a training run with ``seed`` learns from."""
    return seeds.page_seeds(Purpose.TRAINING, count, seed)


def borrowed_hands(fonts: Path | None = None, split: str = "train") -> BorrowedHands:
    """Return the hands of a split of MNIST and of the fonts (.woff) in a folder.

    Raises:
        DataError: MNIST is not to be had, or the folder holds no font.
    """
    files = font_files(fonts) if fonts is not None else ()
    data = load("mnist", split)
    return BorrowedHands(np.asarray(data.images), data.labels, files)


def write_cuttings(pages: Sequence[int], target: Path, hands: BorrowedHands | None, console: Console, workers: int = 2) -> None:
    """Cut the pages drawn with the seeds ``pages`` in several processes; write ``fields`` and ``labels`` to an .npz file.

    Args:
        pages: One seed a page.
        target: The file; written whole or not at all.
        hands: Scanned digits written on half of the pages, or None for drawn hands alone.
        console: For progress.
        workers: Processes.
    """
    parts = []
    with ProcessPoolExecutor(workers, get_context("spawn"), _one_thread) as pool, Progress(console=console) as progress:
        task = progress.add_task("cutting drawn pages", total=len(pages))
        for part in pool.map(partial(cut_fields, hands=hands), pages, chunksize=8):
            parts.append(part)
            progress.advance(task)
    write_arrays(target, fields=np.concatenate([f for f, _ in parts]), labels=np.concatenate([n for _, n in parts]))


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _shared_and_union(
    boxes: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the areas of intersection and union of each pair of boxes, [N, M] each."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, :2] + boxes[:, None, 2:], others[None, :, :2] + others[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = (boxes[:, 2] * boxes[:, 3])[:, None] + (others[:, 2] * others[:, 3])[None, :]
    return shared, areas - shared
