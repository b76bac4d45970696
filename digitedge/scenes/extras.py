"""What people and paper add: underlines, rings, struck-out words, holes, the reverse side shining through."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import Board
from digitedge.scenes.grounds import Ground
from digitedge.scenes.hand import Hand
from digitedge.scenes.letter_styles import LETTERS
from digitedge.scenes.truth import Box, Other
from digitedge.scenes.writer import Writer

_SHEET_SHARE = 0.9  # of the page that shows its reverse side


def shine_through(board: Board, ground: Ground) -> None:
    """Let mirrored writing from the reverse side show faintly; too faint to be read, so it is no truth."""
    rng = board.rng
    x, y, width, height = ground.area
    hand = Hand.random(rng)
    size = max(12.0, float(rng.uniform(0.03, 0.08)) * height)
    labels = list(LETTERS.values())
    tone = 255.0 if ground.dark else 60.0
    opacity = float(rng.uniform(0.03, 0.1))
    for baseline in np.arange(y + size, y + _SHEET_SHARE * height, 2.2 * size):
        for left in np.arange(x, x + width * rng.uniform(0.4, _SHEET_SHARE), 0.8 * size)[:60]:
            if rng.random() < 0.75:
                template = labels[int(rng.integers(len(labels)))][0]
                path = hand.trace(template, rng) * (-size, size) + (left + size, baseline - size)
                board.stroke(path, template.stroke_ends, 0.09 * size, (tone, tone, tone), opacity)


def punch_holes(board: Board, ground: Ground) -> None:
    """Punch a row of holes along the left or upper edge, as for a ring binder or a spiral."""
    rng = board.rng
    x, y, width, height = ground.area
    step = float(rng.uniform(0.04, 0.12)) * height
    radius = step * float(rng.uniform(0.12, 0.3))
    along = np.arange(y, y + height, step) if rng.random() < 0.7 else np.arange(x, x + width, step)
    upright = along.size and along[0] == y
    centers = [(x - 1.2 * radius, place) if upright else (place, y - 1.2 * radius) for place in along]
    mask = np.zeros(board.image_bgr.shape[:2], np.uint8)
    for center in board.project(np.array(centers, np.float64).reshape(-1, 2)):
        place = (int(np.clip(center[0], -999, 99_999)), int(np.clip(center[1], -999, 99_999)))
        cv2.circle(mask, place, max(1, round(radius * board.scale_at(x, y))), 255, -1, cv2.LINE_AA)
    tone = float(rng.uniform(10, 90))
    board.cover(mask, (tone, tone, tone))


def mark_up(board: Board, writer: Writer) -> None:
    """Underline or ring a few numbers, strike out a few words; rings and lines keep off the digits' middles."""
    rng = board.rng
    back = np.asarray(np.linalg.inv(board.view), np.float64)
    for number in board.numbers:
        if rng.random() < 0.06 and not any(board.digits[member].printed for member in number.members):
            x, y, width, height = _on_sheet(number.box_xywh, back)
            if rng.random() < 0.6:
                low = y + height * rng.uniform(1.08, 1.25)
                path = np.linspace((x - 0.1 * height, low), (x + width + 0.1 * height, low + 0.05 * height), 8)
            else:
                turn = np.linspace(0.3, 0.5 + 2 * np.pi, 30)
                reach = (0.5 * width + 0.55 * height, 0.85 * height)
                path = np.stack([np.cos(turn), np.sin(turn)], axis=1) * reach + (x + 0.5 * width, y + 0.5 * height)
            _add(board, writer, path + 0.01 * height * rng.standard_normal(path.shape), "shape")
    letters = [other.box_xywh for other in board.others if other.kind == "letter"]
    for box in letters[:: max(1, int(rng.integers(12, 40)))]:
        x, y, width, height = _on_sheet(box, back)
        strike = np.linspace((x - 0.2 * width, y + 0.55 * height), (x + 1.3 * width, y + 0.45 * height), 8)
        _add(board, writer, strike, "shape")


def _add(board: Board, writer: Writer, path: NDArray[np.float64], kind: str) -> None:
    box = board.stroke(path, [len(path)], 0.8 * writer.width(writer.text_height), writer.color, writer.opacity, 0.1)
    if box:
        board.others.append(Other(kind, box))


def _on_sheet(box: Box, back: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return about where a box of the picture lies on the sheet: x, y, width, height."""
    x, y, width, height = box
    corners = np.array([[x, y, 1], [x + width, y, 1], [x, y + height, 1], [x + width, y + height, 1]], np.float64) @ back.T
    flat = corners[:, :2] / corners[:, 2:]
    low, high = flat.min(axis=0), flat.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])
