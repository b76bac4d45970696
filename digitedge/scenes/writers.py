"""Who writes on a drawn page: a hand, a pen whose ink shows on the ground, and habits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from digitedge.scenes.board import Board, Color
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.grounds import Ground
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.writer import Writer

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
_FONT_SHARE = 0.6  # of the writers on a page, where there are fonts
_GRAPHITE: Color = (85, 82, 80)


def random_writer(board: Board, ground: Ground, hands: BorrowedHands | None, kind: str, difficulty: float) -> Writer:
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
    of_letters = _beside(of_signs)
    font = fonts[int(of_letters.integers(len(fonts)))] if fonts and of_letters.random() < _FONT_SHARE else None
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


def _luma(color: Color) -> float:
    return 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2]
