"""Pages of somebody who thinks on paper or on a board: arrays, equations, numbered notes."""

from __future__ import annotations

import numpy as np

from digitedge.scenes.board import Board
from digitedge.scenes.grounds import Area, Ground
from digitedge.scenes.layouts_documents import connect
from digitedge.scenes.layouts_numbers import digits_text, number_text
from digitedge.scenes.symbol_styles import SYMBOLS
from digitedge.scenes.truth import Other
from digitedge.scenes.words import word_text
from digitedge.scenes.writer import Writer

_BRACKETS = ("[]", "()", "{}", "[]", "[]")


def draw_arrays(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Lists in brackets: one below the other, with headings, names, arrows and steps beside; or halved and merged again."""
    rng = board.rng
    if rng.random() < 0.4:
        _draw_halves(board, writer, area)
        return
    x, y, width, height = area
    size = writer.text_height
    largest = int(rng.choice([1, 9, 9, 30, 30, 99, 999]))
    gaps = ("", " ", "  ")[: int(rng.integers(1, 4))]
    step = max(ground.line_step, size * rng.uniform(1.7, 3.0))
    arrows = rng.random() < 0.4
    left = x + size * rng.uniform(0, 1.5)
    for line, baseline in enumerate(np.arange(y + size, y + height - 0.3 * size, step)):
        text = word_text(rng, 3, 8) if line == 0 and rng.random() < 0.6 else _array_line(rng, largest, gaps)
        text = _cut(writer, text, left, x + width, ", ")
        right = writer.write(board, text, left, baseline, size) if text else left
        if line == 0 and rng.random() < 0.5:
            board.lines([((left, baseline + 0.25 * size), (right, baseline + 0.3 * size))], writer.width(size), writer.color)
        if arrows and step > 2.2 * size:
            _arrow(board, writer, left + (right - left) * rng.uniform(0.2, 0.8), baseline + 0.35 * size, step - 1.6 * size)


def _cut(writer: Writer, text: str, left: float, right: float, loose: str = "") -> str:
    """Return what of a text has room between two places of a line, without ``loose`` characters at its end."""
    while text and left + writer.measure(text, writer.text_height) > right:
        text = text[:-2].rstrip(loose)
    return text


def _array_line(rng: np.random.Generator, largest: int, gaps: tuple[str, ...]) -> str:
    """Return a line such as "[4, 8, 15]", "[[1,2],[3, 4]]", "ab = [1,2] [3]", "x = 8" or "max 17"."""

    def gap() -> str:
        return str(rng.choice(gaps))

    def listed(longest: int = 8) -> str:
        brackets = str(rng.choice(_BRACKETS))
        values = rng.integers(0, largest + 1, int(rng.integers(1, longest + 1)))
        return f"{brackets[0]}{gap()}{','.join(f'{gap()}{value}{gap()}' for value in values)}{brackets[1]}"

    kind = int(rng.integers(9))
    if kind < 4:
        return listed()
    if kind == 8:
        return f"{word_text(rng, 1, 4)} = [{','.join(listed(3) for _ in range(int(rng.integers(2, 4))))}]"
    if kind == 4:
        return f"{listed()}  {listed()}"
    if kind == 5:
        return f"{word_text(rng, 1, 5)} = {listed()}"
    if kind == 6:
        return f"{word_text(rng, 1, 6)} = {number_text(rng, 3)}"
    return f"{word_text(rng, 2, 6)} {word_text(rng, 2, 5)} {number_text(rng, 2)}"


def _draw_halves(board: Board, writer: Writer, area: Area) -> None:
    """A list halved until nothing is left to halve, and merged in order, as sorting is explained on boards."""
    rng = board.rng
    x, y, width, height = area
    values = rng.integers(0, int(rng.choice([9, 30, 30, 99])) + 1, int(rng.integers(2, 9))).tolist()
    brackets, comma = str(rng.choice(_BRACKETS)), str(rng.choice([",", ", ", " , "]))
    size = writer.text_height
    rows = _halves(values, brackets, comma)
    while len(values) > 1 and min(_room(row, writer, width) for row in rows) < 0.3 * size:
        values.pop()
        rows = _halves(values, brackets, comma)
    rows = rows[int(rng.integers(len(rows))) :] if rng.random() < 0.3 else rows
    arrows = rng.random() < 0.7
    baselines = np.arange(y + 1.3 * size, y + height - 0.4 * size, size * rng.uniform(2.0, 3.4))
    above: list[tuple[float, float]] = []
    for row, baseline in zip(rows, baselines, strict=False):
        room, left = _room(row, writer, width), x
        middles: list[tuple[float, float]] = []
        for text in row:
            left += max(room, 0.1 * size) * rng.uniform(0.85, 1.0)
            right = writer.write(board, text, left, baseline, size)
            middles.append(((left + right) / 2, baseline))
            left = max(left + writer.measure(text, size), right)
        for middle in middles if above and arrows else ():
            start = min(above, key=lambda other: abs(other[0] - middle[0]))
            connect(board, writer, (start[0], start[1] + 0.2 * size), (middle[0], baseline - 1.2 * size), 0.25 * size, True)
        above = middles


def _room(row: list[str], writer: Writer, width: float) -> float:
    """Return the space before, between and behind some texts in one line, sheet pixels."""
    return (width - sum(writer.measure(text, writer.text_height) for text in row)) / (len(row) + 1)


def _halves(values: list[int], brackets: str, comma: str) -> list[list[str]]:
    """Return the lines of a merge sort, each some lists.

    >>> _halves([8, 3, 5], "[]", ",")
    [['[8,3,5]'], ['[8,3]', '[5]'], ['[8]', '[3]', '[5]'], ['[3,8]', '[5]'], ['[3,5,8]']]
    """
    steps = [[values]]
    while max(len(part) for part in steps[-1]) > 1:
        middle = [(len(part) + 1) // 2 for part in steps[-1]]
        steps.append([half for part, at in zip(steps[-1], middle, strict=True) for half in (part[:at], part[at:]) if half])
    steps += [[sorted(part) for part in row] for row in steps[-2::-1]]
    return [[f"{brackets[0]}{comma.join(map(str, part))}{brackets[1]}" for part in row] for row in steps]


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
        text = _cut(writer, text, x, x + width)
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
    """Numbered lines of words: "1. ab cde" or "2) fgh", sometimes with a number in the text; or lines of a program."""
    rng = board.rng
    if rng.random() < 0.15:
        _draw_program(board, writer, area, ground)
        return
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


def _draw_program(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Lines of a program, as exams and lectures have them: what braces hold stands further to the right."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    deep = 0
    for baseline in np.arange(y + size, y + height, max(ground.line_step, size * rng.uniform(1.5, 2.3))):
        text = _program_line(rng, deep)
        deep += text.count("{") - text.count("}")
        left = x + size * (rng.uniform(0, 0.4) + 1.2 * min(deep, 4))
        writer.write(board, _cut(writer, text, left, x + width, " "), left, baseline, size)


def _program_line(rng: np.random.Generator, deep: int) -> str:
    """Return a line such as "if (n < 20) {", "}", "ab = f(x, 3);" or "int eti[10];"."""
    name, other, unknown = word_text(rng, 2, 6), word_text(rng, 3, 5), str(rng.choice(list("xynkam")))
    value, small = number_text(rng, 3), digits_text(rng, 1)
    if deep and rng.random() < 0.3:
        return "}"
    return str(
        rng.choice(
            [
                f"{name} = {value};",
                f"{name} = {other}({unknown}, {value});",
                f"if ({unknown} < {value}) {{",
                f"while ({name} > {small}) {{",
                f"for ({unknown} = {small}; {unknown} < {value}; {unknown}++) {{",
                f"{name}({unknown}) {{",
                f"int {name}[{value}];",
                f"return {unknown};",
                f"return {{{small}, {value}}};",
                f"{other} {{ {unknown}: {value} }}",
                f"{name}({other});",
                "} else {" if deep else f"{{ {name} }}",
            ]
        )
    )
