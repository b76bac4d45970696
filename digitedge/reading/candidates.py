"""Ink → candidates: pieces of a digit's size, and near pieces joined, each with the grey patch that the classifier will see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.ink import CERTAIN, InkLayer
from digitedge.reading.lines import without_lines
from digitedge.reading.page import Box

MAX_HEIGHT_PX = 72  # of a digit at a level that has a coarser one above it
MIN_HEIGHT_PX = 10  # of a digit at the finest level
MIN_COARSE_PX = 28  # of a digit at a coarser level; smaller ones were found at the level below
_LINE_PX = 90  # anything straight that is longer is a rule or a frame
MAX_ASPECT = 2.2  # width over height of what is offered
_MAX_CHAIN_ASPECT = 8.0  # of a chain of touching neighbours, whose parts are offered
_STUB_PX = 24  # a piece as long as this,
_STUB_ASPECT = 5  # and so thin, may be a part of a faint rule;
_MIN_STUBS = 4  # with so many it is worth looking for rules
_WEAK = 0.6  # of the bound: a faint rule's weakest parts
_CORE_QUANTILE = 0.85  # of a piece's strengths: its ink's own contrast, not its soft edge
_EDGE = 0.25  # of the core: weaker pixels are paper
_MAX_PIECES = 3000  # a layer with more is texture: its largest pieces are kept
_MAX_MARKS = 400
_SAME_BOX = 0.08  # of the larger side, between the edges of one piece in two layers
_SAME_AREA = 1.35  # ratio of its areas
NOTHING = np.empty((0, 5), np.float32)
_CROSS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Ink that may be a digit.

    Attributes:
        box_xywh: Tight box, pixels of the full picture.
        patch: uint8 [h, w], ink bright on 0: contrast to the paper, stretched so that the ink's core is 255.
        contrast: The core's contrast to the paper, grey levels.
        bound: The contrast past which a pixel counts as ink there, grey levels.
        light: Light ink on dark ground.
        level: Of the layer it was found in.
        zoom: Picture pixels per pixel of the patch.
        how: "piece" as found, "joined" of two pieces, "split" from a wider one.
    """

    box_xywh: Box
    patch: NDArray[np.uint8]
    contrast: float
    bound: float
    light: bool
    level: int
    zoom: float
    how: str = "piece"


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Connected ink of one layer: ``labels`` int32 [h, w], ``stats`` int32 [N, 5] as OpenCV orders them (0 is the ground)."""

    labels: NDArray[np.int32]
    stats: NDArray[np.int32]

    @classmethod
    def of(cls, mask: NDArray[np.uint8]) -> _Pieces:
        _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
        return cls(labels, stats)

    def in_picture(self, zoom: float) -> NDArray[np.float32]:
        """Return float32 [N, 5]: x, y, width, height and area in pixels of the full picture."""
        return self.stats.astype(np.float32) * np.array([zoom, zoom, zoom, zoom, zoom * zoom], np.float32)

    def box(self, label: int) -> Box:
        x, y, w, h = (int(value) for value in self.stats[label, :4])
        return x, y, w, h

    def ink(self, labels: tuple[int, ...], box: Box) -> NDArray[np.bool_]:
        x, y, w, h = box
        window = self.labels[y : y + h, x : x + w]
        ink = window == labels[0]
        for label in labels[1:]:
            ink |= window == label
        return ink


def find_candidates(
    layer: InkLayer, is_coarsest: bool, known: NDArray[np.float32] = NOTHING
) -> tuple[list[Candidate], NDArray[np.float32], NDArray[np.float32]]:
    """Return what of a layer's ink has a digit's size, and its small marks; frames and rules are taken away first.

    Args:
        layer: The ink.
        is_coarsest: Whether no coarser layer follows.
        known: float32 [K, 5]: x, y, width, height, area in pixels of the full picture of pieces that finer layers of the same
            polarity gave; one that looks the same here is not offered twice.

    Returns:
        The candidates; this layer's own rows for ``known``; and float32 [M, 5]: x, y, width, height (pixels of the full
        picture) and strongest contrast (grey levels) of pieces too small to be a digit: points, commas, minus signs.
    """
    pieces = _Pieces.of(layer.mask)
    seen = pieces.in_picture(layer.zoom)
    fresh = ~_are_known(seen, known)
    # A large digit written with a fine pen is whole only where the pen is wide enough to be seen: here, too.
    found = list(_candidates(layer, pieces, layer.mask.shape[0], fresh))
    max_height = layer.mask.shape[0] if is_coarsest else MAX_HEIGHT_PX
    wide, high = pieces.stats[:, cv2.CC_STAT_WIDTH], pieces.stats[:, cv2.CC_STAT_HEIGHT]
    oversize = (wide > max_height * MAX_ASPECT) | (high > max_height)
    oversize[0] = False
    stubs = (np.maximum(wide, high) >= _STUB_PX) & (np.maximum(wide, high) >= _STUB_ASPECT * np.minimum(wide, high))
    if oversize.any() or np.count_nonzero(stubs[1:]) >= _MIN_STUBS:
        weak = cv2.compare(layer.strength, cv2.convertScaleAbs(layer.bound, alpha=_WEAK), cv2.CMP_GT)
        rest = without_lines(layer.mask, weak, min(_LINE_PX, max_height + 10))
        if rest is not None:
            left = _Pieces.of(rest)
            found += _candidates(layer, left, layer.mask.shape[0], ~_are_known(left.in_picture(layer.zoom), seen[1:]))
    # At coarser scales what is a mark beside large digits was a candidate at this one.
    return found, seen[1:], _marks(layer, pieces) if layer.level == 0 else NOTHING


def _are_known(seen: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return bool [N]: whether each piece is one of the known ones: same box, and neither hollow nor broken there.

    Only the known whose near edge may fit are compared: a page of print has thousands on each side, and all pairs of them take
    gigabytes.
    """
    same = np.zeros(len(seen), bool)
    if not len(known):
        return same
    corners, others = seen[:, :4].copy(), known[:, :4].copy()
    corners[:, 2:] += corners[:, :2]
    others[:, 2:] += others[:, :2]
    slack = _SAME_BOX * np.maximum(seen[:, 2], seen[:, 3])
    axis = int(np.ptp(others[:, :2], axis=0).argmax())
    order = others[:, axis].argsort(kind="stable")
    # One pixel more than the slack: which pairs are the same is decided below.
    first = np.searchsorted(others[order, axis], corners[:, axis] - slack - 1)
    count = np.searchsorted(others[order, axis], corners[:, axis] + slack + 1) - first
    piece = np.repeat(np.arange(len(seen)), count)
    other = order[np.arange(len(piece)) + np.repeat(first - np.cumsum(count) + count, count)]
    fits = np.abs(corners[piece] - others[other]).max(axis=1) <= slack[piece]
    ratio = seen[piece, 4] / known[other, 4]
    same[piece[fits & (ratio < _SAME_AREA) & (ratio > 1 / _SAME_AREA)]] = True
    return same


