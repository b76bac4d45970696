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
from digitedge.scenes.board import Board
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.clutter import add_clutter, lay_objects
from digitedge.scenes.extras import mark_up, punch_holes, shine_through
from digitedge.scenes.grounds import GROUNDS, Area, Ground, lay_ground
from digitedge.scenes.optics import photograph, scan
from digitedge.scenes.textures import random_desk
from digitedge.scenes.truth import Scene
from digitedge.scenes.writer import Writer
from digitedge.scenes.writers import random_writer

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
    "measures": (0.0, numbers.draw_measures),
}

_OBJECTS, _OBJECTS_ON_DESKS = 0.2, 0.7  # of the pages, on which things lie

_OTHER_KINDS = {"desk": 0.5, "mixed": 0.8, "several": 2.4}

PAGE_KINDS: tuple[str, ...] = (*_LAYOUTS, *_OTHER_KINDS)
"""What `draw_page` draws; "letters", "marks" and "desk" hold no digit, "mixed" is dark on light beside light on dark, and
"several" things stand side by side as on a board; "measures" is drawn only when it is asked for."""

_WEIGHTS = np.array([*(weight for weight, _ in _LAYOUTS.values()), *_OTHER_KINDS.values()])
_SEVERAL = (
    "arrays",
    "arrays",
    "equations",
    "notes",
    "diagram",
    "rows",
    "list",
    "sum",
    "table",
    "text",
    "scattered",
    "letters",
    "marks",
)


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
        hands: Scanned digits and fonts to write with as well; strokes alone if None.
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
        writer = random_writer(board, ground, hands, kind, difficulty)
        if kind == "several":
            _draw_several(board, writer, ground)
        else:
            _LAYOUTS[kind][1](board, writer, ground.area, ground)
        if rng.random() < 0.3 and kind not in ("sum", "sudoku", "form", "table", "diagram", "several"):
            mark_up(board, writer)
    add_clutter(board, difficulty)
    of_objects = np.random.default_rng((seed, 4))  # of their own: a page without any is as it would be if there were none
    if of_objects.random() < (_OBJECTS_ON_DESKS if kind == "desk" else _OBJECTS):
        lay_objects(board, of_objects, int(of_objects.integers(1, 7)))
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
        layout(board, random_writer(board, part, hands, "mixed", difficulty), area, part)


def _draw_several(board: Board, writer: Writer, ground: Ground) -> None:
    """Lay out two to five things by one hand, each in its part of the area."""
    rng = board.rng
    parts = [ground.area]
    for _ in range(int(rng.integers(1, 5))):
        x, y, width, height = parts.pop(int(np.argmax([part[2] * part[3] for part in parts])))
        at, gap = rng.uniform(0.3, 0.7), 1.2 * writer.text_height
        if width > height * rng.uniform(0.6, 1.2):
            parts += [(x, y, width * at - gap, height), (x + width * at, y, width * (1 - at), height)]
        else:
            parts += [(x, y, width, height * at - gap), (x, y + height * at, width, height * (1 - at))]
    for x, y, width, height in parts:
        size = writer.text_height * rng.uniform(0.75, 1.15)
        if min(width, height) > 1.5 * size:
            part, kind = replace(ground, area=(x, y, width, height)), str(rng.choice(_SEVERAL))
            whose = replace(writer, text_height=size, upright_ones=kind != "text")
            _LAYOUTS[kind][1](board, whose, part.area, part)


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
