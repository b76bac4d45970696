"""Connected ink: the pieces of several layers in one table, so that every question about them is asked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.near import ranges
from digitedge.reading.page import Box

MAX_GAP = 0.22  # between two pieces of one digit, as a part of its height
_SAME_BOX = 0.08  # of the larger side, between the edges of one piece in two layers
_SAME_AREA = 1.35  # ratio of its areas
_SMALL = 1 << 16  # pixels, of a mask that is labelled sooner than its empty rows are found


@dataclass(frozen=True, slots=True)
class Labels:
    """Connected ink of one mask.

    Attributes:
        labels: int32 [K, w], which piece each pixel belongs to, 0 the ground; empty rows are left out.
        stats: int32 [N, 5]: x, y, width, height and area of each piece; row 0 is the ground.
        place: intp [h], where in ``labels`` each row of the mask is, or an empty one like it.
    """

    labels: NDArray[np.int32]
    stats: NDArray[np.int32]
    place: NDArray[np.intp]

    @classmethod
    def of(cls, mask: NDArray[np.uint8]) -> Labels:
        """Return the connected ink of a mask, uint8 [h, w]. Labelling asks each pixel, and paper is most of a page."""
        height = len(mask)
        if mask.size < _SMALL:
            _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
            return cls(labels, stats, np.arange(height))
        pairs = np.zeros(height // 2 + 2, bool)  # of rows: OpenCV numbers pieces in the order of their blocks of 2×2 pixels
        pairs[np.flatnonzero(mask.max(axis=1)) // 2] = True
        pairs[1:] |= pairs[:-1]  # one empty pair below ink parts it from what is next
        pairs[0] = True
        is_kept = pairs.repeat(2)[:height]
        kept = np.flatnonzero(is_kept)
        _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask[kept], 8, cv2.CV_32S, cv2.CCL_BBDT)
        stats[1:, cv2.CC_STAT_TOP] = kept[stats[1:, cv2.CC_STAT_TOP]]
        return cls(labels, stats, is_kept.cumsum() - 1)

    def ink(self, labels: list[int], rows: slice, columns: slice) -> NDArray[np.bool_]:
        """Return bool [h, w]: where in a window some pieces are."""
        places = self.place[rows]
        together = len(places) == int(places[-1]) - int(places[0]) + 1
        window = self.labels[places[0] : places[-1] + 1, columns] if together else self.labels[places, columns]
        ink = window == labels[0]
        for label in labels[1:]:
            ink |= window == label
        return ink


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of several masks, all but their grounds.

    Attributes:
        labels: Of each mask.
        mask: intp [N], which of the masks each piece is in.
        label: intp [N], and its number there.
        boxes: int32 [N, 5]: x, y, width, height and area, pixels of the mask.
        seen: float32 [N, 5], the same in pixels of the full picture.
    """

    labels: list[Labels]
    mask: NDArray[np.intp]
    label: NDArray[np.intp]
    boxes: NDArray[np.int32]
    seen: NDArray[np.float32]

    @classmethod
    def of(cls, masks: Sequence[NDArray[np.uint8]], zooms: Sequence[float]) -> Pieces:
        """Return the connected ink of masks, uint8 [h, w]; zooms are picture pixels per pixel of each."""
        labels = [Labels.of(mask) for mask in masks]
        counts = [len(one.stats) - 1 for one in labels]
        mask = np.arange(len(counts)).repeat(counts)
        label = np.concatenate([np.arange(1, count + 1) for count in counts])
        boxes = np.concatenate([one.stats[1:] for one in labels])
        scale = np.array([(zoom, zoom, zoom, zoom, zoom * zoom) for zoom in zooms], np.float32)
        return cls(labels, mask, label, boxes, boxes.astype(np.float32) * scale[mask])

    def ink(self, number: int, which: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return uint8 [h, w], 255 on those pieces of one of the masks that are marked, bool [N]."""
        labels = self.labels[number]
        marked = np.zeros(len(labels.stats), np.uint8)
        marked[self.label[which & (self.mask == number)]] = 255
        return marked[labels.labels][labels.place]

    def within(self, number: int, area: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return float64 [N]: which part of each piece of one of the masks is in an area, uint8 [h, w]; 0 of other masks'."""
        labels = self.labels[number]
        y, x = np.nonzero(area)
        inside = np.bincount(labels.labels[labels.place[y], x], minlength=len(labels.stats))
        return np.where(self.mask == number, inside[np.minimum(self.label, len(inside) - 1)] / self.boxes[:, 4], 0.0)

    def around(self, members: NDArray[np.intp]) -> list[Box]:
        """Return the boxes around groups of pieces, pixels of their masks; members is intp [K, M], each group's pieces."""
        boxes = self.boxes[members]
        corner = boxes[:, :, :2].min(axis=1)
        size = (boxes[:, :, :2] + boxes[:, :, 2:4]).max(axis=1) - corner
        return [(x, y, w, h) for x, y, w, h in np.concatenate([corner, size], axis=1).tolist()]


def alike(
    seen: NDArray[np.float32], mine: NDArray[np.intp], known: NDArray[np.float32], others: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which pieces look the same: same box, and neither hollow nor broken in one of them.

    Args:
        seen: float32 [N, 5]: x, y, width, height and area in pixels of the full picture.
        mine: intp [K], those that are asked for.
        known: float32 [M, 5], of the others.
        others: intp [L], those of them that count.

    Returns:
        intp [P] twice: the pairs that look the same, indices into seen and known.
    """
    if not len(mine) or not len(others):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    corners, other_corners = _corners(seen[mine]), _corners(known[others])
    slack = _SAME_BOX * seen[mine, 2:4].max(axis=1)
    axis = int((other_corners[:, :2].max(axis=0) - other_corners[:, :2].min(axis=0)).argmax())
    order = other_corners[:, axis].argsort(kind="stable")
    edges, near = other_corners[order, axis], slack + 1  # one pixel more: which are the same is decided below
    piece, position = ranges(edges.searchsorted(corners[:, axis] - near), edges.searchsorted(corners[:, axis] + near))
    other = order[position]
    fits = np.flatnonzero(np.abs(corners[piece] - other_corners[other]).max(axis=1) <= slack[piece])
    piece, other = mine[piece[fits]], others[other[fits]]
    ratio = seen[piece, 4] / known[other, 4]
    same = (ratio < _SAME_AREA) & (ratio > 1 / _SAME_AREA)
    return piece[same], other[same]


def _corners(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 [N, 4]: left, top, right, bottom."""
    corners = boxes[:, :4].copy()
    corners[:, 2:] += corners[:, :2]
    return corners


def near_pairs(
    pieces: Pieces, parts: NDArray[np.intp], min_height: NDArray[np.intp], max_height: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return intp [P, 2]: pieces that may be one digit: one above the other or overlapping, close, together of a digit's shape.

    Args:
        pieces: Of all layers; those of a pair are of one.
        parts: intp [K], indices of those that may be a digit's part.
        min_height: intp [masks], of a digit in each, pixels.
        max_height: intp [masks], the same.
    """
    left = (pieces.mask[parts] << 32) + pieces.boxes[parts, 0]
    order = left.argsort(kind="stable")
    left, order = left[order], parts[order]
    # Only those that begin left of a piece's right edge can overlap it.
    first, second = ranges(np.arange(1, len(order) + 1), left.searchsorted(left + pieces.boxes[order, 2]))
    x, y, w, h = pieces.boxes[order, :4].T.astype(np.float32)
    bottom = y + h
    union_h = np.maximum(bottom[first], bottom[second]) - np.minimum(y[first], y[second])
    close = np.flatnonzero(union_h - h[first] - h[second] <= MAX_GAP * union_h)
    first, second, union_h = first[close], second[close], union_h[close]
    right, extent, mask = x + w, np.maximum(w, h), pieces.mask[order[first]]
    union_w = np.maximum(right[first], right[second]) - np.minimum(x[first], x[second])
    near = (
        (w[first] + w[second] - union_w >= 0.3 * np.minimum(w[first], w[second]))
        & (union_h >= min_height[mask])
        & (union_h <= max_height[mask])
        & (union_w <= 1.25 * union_h)
        & (np.maximum(h[first], h[second]) >= 0.35 * union_h)
        & (np.minimum(extent[first], extent[second]) >= 0.18 * union_h)
    )
    kept = np.flatnonzero(near)
    one, other = order[first[kept]], order[second[kept]]
    pairs = np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
