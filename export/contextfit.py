"""Fit the context model: candidates of drawn pages in, the probability that each is the digit it looks like out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.export.networkfit import fitted
from digitedge.export.readpages import ReadPage, read_pages
from digitedge.reading.context import ContextModel, doubtful, fourth_features, second_features, second_sight
from digitedge.reading.network import Floats
from digitedge.reading.reader import Reader
from digitedge.reading.surroundings import Evidence
from digitedge.scenes.borrowed import BorrowedHands

_HIDDEN = 16


@dataclass(frozen=True, slots=True)
class Samples:
    """Candidates of many pages.

    Attributes:
        pages: What is known of each page's candidates, N on all pages together.
        shown: float32 [n, 11] a page, what a glimpse of each shows.
        truth: int64 [N], 0 to 9, or 10 for what is no digit.
        weight: float32 [N].
    """

    pages: tuple[Evidence, ...]
    shown: tuple[Floats, ...]
    truth: NDArray[np.int64]
    weight: Floats

    def judged(self, context: ContextModel) -> tuple[NDArray[np.bool_], Floats]:
        """Return whether a context model takes each candidate for the digit it is, bool [N], and how surely, float32 [N]."""
        found = [context.judge(page, shown.__getitem__) for page, shown in zip(self.pages, self.shown, strict=True)]
        return np.concatenate([digits for digits, _ in found]) == self.truth, np.concatenate([sure for _, sure in found])


def collect(seeds: Sequence[int], model: Path, hands: BorrowedHands | None, workers: int = 2) -> Iterator[Samples]:
    """Yield the samples of each page drawn with ``seeds``, read with ``model``, in several processes."""
    for page in read_pages(_samples, seeds, model, hands, workers):
        yield page or Samples((), (), np.empty(0, np.int64), np.empty(0, np.float32))


def joined(parts: Sequence[Samples]) -> Samples:
    """Return the samples of all pages as one."""
    return Samples(
        tuple(page for part in parts for page in part.pages),
        tuple(shown for part in parts for shown in part.shown),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def fit(samples: Samples, seed: int = 0) -> ContextModel:
    """Return the context model with the least weighted cross-entropy on the samples, regularised by weight decay.

    Each network is fitted to what the one before says of the same pages: with so few weights that one is as sure there as on
    others. The third and the fourth are fitted to doubtful candidates only, as they are asked about no others.
    """
    right = samples.truth == np.concatenate([page.best for page in samples.pages])
    first = fitted(np.concatenate([page.features for page in samples.pages]), right, samples.weight, _HIDDEN, seed)
    features = np.concatenate([second_features(page, first.log_odds(page.features)) for page in samples.pages])
    second = fitted(features, right, samples.weight, _HIDDEN, seed)
    odds = second.log_odds(features)
    of_pages = np.split(odds, np.cumsum([len(shown) for shown in samples.shown])[:-1])  # views: what changes here changes there
    which = [doubtful(of_page) for of_page in of_pages]
    seen = [
        second_sight(page, some, of_page[some], shown[some])
        for page, some, of_page, shown in zip(samples.pages, which, of_pages, samples.shown, strict=True)
    ]
    all_ = doubtful(odds)
    right, weight = samples.truth[all_] == np.concatenate([digits for digits, _ in seen]), samples.weight[all_]
    told = np.concatenate([told for _, told in seen])
    third = fitted(told, right, weight, _HIDDEN, seed)
    odds[all_] = third.log_odds(told)
    last = [
        fourth_features(page, some, told, of_page)
        for page, some, (_, told), of_page in zip(samples.pages, which, seen, of_pages, strict=True)
    ]
    return ContextModel(first, second, third, fitted(np.concatenate(last), right, weight, _HIDDEN, seed))


def _samples(reader: Reader, page: ReadPage) -> Samples:
    known = replace(page.known, neighbours=None)  # of thousands of pages they would be gigabytes
    shown = reader.look(page.candidates, page.layers)
    weight = np.full(len(page.candidates), page.weight, np.float32)
    return Samples((known,), (shown,), page.truth, weight)
