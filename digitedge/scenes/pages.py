"""Drawn pages: photos of paper and boards with digits on them, and the exact truth about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes import layouts_documents as documents
from digitedge.scenes import layouts_notes as notes
from digitedge.scenes import layouts_numbers as numbers
from digitedge.scenes.board import Board, Color
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.clutter import add_clutter
from digitedge.scenes.extras import mark_up, punch_holes, shine_through
from digitedge.scenes.grounds import GROUNDS, Area, Ground, lay_ground
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.optics import photograph, scan
from digitedge.scenes.textures import random_desk
from digitedge.scenes.truth import Scene
from digitedge.scenes.writer import Writer

_Layout = Callable[[Board, Writer, Area, Ground], None]

_LAYOUTS: dict[str, tuple[float, _Layout]] = {
    "single": (1.0, numbers.draw_single),
    "scattered": (1.4, numbers.draw_scattered),
    "rows": (2.0, numbers.draw_rows),
    "list": (1.6, numbers.draw_list),
    "sum": (1.0, numbers.draw_sum),
    "table": (1.6, numbers.draw_table),
    "sudoku": (1.4, numbers.draw_sudoku),
    "contacts": (1.2, documents.draw_contacts),
    "text": (1.5, documents.draw_text),
    "form": (1.4, documents.draw_form),
    "card": (1.0, documents.draw_card),
    "arrays": (1.8, notes.draw_arrays),
    "equations": (1.4, notes.draw_equations),
    "notes": (1.5, notes.draw_notes),
    "diagram": (1.2, documents.draw_diagram),
    "print": (0.8, documents.draw_print),
    "letters": (1.2, documents.draw_letters),
    "marks": (0.6, documents.draw_marks),
}

PAGE_KINDS: tuple[str, ...] = (*_LAYOUTS, "desk", "mixed")
"""What `draw_page` draws; "letters", "marks" and "desk" hold no digit, "mixed" is dark on light beside light on dark."""

_WEIGHTS = np.array([*(weight for weight, _ in _LAYOUTS.values()), 0.5, 0.8])

_DARK_INKS: tuple[Color, ...] = (
    (30, 28, 28), (25, 25, 25), (130, 50, 25), (150, 70, 30), (110, 30, 20), (45, 40, 185), (60, 110, 30), (130, 40, 110),
)  # fmt: skip
_LIGHT_INKS: tuple[Color, ...] = (
    (245, 245, 245),
    (235, 240, 240),
    (170, 235, 250),
    (240, 225, 180),
    (190, 190, 250),
    (190, 240, 200),
)
_OF_FONTS = 0.6  # of the writers on a page, where there are fonts
_GRAPHITE: Color = (85, 82, 80)


def draw_page(
    seed: int,
    hands: BorrowedHands | None = None,
    difficulty: float = 0.5,
    size_wh: tuple[int, int] | None = None,
    kind: str | None = None,
) -> Scene:
    """Return a drawn photo with its truth.

    Args:
        seed: The same seed (and other arguments) gives the same picture.
        hands: Scanned digits to write with as well; strokes alone if None.
        difficulty: 0 (flat, sharp, even light) to 1 (bad light, perspective, blur, noise, faint ink).
        size_wh: Of the picture, pixels; random between 160×120 and 12 megapixels, mostly about 1 megapixel, if None.
        kind: One of `PAGE_KINDS`; random if None.

    Raises:
        ValueError: ``difficulty`` or ``kind`` is out of range.
    """
    if not 0 <= difficulty <= 1:
        raise ValueError(f"difficulty must be in 0..1, got {difficulty}")
    if kind is not None and kind not in PAGE_KINDS:
        raise ValueError(f"kind must be one of {', '.join(PAGE_KINDS)}, got {kind!r}")
    rng = np.random.default_rng((seed, 3))
    drawn_size = page_size(rng)
    drawn_kind = str(rng.choice(PAGE_KINDS, p=_WEIGHTS / _WEIGHTS.sum()))
    size_wh, kind = size_wh or drawn_size, kind or drawn_kind
    image = np.full((size_wh[1], size_wh[0], 3), 200, np.uint8)
    board = Board(image, _view(size_wh, rng, difficulty), rng)
    if kind == "desk":
        board.image_bgr[:] = random_desk(size_wh, rng)
    elif kind == "mixed":
        _draw_mixed(board, hands, difficulty)
    else:
        ground = _ground(board, kind, difficulty)
        if rng.random() < 0.12 * difficulty:
            shine_through(board, ground)
        if rng.random() < 0.06:
            punch_holes(board, ground)
        writer = _writer(board, ground, hands, kind, difficulty)
        _LAYOUTS[kind][1](board, writer, ground.area, ground)
        if rng.random() < 0.3 and kind not in ("sum", "sudoku", "form", "table", "diagram"):
            mark_up(board, writer)
    add_clutter(board, difficulty)
    smallest = min((digit.box_xywh[3] for digit in board.digits if digit.digit != 1), default=24)
    if rng.random() < (0.2 if kind in ("single", "scattered") else 0.06):
        return board.finish(kind, scan(board.image_bgr, rng))
    return board.finish(kind, photograph(board.image_bgr, rng, difficulty, max(8, smallest)))


def page_size(rng: np.random.Generator) -> tuple[int, int]:
    """Return some picture's (width, height), 160×120 to 12 megapixels, mostly about 1 megapixel, upright or lying."""
    named = (
        (160, 120),
        (320, 240),
        (640, 480),
        (800, 600),
        (1024, 768),
        (1280, 960),
        (1280, 720),
        (1600, 1200),
        (2048, 1536),
        (4032, 3024),
    )
    width, height = named[int(rng.choice(10, p=[0.02, 0.05, 0.2, 0.18, 0.18, 0.13, 0.1, 0.09, 0.04, 0.01]))]
    if rng.random() < 0.3:
        width = round(width * rng.uniform(0.6, 1.0))
    return (height, width) if rng.random() < 0.4 else (width, height)