def _marks(layer: InkLayer, pieces: _Pieces) -> NDArray[np.float32]:
    _, _, width, height, area = pieces.stats.T
    small = (height < MIN_COARSE_PX) & (width < 2 * MIN_COARSE_PX) & (area >= 3)
    small[0] = False
    labels = np.flatnonzero(small)
    labels = labels[np.argsort(-area[labels], kind="stable")[:_MAX_MARKS]]
    boxes = pieces.stats[labels, :4]
    contrast = [layer.strength[y : y + h, x : x + w].max() for x, y, w, h in boxes.tolist()]
    return np.column_stack([boxes * layer.zoom, contrast]).astype(np.float32).reshape(-1, 5)


def _candidates(layer: InkLayer, pieces: _Pieces, max_height: int, fresh: NDArray[np.bool_]) -> Iterator[Candidate]:
    min_height = MIN_HEIGHT_PX if layer.level == 0 else MIN_COARSE_PX
    _, _, width, height, area = pieces.stats.T
    low = fresh & (height <= max_height)
    small_enough = low & (width <= MAX_ASPECT * np.maximum(height, min_height))
    whole = low & (width <= _MAX_CHAIN_ASPECT * height) & (height >= min_height) & (area >= height)
    part = small_enough & (np.maximum(width, height) >= min_height // 3) & (area >= min_height // 2)
    whole[0] = part[0] = False
    wholes = np.flatnonzero(whole)
    if len(wholes) > _MAX_PIECES:
        wholes = wholes[np.argsort(-height[wholes], kind="stable")[:_MAX_PIECES]]
    for label in wholes.tolist():
        yield from _made(layer, pieces, (label,), "piece")
    parts = np.flatnonzero(part)
    if len(parts) <= _MAX_PIECES:
        for pair in _near_pairs(pieces.stats, parts, min_height, max_height):
            yield from _made(layer, pieces, pair, "joined")


def _near_pairs(stats: NDArray[np.int32], parts: NDArray[np.intp], min_height: int, max_height: int) -> list[tuple[int, int]]:
    """Return pairs of pieces that may be one digit: one above the other or overlapping, close, together of a digit's shape."""
    if len(parts) < 2:
        return []
    x, y, w, h = (stats[parts, column].astype(np.float32) for column in range(4))
    right, bottom = x + w, y + h
    union_w = np.maximum.outer(right, right) - np.minimum.outer(x, x)
    union_h = np.maximum.outer(bottom, bottom) - np.minimum.outer(y, y)
    overlap_x = w[:, None] + w[None, :] - union_w
    gap_y = union_h - h[:, None] - h[None, :]
    taller = np.maximum.outer(h, h)
    extent = np.maximum(w, h)
    near = (
        (overlap_x >= 0.3 * np.minimum.outer(w, w))
        & (gap_y <= 0.22 * union_h)
        & (union_h >= min_height)
        & (union_h <= max_height)
        & (union_w <= 1.25 * union_h)
        & (taller >= 0.35 * union_h)
        & (np.minimum.outer(extent, extent) >= 0.18 * union_h)
    )
    first, second = np.nonzero(np.triu(near, 1))
    return [(int(parts[i]), int(parts[j])) for i, j in zip(first, second, strict=True)]


def _made(layer: InkLayer, pieces: _Pieces, labels: tuple[int, ...], how: str) -> Iterator[Candidate]:
    """Yield the candidate of the pieces, or nothing where their contrast is too weak to be ink."""
    boxes = [pieces.box(label) for label in labels]
    x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
    w, h = max(box[0] + box[2] for box in boxes) - x, max(box[1] + box[3] for box in boxes) - y
    ink = pieces.ink(labels, (x, y, w, h))
    strengths = layer.strength[y : y + h, x : x + w][ink]
    core = float(
        np.partition(strengths, int(_CORE_QUANTILE * (strengths.size - 1)))[int(_CORE_QUANTILE * (strengths.size - 1))]
    )
    bound = float(layer.bound[y + h // 2, x + w // 2])
    if core < CERTAIN * bound:
        return
    # One pixel more on each side takes along the soft edge that the threshold cut off.
    left, top = min(x, 1), min(y, 1)
    window = layer.strength[y - top : y + h + 1, x - left : x + w + 1]
    reach = np.zeros(window.shape, np.uint8)
    reach[top : top + h, left : left + w] = ink
    patch = cv2.convertScaleAbs(window, alpha=255 / core)
    patch[(cv2.dilate(reach, _CROSS) == 0) | (patch < 255 * _EDGE)] = 0
    zoom = layer.zoom
    box_xywh = (round(x * zoom), round(y * zoom), max(1, round(w * zoom)), max(1, round(h * zoom)))
    yield Candidate(box_xywh, patch, core, bound, layer.light, layer.level, zoom, how)
