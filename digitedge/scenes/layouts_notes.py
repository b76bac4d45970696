"""Pages of somebody who thinks on paper or on a board: arrays, equations, numbered notes."""

from __future__ import annotations

import numpy as np

from digitedge.scenes.board import Board
from digitedge.scenes.grounds import Area, Ground
from digitedge.scenes.layouts_numbers import digits_text, number_text, word_text
from digitedge.scenes.symbol_styles import SYMBOLS
from digitedge.scenes.truth import Other
from digitedge.scenes.writer import Writer

_BRACKETS = ("[]", "()", "{}", "[]", "[]")


def draw_arrays(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Lists in brackets, one below the other, with commas, headings, names, arrows between and steps beside."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    largest = int(rng.choice([1, 9, 9, 30, 30, 99, 999]))
    gap = " " if rng.random() < 0.5 else ""
    step = max(ground.line_step, size * rng.uniform(1.7, 3.0))
    arrows = rng.random() < 0.4
    left = x + size * rng.uniform(0, 1.5)
    for line, baseline in enumerate(np.arange(y + size, y + height - 0.3 * size, step)):
        text = word_text(rng, 3, 8) if line == 0 and rng.random() < 0.6 else _array_line(rng, largest, gap)
        while text and left + writer.measure(text, size) > x + width:
            text = text[:-2].rstrip(", ")
        right = writer.write(board, text, left, baseline, size) if text else left
        if line == 0 and rng.random() < 0.5:
            board.lines([((left, baseline + 0.25 * size), (right, baseline + 0.3 * size))], writer.width(size), writer.color)
        if arrows and step > 2.2 * size:
            _arrow(board, writer, left + (right - left) * rng.uniform(0.2, 0.8), baseline + 0.35 * size, step - 1.6 * size)


def _array_line(rng: np.random.Generator, largest: int, gap: str) -> str:
    """Return a line such as "[4, 8, 15]", "ab = [1,2] [3]", "x = 8" or "max 17"."""

    def listed() -> str:
        brackets = str(rng.choice(_BRACKETS))
        items = [str(int(value)) for value in rng.integers(0, largest + 1, int(rng.integers(1, 9)))]
        return f"{brackets[0]}{gap}{(',' + gap).join(items)}{gap}{brackets[1]}"

    kind = int(rng.integers(8))
    if kind < 4:
        return listed()
    if kind == 4:
        return f"{listed()}  {listed()}"
    if kind == 5:
        return f"{word_text(rng, 1, 5)} = {listed()}"
    if kind == 6:
        return f"{word_text(rng, 1, 6)} = {number_text(rng, 3)}"
    return f"{word_text(rng, 2, 6)} {word_text(rng, 2, 5)} {number_text(rng, 2)}"


def _arrow(board: Board, writer: Writer, x: float, top: float, length: float) -> None:
    template = SYMBOLS["arrow-down"][0]
    path = writer.hand.trace(template, board.rng) * length + (x, top)
    box = board.stroke(
        path,
        template.stroke_ends,
        writer.width(writer.text_height),
        writer.color,
        writer.opacity,
        writer.pen.pressure,
        writer.pen.grain,
    )
    board.others += [Other("arrow", box)] if box else []


def draw_equations(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Sums, products, brackets and unknowns in a row."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    space = str(rng.choice(["", " "]))
    for baseline in np.arange(y + size, y + height, max(ground.line_step, size * rng.uniform(1.8, 3.5))):
        text = _equation(rng, space)
        while text and x + writer.measure(text, size) > x + width:
            text = text[:-2]
        writer.write(board, text, x + size * rng.uniform(0, 0.7), baseline, size)


def _equation(rng: np.random.Generator, space: str) -> str:
    terms: list[str] = []
    for _ in range(int(rng.integers(2, 8))):
        term = digits_text(rng, int(rng.choice([1, 1, 2, 3])))
        if rng.random() < 0.12:
            term += str(rng.choice(list("xyankm")))  # no b: who could tell 3b from 36
        if rng.random() < 0.2:
            term = f"({term}{space}{rng.choice(list('+-×'))}{space}{digits_text(rng, 2)})"
        terms += [term, str(rng.choice(list("++--×/*=")))]
    return space.join(terms[:-1])


def draw_notes(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Numbered lines of words: "1. ab cde" or "2) fgh", sometimes with a number in the text."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    point = str(rng.choice([".", ")", " -"]))
    number = int(rng.integers(1, 9))
    for baseline in np.arange(y + size, y + height, max(ground.line_step, size * rng.uniform(1.5, 2.2))):
        cursor = x + size * rng.uniform(0, 0.3)
        if rng.random() < 0.7:
            cursor = writer.write(board, f"{number}{point}", cursor, baseline, size) + 0.7 * size
            number += 1
        else:
            cursor += 1.5 * size
        end = x + width * rng.uniform(0.5, 1.0)
        while cursor < end - 2 * size:
            text = number_text(rng, 3) if rng.random() < 0.06 else word_text(rng, 1, 8)
            if cursor + writer.measure(text, size) > x + width:
                break
            cursor = writer.write(board, text, cursor, baseline, size) + size * rng.uniform(0.6, 1.0)
