"""The pictures a recipe is trained on, validated with and finally tested with."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitedge.data import Dataset, load
from digitedge.data.dataset import first_of_each
from digitedge.export.fontfiles import font_files
from digitedge.export.metrics import DIGITS
from digitedge.export.runs import CUTTINGS
from digitedge.models.recipes import Recipe, Settings
from digitedge.patch import Geometry, to_inputs


@dataclass(frozen=True, slots=True)
class Fields:
    """A split on the one path.

    Attributes:
        fields: uint8 [N, side, side], what `to_input` gives.
        labels: int64 [N].
        data: Where they came from.
    """

    fields: NDArray[np.uint8]
    labels: NDArray[np.int64]
    data: Dataset


@dataclass(frozen=True, slots=True)
class Splits:
    """What a recipe is trained on, validated with after each epoch and tested with in the end."""

    training: Fields
    validation: Fields
    test: Fields


def load_fields(source: str, split: str, geometry: Geometry) -> Fields:
    """Return a split of a data source (see `digitedge.data.load`) laid into fields."""
    return _laid(load(source, split), geometry)


def load_splits(recipe: Recipe, source: str) -> Splits:
    """Return the three splits of a data source; what "auto" stands for is decided once for all three."""
    source = preferred_source(recipe, source)
    training = training_fields(recipe, source)
    if source == "auto":
        source = training.data.name
    return Splits(training, load_fields(source, "validation", recipe.geometry), load_fields(source, "test", recipe.geometry))


def training_fields(recipe: Recipe, source: str) -> Fields:
    """Return what a recipe is trained on: the training split, or its first few of each digit where the recipe says so."""
    data = load(source, "train")
    return _laid(first_of_each(data, recipe.per_class) if recipe.per_class else data, recipe.geometry)


def preferred_source(recipe: Recipe, source: str) -> str:
    """Return "auto" replaced by the recipe's own data where $DIGITEDGE_DATA holds it; any other source unchanged."""
    root = os.environ.get("DIGITEDGE_DATA")
    if source != "auto" or not root:
        return source
    for name in recipe.preferred_data:
        if (Path(root) / name).is_file():
            return str(Path(root)) if name == "X.npy" else str(Path(root) / name)
    return source


def with_drawn(training: Fields, settings: Settings, seed: int, folder: Path, console: Console) -> Fields:
    """Return the training pictures with what the settings ask for beside: hands, fonts, non-digits (label 10), pages, patches.

    What the reader cuts from drawn pages takes minutes; it is kept in the run's ``folder`` for a resumed run.
    """
    if not (settings.hands or settings.nondigits or settings.pages or settings.extra or settings.fonts):
        return training
    from digitedge.export.mixture import drawn_fields, font_fields, read_extra

    parts = [(training.fields, training.labels), drawn_fields(settings.hands, settings.nondigits, seed)]
    fonts = font_files(Path(settings.fonts)) if settings.fonts else ()
    if fonts:
        parts.append(font_fields(settings.font_digits, seed, fonts))
    if settings.pages:
        cuttings = folder / CUTTINGS
        if not cuttings.exists():
            from digitedge.export.cutting import page_seeds, write_cuttings
            from digitedge.scenes.borrowed import BorrowedHands

            hands = BorrowedHands(training.fields, training.labels, fonts)
            write_cuttings(page_seeds(settings.pages, seed), cuttings, hands, console)
        parts.append(read_extra(cuttings))
    if settings.extra:
        parts.append(read_extra(Path(settings.extra)))
    return Fields(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]), training.data)


def epoch_pictures(training: Fields, settings: Settings, seed: int, epoch: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return one epoch's pictures (uint8 [N, side, side]) and labels, shuffled and, where asked, changed anew.

    They follow from seed and epoch alone, so a resumed run sees what an uninterrupted one would.
    """
    rng = np.random.default_rng((seed, epoch))
    drawn = rng.permutation(len(training.labels))
    drawn = drawn[_among_first(training.labels[drawn] >= DIGITS, nondigits_an_epoch(training.labels, settings))]
    order = rng.permutation(drawn)  # once more, or all non-digits stood in the epoch's first batches
    pictures, labels = training.fields[order], training.labels[order]
    if settings.paper_share is None:
        return pictures, labels
    from digitedge.export.augment import augment

    return augment(pictures, (seed, epoch), settings.paper_share, settings.plain_share), labels


def nondigits_an_epoch(labels: NDArray[np.int64], settings: Settings) -> int:
    """Return how many of the non-digits are learnt from in one epoch."""
    nondigits = int((labels >= DIGITS).sum())
    return (
        nondigits if settings.reject_ratio is None else min(nondigits, int(settings.reject_ratio * (len(labels) - nondigits)))
    )


def steps_an_epoch(labels: NDArray[np.int64], settings: Settings) -> int:
    """Return the number of batches of `epoch_pictures`."""
    digits = int((labels < DIGITS).sum())
    return math.ceil((digits + nondigits_an_epoch(labels, settings)) / settings.batch_size)


def _among_first(marked: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Return all that is not marked, and of what is marked the first ``count``.

    >>> _among_first(np.array([True, False, True, True]), 2).tolist()
    [True, True, True, False]
    """
    return ~marked | (np.cumsum(marked) <= count)


def _laid(data: Dataset, geometry: Geometry) -> Fields:
    return Fields(to_inputs(data.images, geometry), data.labels, data)