def _view(size_wh: tuple[int, int], rng: np.random.Generator, difficulty: float) -> NDArray[np.float64]:
    """Return a homography from sheet to picture: turn, zoom and tilt about the middle."""
    width, height = size_wh
    angle = rng.normal(0, 0.05) * difficulty * (3 if rng.random() < 0.15 else 1)
    tilt_x, tilt_y = rng.normal(0, 0.16, 2) * difficulty / (width, height)
    zoom = 1.0 + 0.04 * rng.standard_normal()
    cosine, sine = np.cos(angle) * zoom, np.sin(angle) * zoom
    to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [tilt_x, tilt_y, 1]])
    back = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    result: NDArray[np.float64] = back @ turn @ to_middle
    return result


def _ground(board: Board, kind: str, difficulty: float) -> Ground:
    rng = board.rng
    weights = np.array([5, 1.5, 1, 1, 0.4, 0.6, 0.4, 0.6, 2.2, 1.2, 1, 0.4, 0.4, 0.3])
    name = str(rng.choice(GROUNDS, p=weights / weights.sum()))
    ruled = name in ("white", "cream", "recycled", "yellow", "blue", "green", "pink") and kind not in ("sudoku", "form")
    rules = (
        str(rng.choice(["none", "ruled", "squared", "dotted", "margin"], p=[0.5, 0.2, 0.15, 0.05, 0.1])) if ruled else "none"
    )
    return lay_ground(board, name, rules, bool(rng.random() < 0.35), difficulty)


def _writer(board: Board, ground: Ground, hands: BorrowedHands | None, kind: str, difficulty: float) -> Writer:
    """Return somebody with a pen that shows on ``ground``, who writes at a size that can be read."""
    rng = board.rng
    shorter = min(ground.area[2], ground.area[3])
    small = max(13.0, 0.012 * board.size_wh[1])
    height = float(np.clip(shorter * np.exp(rng.uniform(np.log(0.025), np.log(0.16))), small, max(small, 0.3 * shorter)))
    if ground.line_step:
        step = ground.line_step * (0.9 if height < ground.line_step else 1.8)
        height = max(small, step * float(rng.uniform(0.5, 0.85)))
    if ground.dark or ground.name == "whiteboard":
        pen = Pen.random(rng, "chalk" if ground.name in ("chalkboard", "blackboard", "slate") else "felt")
    else:
        pen = Pen.random(rng, str(rng.choice(["ball", "felt", "pencil"], p=[0.5, 0.3, 0.2])))
    pen = replace(pen, width=min(pen.width, 0.17))  # thicker ones close the loops of small digits
    inks = _LIGHT_INKS if ground.dark else _DARK_INKS
    if pen.kind == "pencil":
        color, opacity = _GRAPHITE, float(rng.uniform(0.75 - 0.3 * difficulty, 0.95))
    else:
        color, opacity = inks[int(rng.integers(len(inks)))], float(rng.uniform(0.95 - 0.2 * difficulty, 1.0))
    second = inks[int(rng.integers(len(inks)))] if rng.random() < 0.2 else color
    contrast = min(abs(_luma(ink) - _luma(ground.color)) for ink in (color, second))
    opacity = max(opacity, min(1.0, 50 / (contrast + 1e-6)))
    hand = Hand.random(rng)
    hand = replace(
        hand, slant=min(max(hand.slant, -0.3), 0.5), warp=min(hand.warp, 0.1)
    )  # who writes for others writes readably
    of_signs = _beside(rng)
    sizes, lifts = _digit_habits(of_signs)
    fonts = hands.fonts if hands is not None else ()
    of_letters = _beside(rng)
    font = fonts[int(of_letters.integers(len(fonts)))] if fonts and of_letters.random() < _OF_FONTS else None
    return Writer(
        hand=hand,
        pen=pen,
        color=color,
        second_color=second,
        opacity=opacity,
        text_height=height,
        spacing=pen.width + float(rng.uniform(0.04, 0.2) if rng.random() < 0.88 else rng.uniform(-0.05, 0.04)),
        scans=hands if hands is not None and rng.random() < 0.5 else None,
        font=font,
        joined=bool(rng.random() < 0.4),
        upright_ones=kind not in ("text", "card", "print", "contacts"),
        brackets=float(of_signs.uniform(1.1, 1.9)) if of_signs.random() < 0.8 else 1.0,
        commas=float(of_signs.uniform(0.8, 2.0)),
        sizes=sizes,
        lifts=lifts,
    )


