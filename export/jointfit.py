"""Fit what tells whether neighbours are of one number: pairs of digits read on drawn pages in, the page's numbers out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.export.glimpsefit import Glimpses
from digitedge.export.networkfit import fitted
from digitedge.export.readpages import each_page
from digitedge.reading.gaps import gap_pictures
from digitedge.reading.grouping import known_pairs
from digitedge.reading.joints import APART, JOINED, POINT, UNSEEN, JointModel, Pairs
from digitedge.reading.page import Page, Reading
from digitedge.reading.picture import picture_from_bgr
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.scoring import overlap
from digitedge.scenes.truth import Scene, TrueNumber

_HIDDEN = 96
_LINES = 3  # of a page, that are learnt from by themselves: many pictures show one number
_UNSEEN_SHARE = 0.3  # of the gaps
_ASKED_FOR = "measures"  # what every fifth page shows
_MIN_OVERLAP = 0.3  # of a reading's box and a digit's

Look = Callable[[list[tuple[Reading, Reading]]], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Joined:
    """The pairs of a page, or of a line.

    Attributes:
        pairs: What is known of them, P in all.
        kinds: intp [P], what they are: `APART`, `JOINED` or `POINT`.
        pictures: uint8 [P, `GAP_PX`, `GAP_PX`], of the gaps.
        is_usual: Whether the page's kind was drawn by chance; one that was asked for shows how points look, not how rare they
            are.
    """

    pairs: Pairs
    kinds: NDArray[np.intp]
    pictures: NDArray[np.uint8]
    is_usual: bool = True

    def seen_with(self, network: Classifier) -> Joined:
        """Return the same with what a gap network says of the pictures."""
        return replace(self, pairs=replace(self.pairs, gaps=network.logits(self.pictures)))


def collect(seeds: Sequence[int], model: Path, hands: BorrowedHands | None, workers: int = 2) -> Iterator[list[Joined]]:
    """Yield the pairs of each page drawn with ``seeds``, read with ``model``, and those of a few of its lines alone.

    Every fifth page measures: points that touch a digit are few elsewhere.
    """
    return each_page(_of_page, seeds, model, hands, workers, fifth=_ASKED_FOR)


def gaps_of(pages: Sequence[Joined]) -> Glimpses:
    """Return the gaps of all pairs, to train the network that looks at them; those of table cells are not looked at."""
    asked = [~page.pairs.in_cells for page in pages]
    pictures = np.concatenate([page.pictures[which] for page, which in zip(pages, asked, strict=True)])
    kinds = np.concatenate([page.kinds[which] for page, which in zip(pages, asked, strict=True)])
    return Glimpses(pictures, kinds.astype(np.int64), np.ones(len(kinds), np.float32))


def fit(pages: Sequence[Joined], seed: int = 0) -> JointModel:
    """Return both networks, the second fitted to what the first says of the same pages, and to what their gaps show.

    Some gaps are kept from it: who groups digits without a picture shows none. Give usual pages only.
    """
    kinds = np.concatenate([page.kinds for page in pages])
    weight = np.ones(len(kinds), np.float32)
    first = fitted(np.concatenate([page.pairs.features for page in pages]), kinds, weight, _HIDDEN, seed, classes=3)
    rng = np.random.default_rng(seed)
    of_pages = [_partly_seen(page.pairs, rng).of_page(first.log_odds(page.pairs.features)) for page in pages]
    return JointModel(first, fitted(np.concatenate(of_pages), kinds, weight, _HIDDEN, seed, classes=3))


def _partly_seen(pairs: Pairs, rng: np.random.Generator) -> Pairs:
    return pairs.seen(np.flatnonzero(rng.random(len(pairs.gaps)) < _UNSEEN_SHARE), UNSEEN)


def true_digits(readings: Sequence[Reading], scene: Scene) -> list[int]:
    """Return for each reading the index of the digit that it shows; −1 for none."""
    return [_match(reading, scene) for reading in readings]


def true_kinds(true: Sequence[int], pairs: NDArray[np.intp], scene: Scene) -> NDArray[np.intp]:
    """Return what pairs of readings, intp [2, P], are on a drawn page, intp [P]; what is no digit joins nothing.

    Args:
        true: Of the readings, see `true_digits`.
        pairs: Indices of readings, left and right.
        scene: The page.
    """
    joined = {both: kind for number in scene.numbers for both, kind in _joints_of(number)}
    kinds = [joined.get((true[left], true[right]), APART) for left, right in pairs.T.tolist()]
    return np.array(kinds, np.intp)


def _joints_of(number: TrueNumber) -> list[tuple[tuple[int, int], int]]:
    after_point = [before == "." for before, digit in pairwise(number.text) if digit.isdigit()]
    after_point = after_point[len(after_point) - len(number.members) + 1 :]  # of the first none is asked
    return [(both, POINT if point else JOINED) for both, point in zip(pairwise(number.members), after_point, strict=True)]


def _match(reading: Reading, scene: Scene) -> int:
    overlaps = [overlap(reading.box_xywh, digit.box_xywh) for digit in scene.digits]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return best if best >= 0 and overlaps[best] >= _MIN_OVERLAP else -1


def parts_of(page: Page, scene: Scene, rng: np.random.Generator, look: Look) -> list[Joined]:
    """Return what is known of the pairs of a drawn page and of some of its lines as if nothing else had been written.

    Then that of its numbers with a point alone: a column of prices holds no others. ``look`` gives the pictures of their gaps.
    """
    digits = list(zip(page.digits, true_digits(page.digits, scene), strict=True))
    shares = [digits]
    for index in rng.permutation(len(digits))[:_LINES].tolist():
        _, y, _, h = page.digits[index].box_xywh
        shares.append([(r, at) for r, at in digits if abs(2 * (r.box_xywh[1] - y) + r.box_xywh[3] - h) < h])
    with_point = {member for number in scene.numbers if "." in number.text for member in number.members}
    shares.append([(reading, at) for reading, at in digits if at in with_point])
    found = []
    for share in shares:
        readings = [reading for reading, _ in share]
        known = known_pairs(readings, page.signs, page.rules)
        if known:
            pictures = look([(readings[left], readings[right]) for left, right in known.members.T.tolist()])
            found.append(Joined(known, true_kinds([at for _, at in share], known.members, scene), pictures))
    return found


def _of_page(reader: Reader, seed: int, scene: Scene) -> list[Joined]:
    reader.settings = replace(reader.settings, grouped=False, looks_between=False)  # whatever the networks were fitted to
    trace = reader.trace(picture_from_bgr(scene.image_bgr).gray)
    origin = {id(reading): candidate for reading, candidate in zip(trace.page.digits, trace.origins, strict=True)}

    def look(pairs: list[tuple[Reading, Reading]]) -> NDArray[np.uint8]:
        return gap_pictures([(origin[id(left)], origin[id(right)]) for left, right in pairs], trace.layers)

    parts = parts_of(trace.page, scene, np.random.default_rng(seed), look)
    return parts if scene.kind != _ASKED_FOR else [replace(part, is_usual=False) for part in parts[:1]]
