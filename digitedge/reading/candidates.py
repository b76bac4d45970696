"""Ink → candidates: pieces of a digit's size, and near pieces joined, each with the grey patch that the classifier will see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.frames import without_lines
from digitedge.reading.ink import CERTAIN, InkLayer
from digitedge.reading.page import Box
from digitedge.reading.pieces import Labels, Pieces, alike, near_pairs

MAX_HEIGHT_PX = 72  # of a digit at a level that has a coarser one above it
MIN_HEIGHT_PX = 10  # of a digit at the finest level
MIN_COARSE_PX = 28  # of a digit at a coarser level; smaller ones were found at the level below
_LINE_PX = 90  # anything straight that is longer is a rule or a frame
MAX_ASPECT = 2.2  # width over height of what is offered
_MAX_CHAIN_ASPECT = 8.0  # of a chain of touching neighbours, whose parts are offered
_COMPACT = 0.15  # part of its box that a large digit's ink fills, and frames and rules with what hangs on them do not
_BOX_PX = 36  # a piece as wide as this,
_BOX_ASPECT = 1.25  # and so much wider than high,
_HOLLOW = 0.4  # with less ink than this part of its box, may be a small frame
_STUB_PX = 24  # a piece as long as this,
_STUB_ASPECT = 5  # and so thin, may be a part of a faint rule;
_MIN_STUBS = 4  # with so many it is worth looking for rules
_RULE_SHARE = 0.8  # a piece of which so much belongs to a line is a piece of that line
_RULE_PIECE_PX = 16  # of an upright rule, as a mark
_WEAK = 0.6  # of the bound: a faint rule's weakest parts
_CORE_QUANTILE = 0.85  # of a piece's strengths: its ink's own contrast, not its soft edge
_EDGE = 0.25  # of the core: weaker pixels are paper
_MAX_PIECES = 3000  # a layer with more is texture: its largest pieces are kept
_MAX_MARKS = 1500
NOTHING = np.empty((0, 6), np.float32)
_CROSS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Ink that may be a digit.

    Attributes:
        box_xywh: Tight box, pixels of the full picture.
        patch: uint8 [h, w], ink bright on 0: contrast to the paper, stretched so that the ink's core is 255; a pixel more than
            the box on each side, where the layer has it.
        corner_xy: Where the patch begins in its layer, pixels of the layer.
        contrast: The core's contrast to the paper, grey levels.
        bound: The contrast past which a pixel counts as ink there, grey levels.
        light: Light ink on dark ground.
        level: Of the layer it was found in.
        zoom: Picture pixels per pixel of the patch.
        how: "piece" as found, "joined" of two pieces, "split" from a wider one.
        whole: The wider one.
    """

    box_xywh: Box
    patch: NDArray[np.uint8]
    corner_xy: tuple[int, int]
    contrast: float
    bound: float
    light: bool
    level: int
    zoom: float
    how: str = "piece"
    whole: Candidate | None = None


