"""What is written on: papers, boards, and the table they lie on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import Board, Color, Segment
from digitedge.scenes.optics import noise_tile
from digitedge.scenes.textures import random_desk

Area = tuple[float, float, float, float]
"""x, y, width, height in sheet pixels."""

_LIGHT_PAPERS: dict[str, Color] = {
    "white": (248, 248, 246),
    "cream": (222, 240, 248),
    "recycled": (205, 212, 214),
    "yellow": (120, 235, 252),
    "pink": (205, 190, 250),
    "blue": (240, 222, 190),
    "green": (195, 235, 200),
    "kraft": (120, 165, 200),
    "whiteboard": (238, 238, 232),
}
_DARK_PAPERS: dict[str, Color] = {
    "chalkboard": (62, 78, 48),
    "blackboard": (44, 44, 42),
    "slate": (70, 62, 58),
    "dark card": (90, 48, 40),
    "black paper": (24, 24, 24),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A surface ready to be written on.

    Attributes:
        name: "white", "chalkboard" …
        color: Of the surface.
        dark: Whether one writes light on dark.
        area: Where to write, sheet pixels.
        line_step: Distance of ruled lines, sheet pixels; 0 if there are none.
    """

    name: str
    color: Color
    dark: bool
    area: Area
    line_step: float


def lay_ground(board: Board, name: str, rules: str, edges: bool, difficulty: float) -> Ground:
    """Cover the board with a surface.

    Args:
        board: Drawn upon.
        name: One of `GROUNDS`.
        rules: "none", "ruled", "squared", "dotted" or "margin".
        edges: Whether the paper ends inside the picture and a desk shows around it.
        difficulty: 0..1; how strong textures are.
    """
    rng = board.rng
    width, height = board.size_wh
    dark = name in _DARK_PAPERS
    base = np.array(_DARK_PAPERS[name] if dark else _LIGHT_PAPERS[name])
    color = np.clip(base * rng.uniform(0.88, 1.02) + 4 * rng.standard_normal(3), 5, 252)
    inset = rng.uniform(0.02, 0.16, 4) if edges else np.full(4, -0.3)
    left, top = inset[0] * width, inset[1] * height
    right, bottom = (1 - inset[2]) * width, (1 - inset[3]) * height
    if edges:
        board.image_bgr[:] = random_desk(board.size_wh, rng)
    _lay_paper(board, (left, top, right, bottom), color, grain=(0.02 + 0.06 * difficulty) * (1.6 if dark else 1.0), edges=edges)
    if dark:
        _smear(board, color, rng)
    frame = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
    margin = rng.uniform(0.03, 0.08) * min(width, height)
    area = (frame[0] + margin, frame[1] + margin, frame[2] - frame[0] - 2 * margin, frame[3] - frame[1] - 2 * margin)
    step = height * float(rng.uniform(0.035, 0.12)) if rules != "none" else 0.0
    paint: Color = (float(color[0]), float(color[1]), float(color[2]))
    if step:
        _rule(board, (left, top, right, bottom), rules, step, paint, dark, difficulty)
    return Ground(name, paint, dark, area, step)


def _lay_paper(board: Board, frame: Area, color: NDArray[np.float64], grain: float, edges: bool) -> None:
    left, top, right, bottom = frame
    width, height = board.size_wh
    fibre = cv2.resize(noise_tile()[:256, :256, :1], (max(1, width // 3), max(1, height // 3)), interpolation=cv2.INTER_LINEAR)
    fibre = cv2.resize(fibre, (width, height), interpolation=cv2.INTER_LINEAR)
    level = cv2.addWeighted(fibre, grain * 2, fibre, 0, 235 - 256 * grain)
    paper = cv2.merge([cv2.convertScaleAbs(level, alpha=float(channel) / 235) for channel in color])
    if not edges:
        board.image_bgr[:] = paper
        return
    corners = board.project(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))
    shadow = np.zeros((height, width), np.uint8)
    points = np.rint(corners * 16).astype(np.int32)
    fall = board.rng.uniform(-0.012, 0.012, 2) * width * 16
    cv2.fillPoly(shadow, [(points + fall).astype(np.int32)], 255, cv2.LINE_AA, 4)
    small = cv2.resize(shadow, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 0.001 * width + 0.6), (width, height), interpolation=cv2.INTER_LINEAR)
    board.cover(np.asarray(soft, np.uint8), (10, 10, 10), float(board.rng.uniform(0.1, 0.6)))
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_8, 4)
    cv2.copyTo(paper, mask, board.image_bgr)


def _smear(board: Board, color: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Wiped chalk: pale clouds and streaks."""
    width, height = board.size_wh
    cloud = noise_tile()[: 16 if rng.random() < 0.5 else 6, :24, 0]
    soft = cv2.resize(np.ascontiguousarray(cloud), (width, height), interpolation=cv2.INTER_CUBIC)
    board.cover(
        np.asarray(cv2.subtract(soft, 110.0), np.uint8), tuple(np.minimum(color + 90, 255).tolist()), float(rng.uniform(0, 0.6))
    )


def _rule(board: Board, frame: Area, rules: str, step: float, color: Color, dark: bool, difficulty: float) -> None:
    rng = board.rng
    left, top, right, bottom = frame
    toward = 255.0 if dark else 60.0
    share = rng.uniform(0.12, 0.25 + 0.35 * difficulty)
    tint = [channel + (toward - channel) * share for channel in color]
    if not dark and rng.random() < 0.6:  # blue or violet print
        tint = [tint[0] + 0.5 * (color[0] - tint[0]), tint[1], tint[2]]
    paint: Color = (tint[0], tint[1], tint[2])
    width = max(0.8, step * rng.uniform(0.015, 0.06))
    if rules == "squared":
        step *= 0.55
    rows = np.arange(top + step * rng.random(), bottom, step)
    columns = np.arange(left + step * rng.random(), right, step)
    across: list[Segment] = [((left, y), (right, y)) for y in rows]
    down: list[Segment] = [((x, top), (x, bottom)) for x in columns]
    if rules == "dotted":
        dots: list[Segment] = [((x, y), (x + 0.5, y)) for x in columns[:90] for y in rows[:90]]
        board.lines(dots, 2.5 * width, paint)
    else:
        board.lines(across + (down if rules == "squared" else []), width, paint)
    if rules == "margin":
        x = left + (right - left) * rng.uniform(0.1, 0.2)
        board.lines([((x, top), (x, bottom))], 1.5 * width, (90.0, 80.0, 220.0), 0.7)


GROUNDS: tuple[str, ...] = (*_LIGHT_PAPERS, *_DARK_PAPERS)
"""Surfaces that `lay_ground` knows."""
