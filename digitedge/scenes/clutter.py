"""What lies in the picture besides writing: fingers, pens, stains, specks, and things of all kinds."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import Board
from digitedge.scenes.objects import draw_object

_SKIN = ((120, 150, 205), (90, 120, 180), (60, 85, 130), (150, 180, 225))


def add_clutter(board: Board, difficulty: float) -> None:
    """Put things on the page where they cover no glyph."""
    rng, taken = board.rng, _taken(board)
    for chance, draw in ((0.25, _finger), (0.2, _stick), (0.3, _stain)):
        if rng.random() < chance * (0.4 + 0.8 * difficulty):
            mask = draw(board.size_wh, rng)
            if not cv2.bitwise_and(mask, taken).any():
                _paint(board, mask, draw is _stain)
    if rng.random() < 0.4 * difficulty:
        _specks(board, taken)


def lay_objects(board: Board, rng: np.random.Generator, count: int) -> None:
    """Lay up to ``count`` things with their shadows where they cover no glyph; they may reach out of the picture."""
    taken = _taken(board)
    width, height = board.size_wh
    for _ in range(count):
        thing, mask = draw_object(rng)
        zoom = float(rng.uniform(0.06, 0.45)) * min(width, height) / mask.shape[0]
        if zoom < 0.5:  # else the turn would leave pixels out
            thing, mask = (
                cv2.resize(part, None, fx=2 * zoom, fy=2 * zoom, interpolation=cv2.INTER_AREA) for part in (thing, mask)
            )
            zoom = 0.5
        turn, (x, y) = float(rng.uniform(0, 360)), rng.uniform(0, 1, 2) * (width, height)
        place = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), turn, zoom)
        place[:, 2] += (x - mask.shape[1] / 2, y - mask.shape[0] / 2)
        seen = np.asarray(cv2.warpAffine(mask, place, (width, height)), np.uint8)
        if cv2.bitwise_and(seen, taken).any():
            continue
        reach = max(1.0, 0.06 * zoom * mask.shape[0])
        shift = np.array([[1, 0, rng.normal(0, reach)], [0, 1, rng.normal(0, reach)]])
        shadow = cv2.GaussianBlur(cv2.warpAffine(seen, shift, (width, height)), (0, 0), float(rng.uniform(0.2, 1)) * reach)
        board.cover(np.asarray(shadow, np.uint8), (15.0, 15.0, 15.0), float(rng.uniform(0.1, 0.5)))
        x, y, w, h = cv2.boundingRect(seen)
        ground = 1 - seen[y : y + h, x : x + w, None].astype(np.float32) / 255
        colors = cv2.warpAffine(thing, place, (width, height))[y : y + h, x : x + w]  # black where the thing is not
        part = board.image_bgr[y : y + h, x : x + w]
        part[:] = (part * ground + colors + np.float32(0.5)).clip(0, 255).astype(np.uint8)
        taken |= seen


def _taken(board: Board) -> NDArray[np.uint8]:
    """Return uint8 [H, W], set on and near glyphs."""
    taken = np.zeros(board.image_bgr.shape[:2], np.uint8)
    for box_x, box_y, box_w, box_h in [
        *(digit.box_xywh for digit in board.digits),
        *(other.box_xywh for other in board.others),
    ]:
        grow = 2 + box_h // 6
        cv2.rectangle(taken, (box_x - grow, box_y - grow), (box_x + box_w + grow, box_y + box_h + grow), 255, -1)
    return taken


def _paint(board: Board, mask: NDArray[np.uint8], stain: bool) -> None:
    rng = board.rng
    if stain:
        board.cover(mask, (60.0, 100.0, 140.0), float(rng.uniform(0.05, 0.3)))
        return
    base = np.array(_SKIN[int(rng.integers(len(_SKIN)))]) if rng.random() < 0.6 else rng.uniform(10, 240, 3)
    red, green, blue = base[2], base[1], base[0]
    board.cover(mask, (float(blue), float(green), float(red)), 1.0)
    side = max(3, board.size_wh[0] // 90)
    inner = cv2.erode(mask, np.ones((side, side), np.uint8))
    board.cover(np.asarray(cv2.blur(inner, (side, side)), np.uint8), tuple(np.minimum(base * 1.12, 255).tolist()), 0.7)


def _finger(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A thick round-ended bar that enters from an edge."""
    width, height = size_wh
    mask = np.zeros((height, width), np.uint8)
    edge = np.array([[rng.random() * width, -0.1 * height], [rng.random() * width, 1.1 * height],
                     [-0.1 * width, rng.random() * height], [1.1 * width, rng.random() * height]])  # fmt: skip
    start = edge[int(rng.integers(4))]
    toward = np.array([width, height]) * rng.uniform(0.2, 0.8, 2)
    tip = start + (toward - start) * rng.uniform(0.25, 0.6)
    thick = max(3, round(min(size_wh) * rng.uniform(0.05, 0.16)))
    cv2.line(mask, np.rint(start).astype(int).tolist(), np.rint(tip).astype(int).tolist(), 255, thick, cv2.LINE_AA)
    return mask


def _stick(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A pen, a cable or a ruler's edge."""
    width, height = size_wh
    mask = np.zeros((height, width), np.uint8)
    start = rng.uniform(0, 1, 2) * size_wh
    angle = rng.uniform(0, 2 * np.pi)
    tip = start + np.array([np.cos(angle), np.sin(angle)]) * max(size_wh) * rng.uniform(0.5, 1.0)  # a short one could be a 1
    thick = max(2, round(min(size_wh) * rng.uniform(0.008, 0.03)))
    cv2.line(mask, np.rint(start).astype(int).tolist(), np.rint(tip).astype(int).tolist(), 255, thick, cv2.LINE_AA)
    return mask


def _stain(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A coffee ring or a smudge."""
    width, height = size_wh
    mask = np.zeros((height, width), np.uint8)
    center = np.rint(rng.uniform(0.1, 0.9, 2) * size_wh).astype(int).tolist()
    radius = max(3, round(min(size_wh) * rng.uniform(0.03, 0.15)))
    thick = -1 if rng.random() < 0.5 else max(1, radius // 8)
    cv2.ellipse(mask, (center, (2 * radius, round(radius * rng.uniform(1.2, 2))), rng.uniform(0, 180)), 255, thick, cv2.LINE_AA)
    return np.asarray(cv2.blur(mask, (2 * (radius // 8) + 1,) * 2), np.uint8)


def _specks(board: Board, taken: NDArray[np.uint8]) -> None:
    rng = board.rng
    width, height = board.size_wh
    mask = np.zeros((height, width), np.uint8)
    for x, y, size in rng.uniform(0, 1, (int(rng.integers(3, 40)), 3)):
        place = (int(x * width), int(y * height))
        if not taken[place[1], place[0]]:
            cv2.circle(mask, place, int(size * size * min(width, height) * 0.006), 255, -1, cv2.LINE_AA)
    mask[taken > 0] = 0
    board.cover(mask, (40.0, 40.0, 40.0), float(rng.uniform(0.3, 1)))