def find_candidates(layers: list[InkLayer]) -> tuple[list[Candidate], NDArray[np.float32], NDArray[np.float32]]:
    """Return what of the layers' ink has a digit's size, the small marks, and the upright rules; all rules are taken away.

    Args:
        layers: Of one picture, a level's dark ink before its light, the finest first.

    Returns:
        The candidates, layer by layer; float32 [M, 6]: x, y, width, height (pixels of the full picture), strongest
        contrast (grey levels) and whether they are light (0 or 1) of pieces too small to be a digit: points, commas, minus
        signs; and the same of upright rules, cut into pieces.
    """
    if not layers:
        return [], NOTHING, NOTHING
    pieces = Pieces.of([layer.mask for layer in layers], [layer.zoom for layer in layers])
    sized = _sized(layers, pieces)
    # What looks the same as in a finer layer of the same polarity is not offered twice.
    tall = np.flatnonzero(pieces.seen[:, 3] >= MIN_HEIGHT_PX)
    mine, other = alike(pieces.seen, np.flatnonzero((sized.whole | sized.part) & (pieces.mask > 0)), pieces.seen, tall)
    light = np.array([layer.light for layer in layers])[pieces.mask]
    again = mine[(pieces.mask[other] < pieces.mask[mine]) & (light[other] == light[mine])]
    rests = [(number, rest) for number, rest in enumerate(_without_lines(layers, pieces)) if rest is not None]
    gone = [(number, cv2.subtract(layers[number].mask, rest)) for number, rest in rests]
    rules = [np.flatnonzero(pieces.within(number, lines) >= _RULE_SHARE) for number, lines in gone]
    found = _candidates(layers, pieces, sized.without(np.concatenate([again, *rules])))
    bare = list(pieces.labels)  # of all ink but rules: a point often stands on one
    if rests:
        numbers = np.array([number for number, _ in rests])
        behind = [layers[number] for number, _ in rests]
        left = Pieces.of([rest for _, rest in rests], [layer.zoom for layer in behind])
        sized = _sized(behind, left)
        mine, other = alike(left.seen, np.flatnonzero(sized.whole | sized.part), pieces.seen, np.arange(len(pieces.seen)))
        again = mine[numbers[left.mask[mine]] == pieces.mask[other]]
        more = _candidates(behind, left, sized.without(again))
        for (number, _), labels, of_layer in zip(rests, left.labels, more, strict=True):
            found[number] += of_layer
            bare[number] = labels
    # At coarser scales what is a mark beside large digits was a candidate at the finest.
    marks = [_marks(layer, labels) for layer, labels in zip(layers, bare, strict=True) if layer.level == 0]
    upright = [_upright_rules(layers[number], lines) for number, lines in gone if layers[number].level <= 1]
    offered = [candidate for of_layer in found for candidate in of_layer]
    return offered, np.concatenate([NOTHING, *marks]), np.concatenate([NOTHING, *upright])


def _without_lines(layers: list[InkLayer], pieces: Pieces) -> Iterator[NDArray[np.uint8] | None]:
    """Yield each layer's mask without rules and frames; None where it has none."""
    coarsest = layers[-1].level
    max_height = np.array([layer.mask.shape[0] if layer.level == coarsest else MAX_HEIGHT_PX for layer in layers])
    wide, high, area = pieces.boxes[:, 2], pieces.boxes[:, 3], pieces.boxes[:, 4]
    limit = max_height[pieces.mask]
    oversize = (wide > limit * MAX_ASPECT) | (high > limit)
    # A large digit by itself is compact: its strokes fill more of its box than rules do.
    oversize &= (area < _COMPACT * wide * high) | (np.maximum(wide, high) > 2 * limit)
    # A box of two or three cells is no larger than a digit; it is wide and hollow.
    oversize |= (wide >= _BOX_PX) & (wide > _BOX_ASPECT * high) & (area < _HOLLOW * wide * high)
    longer = np.maximum(wide, high)
    stubs = (longer >= _STUB_PX) & (longer >= _STUB_ASPECT * np.minimum(wide, high))
    large, stub = (np.bincount(pieces.mask[which], minlength=len(layers)).tolist() for which in (oversize, stubs))
    for number, layer in enumerate(layers):
        if large[number] or stub[number] >= _MIN_STUBS:
            weak = cv2.compare(layer.strength, cv2.convertScaleAbs(layer.bound, alpha=_WEAK), cv2.CMP_GT)
            among = pieces.ink(number, oversize) if large[number] else None
            yield without_lines(layer.strength, layer.mask, weak, among, min(_LINE_PX, int(max_height[number]) + 10))
        else:
            yield None