def _digit_habits(rng: np.random.Generator) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return how high somebody writes each digit, and how far above the line, both in heights of a digit.

    Two in five write all alike. Of the others a 0 is smaller than its neighbours more often than not; what is small stands
    anywhere between the line and the middle of its neighbours.
    """
    if rng.random() < 0.4:
        return (1.0,) * 10, (0.0,) * 10
    sizes = np.exp(np.clip(0.08 * rng.standard_normal(10), -0.2, 0.15))
    sizes[0] *= float(np.clip(np.exp(-0.18 + 0.2 * rng.standard_normal()), 0.5, 1.05))
    lifts = (1 - sizes).clip(0) * rng.uniform(0, 0.6, 10)
    return tuple(sizes.tolist()), tuple(lifts.tolist())


def _beside(rng: np.random.Generator) -> np.random.Generator:
    """Return a generator of its own; the one it is derived from goes on as if it had not been asked."""
    bits = rng.bit_generator
    seeds = getattr(bits, "seed_seq" if hasattr(bits, "seed_seq") else "_seed_seq")  # NumPy before 1.25, as Debian 12 has it
    return np.random.default_rng(seeds.spawn(1)[0])


def _draw_mixed(board: Board, hands: BorrowedHands | None, difficulty: float) -> None:
    """Light on dark beside dark on light: a dark card on paper, or a note on a board."""
    rng = board.rng
    outer_dark = bool(rng.random() < 0.5)
    names = [["white", "cream", "yellow", "whiteboard"], ["chalkboard", "blackboard", "dark card", "black paper"]]
    ground = lay_ground(board, str(rng.choice(names[outer_dark])), "none", False, difficulty)
    x, y, width, height = ground.area
    across = width > height
    half: Area = (x, y, width * 0.46, height) if across else (x, y, width, height * 0.46)
    patch: Area = (x + width * 0.52, y, width * 0.46, height) if across else (x, y + height * 0.52, width, height * 0.46)
    inner_name = str(rng.choice(names[not outer_dark]))
    inner = _lay_card(board, inner_name, patch)
    for surface, area in ((ground, half), (inner, inner.area)):
        part = Ground(surface.name, surface.color, surface.dark, area, 0.0)
        layout = (numbers.draw_rows, numbers.draw_list, numbers.draw_scattered, documents.draw_contacts)[int(rng.integers(4))]
        layout(board, _writer(board, part, hands, "mixed", difficulty), area, part)


def _lay_card(board: Board, name: str, area: Area) -> Ground:
    """Lay a card of the surface ``name`` onto a part of the board."""
    rng = board.rng
    x, y, width, height = area
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    corners += 0.01 * width * rng.standard_normal((4, 2))
    other = Board(np.empty_like(board.image_bgr), board.view, rng)
    ground = lay_ground(other, name, "none", False, 0.5)
    mask = np.zeros(board.image_bgr.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(board.project(corners) * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    cv2.copyTo(other.image_bgr, mask, board.image_bgr)
    margin = 0.06 * min(width, height)
    return Ground(name, ground.color, ground.dark, (x + margin, y + margin, width - 2 * margin, height - 2 * margin), 0.0)


def _luma(color: Color) -> float:
    return 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2]
