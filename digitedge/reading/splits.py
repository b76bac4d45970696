"""Touching neighbours: a wide piece of ink is cut along paths that cross little ink, and every run of its parts is offered.

First a piece that is much higher than others is cut alike from side to side, into the lines of writing that touch there, and
what stands in a ring is taken out of it (`digitedge.reading.rings`).

    ┌─────────┐        ┌──╮───╱───┐
    │ 1 2─3   │   ──▶  │1 │2 ╲  3 │    offered: 1, 2, 3, 12, 23
    └─────────┘        └──╯───╱───┘

A path goes from the top to the bottom, one pixel to the side a row at most, so that it can follow the slant of a hand and
wind between two digits that overlap. It leaves ink on both sides: the cheapest ones run beside the ink and part nothing. The
paths are found as seams are (S. Avidan, A. Shamir 2007, "Seam Carving for Content-Aware Image Resizing"). Which of the parts
are digits, the classifier says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate, pieces_of
from digitedge.reading.rings import inside, is_hollow

MIN_ASPECT = 0.5  # width over height of a piece that may be more than one digit,
_WIDE = 0.8  # and of one that is cut though it is a digit by itself
_SURE = 0.9  # of a digit's probability,
_LIKELY = 0.5  # and of one that tells how high digits are
_MAX_ASPECT = 1.1  # of what is offered
_MIN_ASPECT = 0.12
_MIN_HEIGHT = 0.45  # of a part, in heights of the whole piece
_MAX_CUTS = 12
_MAX_CUT = 0.4  # of the tallest column's ink
_LEAST_INK = 0.3  # pixels of ink on each side of a cut, in heights of a digit: paths around the ink part nothing
_TOGETHER = 64  # pieces whose paths are followed in one go
_ENOUGH = 4  # digits whose usual height tells how high digits are
_HIGH = 1.7, 6.0  # usual heights of a piece that may be more than one line
_BAR = 0.2  # width over height of what is too narrow for that
_LINE = 0.6, 1.6  # usual heights of a line


@dataclass(frozen=True, slots=True)
class _Way:
    """How pieces are cut.

    Attributes:
        edge: How near cuts may be to the piece's edges, in heights of a digit,
        between: and to each other.
        count: How many a height.
        sidestep: What a step to the side costs, in pixels of ink: where that is little, paths run around a thick link.
    """

    edge: float
    between: float
    count: float
    sidestep: float


_DIGITS = _Way(0.12, 0.16, 4.0, 0.4)  # a 1 is thin
_LINES = _Way(0.5, 0.5, 1.2, 0.08)


def split(candidates: list[Candidate], chances: NDArray[np.float32] | None = None) -> Iterator[Candidate]:
    """Yield the parts that wide and high candidates may be made of, each a candidate of its own.

    Args:
        candidates: Pieces as found, N of them.
        chances: float32 [N], how likely each is a digit as it is; what is one is cut only if it is wide. None where that is
            not known: all may be, and none is for sure.
    """
    chances = np.full(len(candidates), _LIKELY, np.float32) if chances is None else chances
    sure = (chances >= _SURE).tolist()
    rings = (c for c, is_sure in zip(candidates, sure, strict=True) if not is_sure and is_hollow(c.patch))
    first = [*_lines(candidates, chances), *(found for ring in rings for found in inside(ring))]
    yield from (found for found in first if _is_shaped(found.patch))
    least = [*(_WIDE if is_sure else MIN_ASPECT for is_sure in sure), *(MIN_ASPECT for _ in first)]
    wide = [c for c, aspect in zip((*candidates, *first), least, strict=True) if c.patch.shape[1] >= aspect * c.patch.shape[0]]
    heights = [float(candidate.patch.shape[0]) for candidate in wide]
    for candidate, paths in zip(wide, _cuts([candidate.patch for candidate in wide], heights, _DIGITS), strict=True):
        height = candidate.patch.shape[0]
        for left, right, width in _runs(candidate.patch, paths):
            if width > _MAX_ASPECT * height:
                continue
            for part in _parts(candidate, left, right, 1):
                if _is_shaped(part.patch) and part.patch.shape[0] >= _MIN_HEIGHT * height:
                    yield part


def _lines(candidates: list[Candidate], chances: NDArray[np.float32]) -> Iterator[Candidate]:
    """Yield what pieces much higher than digits are there, and no digits for sure, are made of, cut from side to side."""
    layers: dict[tuple[int, bool], list[int]] = {}
    for index, candidate in enumerate(candidates):
        layers.setdefault((candidate.level, candidate.light), []).append(index)
    for members in layers.values():
        digits = [candidates[index].patch.shape[0] for index in members if chances[index] >= _LIKELY]
        if len(digits) < _ENOUGH:
            continue
        usual = float(median(digits))
        doubtful = [candidates[index] for index in members if chances[index] < _SURE]
        high = [candidate for candidate in doubtful if _is_high(candidate.patch, usual)]
        if not high:
            continue
        lying = [_flipped(candidate) for candidate in high]
        cuts = _cuts([candidate.patch for candidate in lying], [usual] * len(lying), _LINES)
        for on_side, paths in zip(lying, cuts, strict=True):
            for left, right, height in _runs(on_side.patch, paths):
                if _LINE[0] * usual <= height <= _LINE[1] * usual:
                    for part in _parts(on_side, left, right, _MAX_CUTS):
                        if part.patch.shape[1] >= _LINE[0] * usual:
                            yield replace(_flipped(part), whole=None)  # what is left of it are other lines, no signs


def _is_high(patch: NDArray[np.uint8], usual: float) -> bool:
    """Return whether a piece may be some lines of writing, whose digits are as high as usual: no bar, and no drawing."""
    height, width = patch.shape
    return _HIGH[0] * usual <= height <= _HIGH[1] * usual and _BAR * height <= width <= _HIGH[1] * usual


def _flipped(candidate: Candidate) -> Candidate:
    """Return a candidate with rows and columns exchanged."""
    x, y, w, h = candidate.box_xywh
    patch = np.ascontiguousarray(candidate.patch.T)
    return replace(candidate, box_xywh=(y, x, h, w), patch=patch, corner_xy=candidate.corner_xy[::-1])


def _is_shaped(patch: NDArray[np.uint8]) -> bool:
    """Return whether a part is as wide as digits are; of its patch, a pixel on each side is margin."""
    height, width = patch.shape[0] - 2, patch.shape[1] - 2
    return _MIN_ASPECT * height <= width <= _MAX_ASPECT * height


def _runs(
    patch: NDArray[np.uint8], paths: list[NDArray[np.intp]]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], float]]:
    """Yield each run of neighbouring parts but the whole: its left and right path, [h] each, and its mean width."""
    height, width = patch.shape
    edges = [np.zeros(height, np.intp), *paths, np.full(height, width, np.intp)]
    places = [int(edge.sum()) for edge in edges]
    for first in range(len(edges) - 1):
        for last in range(first + 1, len(edges)):
            if last - first < len(edges) - 1:
                yield edges[first], edges[last], (places[last] - places[first]) / height


def _cuts(patches: list[NDArray[np.uint8]], digit_heights: list[float], way: _Way) -> list[list[NDArray[np.intp]]]:
    """Return for each patch the paths where least ink would be cut, from left to right: the columns, [h], on their right."""
    cuts: list[list[NDArray[np.intp]]] = [[] for _ in patches]
    order = sorted(range(len(patches)), key=lambda index: patches[index].shape[0])
    for first in range(0, len(order), _TOGETHER):
        some = order[first : first + _TOGETHER]
        for index, (ink, paths) in zip(some, _paths([patches[index] for index in some], way.sidestep), strict=True):
            cuts[index] = _best(patches[index], ink, paths, digit_heights[index], way)
    return cuts


def _best(
    patch: NDArray[np.uint8], ink: NDArray[np.float32], paths: NDArray[np.intp], digit_height: float, way: _Way
) -> list[NDArray[np.intp]]:
    """Return those of all paths, see `_paths`, that part ink, cut least of it and are not too close, from left to right."""
    height, width = patch.shape
    place = paths.sum(axis=0) / height
    limit = _MAX_CUT * float(np.count_nonzero(patch, axis=0).max())
    edge = way.edge * digit_height
    before = np.pad(np.cumsum(patch, axis=1, dtype=np.float32), ((0, 0), (1, 0)))
    on_left = np.take_along_axis(before, paths, axis=1).sum(axis=0) / 255
    enough = _LEAST_INK * digit_height
    parting = (on_left >= enough) & (before[:, -1].sum() / 255 - on_left >= enough)
    open_ = (place > edge) & (place < width - edge) & (ink <= limit) & parting
    cuts: list[int] = []
    while len(cuts) < min(_MAX_CUTS, way.count * width / digit_height) and open_.any():
        best = int(np.where(open_, ink, np.inf).argmin())
        cuts.append(best)
        open_ &= np.abs(place - place[best]) > way.between * digit_height
    return [paths[:, column] for column in sorted(cuts, key=lambda column: float(place[column]))]


def _paths(patches: list[NDArray[np.uint8]], sidestep: float) -> Iterator[tuple[NDArray[np.float32], NDArray[np.intp]]]:
    """Yield for each patch the cheapest paths down to the columns of its last row: pixels of ink they cut [w], columns [h, w].

    All patches stand on one ground, side by side with walls between them, so that they are followed down together. Above
    the lower ones there is nothing, which costs nothing.
    """
    widths = np.array([patch.shape[1] for patch in patches])
    starts = np.cumsum(widths + 1) - widths
    height, width = max(patch.shape[0] for patch in patches), int(starts[-1] + widths[-1]) + 1
    cost = np.zeros((height, width), np.float32)
    cost[:, starts - 1] = cost[:, -1] = np.inf
    for patch, start in zip(patches, starts.tolist(), strict=True):
        cost[height - patch.shape[0] :, start : start + patch.shape[1]] = patch
    cost /= 255
    total = cost  # of the cheapest path down to each pixel, row by row; the walls stay infinite
    side = np.empty(width - 2, np.float32)
    for row in range(1, height):
        above = total[row - 1]
        np.minimum(above[:-2], above[2:], out=side)
        side += sidestep
        np.minimum(side, above[1:-1], out=side)
        total[row, 1:-1] += side
    came = np.zeros((height, width), np.int8)
    left, above, right = total[:-1, :-2], total[:-1, 1:-1], total[:-1, 2:]
    aside = np.where(left <= right, np.int8(-1), np.int8(1))
    came[1:, 1:-1] = np.where(np.minimum(left, right) + np.float32(sidestep) < above, aside, np.int8(0))
    paths = np.empty((height, width), np.intp)
    paths[-1] = np.arange(width)
    for row in range(height - 1, 0, -1):
        np.add(paths[row], came[row].take(paths[row]), out=paths[row - 1])
    for patch, start in zip(patches, starts.tolist(), strict=True):
        columns = slice(start, start + patch.shape[1])
        yield total[-1, columns], paths[height - patch.shape[0] :, columns] - start


def _parts(candidate: Candidate, left_edge: NDArray[np.intp], right_edge: NDArray[np.intp], most: int) -> Iterator[Candidate]:
    """Yield the ``most`` largest pieces of what lies between two paths; the others are its neighbours' crumbs."""
    start, end = max(0, int(left_edge.min()) - 1), min(candidate.patch.shape[1], int(right_edge.max()) + 1)
    columns = np.arange(start, end)
    kept = candidate.patch[:, start:end] * ((columns >= left_edge[:, None]) & (columns < right_edge[:, None]))
    yield from pieces_of(candidate, kept, start, most)