def _marks(layer: InkLayer, labels: Labels) -> NDArray[np.float32]:
    _, _, width, height, area = labels.stats.T
    small = (height < MIN_COARSE_PX) & (width < 2 * MIN_COARSE_PX) & (area >= 3)
    small[0] = False
    numbers = np.flatnonzero(small)
    numbers = numbers[np.argsort(-area[numbers], kind="stable")[:_MAX_MARKS]]
    boxes = labels.stats[numbers, :4]
    contrast = [layer.strength[y : y + h, x : x + w].max() for x, y, w, h in boxes.tolist()]
    marks = np.full((len(boxes), 6), layer.light, np.float32)
    marks[:, :4], marks[:, 4] = boxes * layer.zoom, contrast
    return marks


def _upright_rules(layer: InkLayer, gone: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pieces of the upright ones of the lines that are gone from a layer, as marks: they part a table's numbers."""
    if gone.shape[0] < _RULE_PIECE_PX:
        return NOTHING
    # One pixel of slack to each side: a fine rule that leans is broken in each column.
    thick = cv2.dilate(gone, np.ones((1, 3), np.uint8))
    upright = cv2.erode(thick, np.ones((_RULE_PIECE_PX, 1), np.uint8))[_RULE_PIECE_PX // 2 :: _RULE_PIECE_PX]
    edges = np.diff(upright.astype(np.int16), axis=1, prepend=0, append=0)
    (row, left), (_, right) = np.nonzero(edges > 0), np.nonzero(edges < 0)
    y = row * _RULE_PIECE_PX
    boxes = np.column_stack([left + 1, y, np.maximum(right - left - 2, 1), np.full_like(y, _RULE_PIECE_PX)])
    contrast = layer.strength[y + _RULE_PIECE_PX // 2, left + (right - left) // 2]
    return np.column_stack([boxes * layer.zoom, contrast, np.full(len(boxes), layer.light)]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Sized:
    """Which pieces may be digits or parts of one, bool [N] each, and the heights of digits in each mask, pixels."""

    whole: NDArray[np.bool_]
    part: NDArray[np.bool_]
    min_height: NDArray[np.intp]
    max_height: NDArray[np.intp]

    def without(self, again: NDArray[np.intp]) -> _Sized:
        """Return the same less some of the pieces."""
        fresh = np.ones(len(self.whole), bool)
        fresh[again] = False
        return _Sized(self.whole & fresh, self.part & fresh, self.min_height, self.max_height)


def _sized(layers: list[InkLayer], pieces: Pieces) -> _Sized:
    min_height = np.array([MIN_HEIGHT_PX if layer.level == 0 else MIN_COARSE_PX for layer in layers])
    # A large digit written with a fine pen is whole only where the pen is wide enough to be seen: at fine levels, too.
    max_height = np.array([layer.mask.shape[0] for layer in layers])
    _, _, width, height, area = pieces.boxes.T
    least = min_height[pieces.mask]
    low = height <= max_height[pieces.mask]
    whole = low & (width <= _MAX_CHAIN_ASPECT * height) & (height >= least) & (area >= height)
    part = low & (width <= MAX_ASPECT * np.maximum(height, least))
    part &= (np.maximum(width, height) >= least // 3) & (area >= least // 2)
    return _Sized(whole, part, min_height, max_height)


def _candidates(layers: list[InkLayer], pieces: Pieces, sized: _Sized) -> list[list[Candidate]]:
    """Return the candidates of each layer: its whole pieces, then those joined of two."""
    found: list[list[Candidate]] = [[] for _ in layers]
    wholes, parts = _highest(pieces, sized.whole), np.flatnonzero(sized.part)
    crowded = np.bincount(pieces.mask[parts], minlength=len(layers)) > _MAX_PIECES
    pairs = near_pairs(pieces, parts[~crowded[pieces.mask[parts]]], sized.min_height, sized.max_height)
    for how, members in (("piece", wholes[:, None]), ("joined", pairs)):
        numbers, labels = pieces.mask[members[:, 0]].tolist(), pieces.label[members].tolist()
        for number, of_one, box in zip(numbers, labels, pieces.around(members), strict=True):
            candidate = _made(layers[number], pieces.labels[number], of_one, box, how)
            if candidate is not None:
                found[number].append(candidate)
    return found


def _highest(pieces: Pieces, whole: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the whole pieces as indices, of a crowded mask only the highest."""
    wholes = np.flatnonzero(whole)
    count = np.bincount(pieces.mask[wholes])
    if not len(count) or count.max() <= _MAX_PIECES:
        return wholes
    parts = np.split(wholes, count.cumsum()[:-1])
    kept = [part[(-pieces.boxes[part, 3]).argsort(kind="stable")[:_MAX_PIECES]] for part in parts]
    return np.concatenate([few if len(part) > _MAX_PIECES else part for part, few in zip(parts, kept, strict=True)])


def _made(layer: InkLayer, pieces: Labels, labels: list[int], box: Box, how: str) -> Candidate | None:
    """Return the candidate of the pieces in a box of the layer, None where their contrast is too weak to be ink."""
    x, y, w, h = box
    # One pixel more on each side takes along the soft edge that the threshold cut off.
    rows, columns = slice(max(0, y - 1), y + h + 1), slice(max(0, x - 1), x + w + 1)
    window, ink = layer.strength[rows, columns], pieces.ink(labels, rows, columns)
    strengths = window[ink]
    strengths.sort(kind="stable")  # of bytes by radix: with so many alike a quarter of what a partition takes
    core = float(strengths[int(_CORE_QUANTILE * (strengths.size - 1))])
    bound = float(layer.bound[y + h // 2, x + w // 2])
    if core < CERTAIN * bound:
        return None
    _, patch = cv2.threshold(cv2.convertScaleAbs(window, alpha=255 / core), int(255 * _EDGE), 0, cv2.THRESH_TOZERO)
    patch *= cv2.dilate(ink.view(np.uint8), _CROSS)
    corner = columns.start, rows.start
    return Candidate(in_picture(x, y, w, h, layer.zoom), patch, corner, core, bound, layer.light, layer.level, layer.zoom, how)


def pieces_of(
    whole: Candidate, kept: NDArray[np.uint8], left: int, most: int, least_height: float = 0.0
) -> Iterator[Candidate]:
    """Yield the largest pieces of what is kept of a candidate, each a candidate of its own.

    Args:
        whole: What they are taken from.
        kept: uint8 [h, w], some columns of its patch, 0 where nothing is kept.
        left: The first of these columns.
        most: Pieces at most; smaller ones are crumbs.
        least_height: Of them, pixels of the patch; what is lower is left out.
    """
    ink = cv2.compare(kept, 255 * whole.bound / whole.contrast, cv2.CMP_GT)
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_BBDT)
    whole_x, whole_y = whole.corner_xy
    for label in (1 + (-stats[1:, cv2.CC_STAT_AREA]).argsort(kind="stable")[:most]).tolist():
        x, y, w, h, _ = stats[label].tolist()
        if h < least_height:
            continue
        # As with a whole piece, one pixel more on each side takes along the soft edge.
        first_x, first_y = max(0, x - 1), max(0, y - 1)
        window = np.s_[first_y : y + h + 1, first_x : x + w + 1]
        yield replace(
            whole,
            box_xywh=in_picture(whole_x + left + x, whole_y + y, w, h, whole.zoom),
            patch=kept[window] * cv2.dilate((labels[window] == label).view(np.uint8), _CROSS),
            corner_xy=(whole_x + left + first_x, whole_y + first_y),
            how="split",
            whole=whole,
        )


def in_picture(x: int, y: int, w: int, h: int, zoom: float) -> Box:
    """Return a box of a layer (its pixels) as one of the full picture, ``zoom`` of whose pixels are one of the layer's."""
    return round(x * zoom), round(y * zoom), max(1, round(w * zoom)), max(1, round(h * zoom))
