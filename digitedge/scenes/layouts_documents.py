"""Pages where digits stand among other things: text, forms, cards, diagrams, phone numbers and dates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import Board, Color, Segment
from digitedge.scenes.grounds import Area, Ground
from digitedge.scenes.layouts_numbers import digits_text, merge_last, number_text
from digitedge.scenes.symbol_styles import SYMBOLS
from digitedge.scenes.truth import Other
from digitedge.scenes.words import word_text
from digitedge.scenes.writer import Writer, print_text


def draw_text(board: Board, writer: Writer, area: Area, ground: Ground, share: float | None = None) -> None:
    """Lines of handwritten words, ``share`` of them numbers (random if None)."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    share = float(rng.choice([0.05, 0.15, 0.4])) if share is None else share
    step = max(ground.line_step, size * rng.uniform(1.5, 2.2))
    for baseline in np.arange(y + size, y + height, step):
        cursor = x + size * rng.uniform(0, 1)
        end = x + width * rng.uniform(0.4, 1.0)
        while cursor < end - 2 * size:
            text = number_text(rng, 5) if rng.random() < share else word_text(rng, 2, 8)
            if cursor + writer.measure(text, size) > x + width:
                break
            cursor = writer.write(board, text, cursor, baseline, size) + size * rng.uniform(0.9, 1.3)


def draw_letters(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Handwritten words without any digit."""
    draw_text(board, writer, area, ground, share=0.0)


def draw_contacts(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Phone numbers, dates, times, prices, dimensions, one a line."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height

    def digits(count: int) -> str:
        return digits_text(rng, count, count)

    for baseline in np.arange(y + size, y + height, max(ground.line_step, size * rng.uniform(1.5, 2.4))):
        forms = [
            f"{digits(3)}  {digits(2)}  {digits(2)}",
            f"{digits(3)} - {digits(4)}",
            f"{digits(3)}-{digits(4)}",
            f"{digits(2)} / {digits(2)} / {digits(4)}",
            f"{digits(2)} : {digits(2)}",
            f"{digits(2)}:{digits(2)}",
            f"{digits(1)}/{digits(2)}",
            f"{word_text(rng, 3, 5)}  {digits(2)}.{digits(2)}",
            f"{digits(2)} × {digits(2)}",
            f"{digits(3)}  {word_text(rng, 2, 3)}",
            f"{digits(1)} + {digits(1)} = {digits(2)}",
            f"{word_text(rng, 3, 6)} = {digits(3)}",
            f"-{digits(2)}.{digits(1)}",
            f"€ {digits(2)}.{digits(2)}",
            f"{digits(2)} %",
            f"x = {digits(1)}",
            f"({digits(2)} )",
            f"{digits(1)} kg",
            f"# {digits(3)}",
            f"{digits(2)} ?",
            f"{digits(1)} ) {word_text(rng, 3, 5)}",
        ]
        text = forms[int(rng.integers(len(forms)))]
        if writer.measure(text, size) < width:
            writer.write(board, text, x + size * rng.uniform(0, 1), baseline, size)


def draw_form(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """A printed form: labels, and combs, boxes or lines with digits by hand."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    ink: Color = (220.0, 220.0, 220.0) if ground.dark else (40.0, 40.0, 40.0)
    style = str(rng.choice(["comb", "boxes", "line", "field"]))
    font = int(rng.integers(1 << 20))
    line_w = max(0.8, size * rng.uniform(0.02, 0.06))
    top = y
    while top + 2.2 * size < y + height:
        label_right = print_text(
            board, word_text(rng, 3, 7) + ":", x, top + 0.5 * size, size * rng.uniform(0.4, 0.6), ink, font
        )
        left = max(label_right + size, x + 0.28 * width)
        if style == "field":
            text = f"{number_text(rng, 6)}"
            if left + writer.measure(text, size) + size < x + width:
                _box(board, (left, top, min(x + width - left, writer.measure("00000000", size)), 1.5 * size), line_w, ink)
                writer.write(board, text, left + 0.35 * size, top + 1.25 * size, size)
        elif style == "line":
            board.lines([((left, top + 1.4 * size), (x + width, top + 1.4 * size))], line_w, ink)
            text = number_text(rng, 6)
            if left + writer.measure(text, size) < x + width:
                writer.write(board, text, left + 0.3 * size, top + (1.3 + rng.uniform(-0.1, 0.15)) * size, size)
        else:
            _comb(board, writer, (left, top, x + width - left, 1.4 * size), line_w, ink, closed=style == "boxes")
        top += size * rng.uniform(2.0, 3.0)


def _comb(board: Board, writer: Writer, area: Area, line_w: float, ink: Color, closed: bool) -> None:
    rng = board.rng
    x, y, width, height = area
    size = height / 1.4
    pitch = size * rng.uniform(0.92, 1.04)
    count = min(int(width / pitch), int(rng.integers(2, 11)))
    if count < 1:
        return
    high = y if closed else y + 0.7 * height
    segments: list[Segment] = [((x + i * pitch, high), (x + i * pitch, y + height)) for i in range(count + 1)]
    segments.append(((x, y + height), (x + count * pitch, y + height)))
    if closed:
        segments.append(((x, y), (x + count * pitch, y)))
    board.lines(segments, line_w, ink)
    written = 0
    before = len(board.digits)
    edge = float(rng.choice([0.35, 0.2, 0.05]))  # near 0 digits touch the boxes
    for cell in range(int(rng.integers(1, count + 1))):
        digit = digits_text(rng, 1)
        room = max(0.05 * size, pitch - writer.measure(digit, 0.9 * size))
        left = x + cell * pitch + room * rng.uniform(edge, 1 - edge)
        writer.write(board, digit, left, y + height - size * rng.uniform(edge - 0.2, 0.3), 0.9 * size)
        written += 1
    if len(board.digits) - before == written > 1:
        merge_last(board, written)


def draw_card(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """An index card or score sheet: a heading, then names with numbers."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    writer.write(board, word_text(rng, 4, 9), x + size, y + 1.2 * size, 1.2 * size)
    step = max(ground.line_step, 1.8 * size)
    for baseline in np.arange(y + 3.2 * size, y + height, step):
        name_right = writer.write(board, word_text(rng, 3, 8), x, baseline, size)
        text = number_text(rng, 4)
        left = max(name_right + 1.2 * size, x + 0.55 * width)
        if left + writer.measure(text, size) < x + width:
            writer.write(board, text, left, baseline, size)
        if rng.random() < 0.3:
            _ring(board, writer, (x - 0.7 * size, baseline - 0.4 * size), 0.3 * size)


def draw_diagram(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Circles, boxes and arrows with numbers inside; trees, graphs, arrays with an index below."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    radius = size * rng.uniform(1.0, 1.5)
    cells = [(column, row) for row in range(int(height / (4 * radius))) for column in range(int(width / (4 * radius)))]
    rng.shuffle(cells)
    nodes = [(x + (column + 0.5) * 4 * radius, y + (row + 0.5) * 4 * radius) for column, row in cells[:9]]
    square = rng.random() < 0.3
    for number, center in enumerate(nodes):
        if number and rng.random() < 0.8:
            connect(board, writer, nodes[int(rng.integers(number))], center, radius * 1.15, arrow=rng.random() < 0.6)
        if square:
            _hand_box(board, writer, (center[0] - radius, center[1] - radius, 2 * radius, 2 * radius))
        else:
            _ring(board, writer, center, radius)
        if rng.random() < 0.9:
            text = digits_text(rng, 2)
            writer.write(board, text, center[0] - 0.42 * writer.measure(text, size), center[1] + 0.5 * size, size)


def draw_marks(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Signs, arrows, ticks and scribbles, without any digit."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height * 1.5
    names = [name for name in SYMBOLS if name not in "%&"]
    for top in np.arange(y, y + height - 1.4 * size, 1.9 * size):
        for left in np.arange(x, x + width - 2 * size, 2.2 * size):
            if rng.random() < 0.5:
                template = SYMBOLS[names[int(rng.integers(len(names)))]][0]
                path = writer.hand.trace(template, rng) * size + (left, top)
                box = board.stroke(path, template.stroke_ends, writer.width(size), writer.color, writer.opacity, 0.2)
                board.others += [Other("symbol", box)] if box else []
            elif rng.random() < 0.25:
                scribble = np.cumsum(rng.standard_normal((60, 2)), axis=0) * 0.12 * size + (left + size, top + size)
                box = board.stroke(scribble, [60], writer.width(size), writer.color, writer.opacity)
                board.others += [Other("scribble", box)] if box else []


def draw_print(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Printed text with printed numbers, and some handwriting between the lines."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    small = size * rng.uniform(0.5, 1.0)
    ink: Color = (225.0, 225.0, 225.0) if ground.dark else (30.0, 30.0, 30.0)
    numbers = rng.choice([0.0, 0.1, 0.3])
    font = int(rng.integers(1 << 20))
    top = y
    while top + 2.5 * size < y + height:
        if rng.random() < 0.6:
            cursor = x
            while cursor < x + width * 0.8:
                text = digits_text(rng, 4) if rng.random() < numbers else word_text(rng, 2, 8)
                if cursor + 0.95 * small * len(text) > x + width:
                    break
                cursor = print_text(board, text, cursor, top, small, ink, font) + 1.1 * small
            top += 1.9 * small
        else:
            writer.write(board, number_text(rng, 5), x + rng.uniform(0, 0.5) * width, top + 1.3 * size, size)
            top += 2.2 * size


def _ring(board: Board, writer: Writer, center: tuple[float, float], radius: float) -> None:
    turn = np.linspace(0, 2 * np.pi + board.rng.uniform(-0.1, 0.4), 36) + board.rng.uniform(0, 6)
    swell = 1 + 0.05 * np.sin(2 * turn + board.rng.uniform(0, 6)) + 0.02 * board.rng.standard_normal()
    path = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (radius * swell)[:, None] + center
    _shape(board, writer, path)


def _hand_box(board: Board, writer: Writer, area: Area) -> None:
    x, y, width, height = area
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]])
    corners += 0.03 * width * board.rng.standard_normal((5, 2))
    _shape(board, writer, np.concatenate([np.linspace(a, b, 8) for a, b in pairwise(corners)]))


def connect(
    board: Board, writer: Writer, start: tuple[float, float], end: tuple[float, float], trim: float, arrow: bool
) -> None:
    """Draw a line or an arrow from near one point to near another, ``trim`` away from both."""
    a, b = np.array(start), np.array(end)
    along = (b - a) / (np.hypot(*(b - a)) + 1e-9)
    path = np.linspace(a + along * trim, b - along * trim, 16)
    path[1:-1] += 0.01 * np.hypot(*(b - a)) * np.sin(np.linspace(0, np.pi, 14))[:, None] * board.rng.standard_normal(2)
    _shape(board, writer, path)
    if arrow:
        across = np.array([-along[1], along[0]])
        tip, reach = path[-1], 0.35 * trim
        _shape(board, writer, np.array([tip - reach * along + reach * across, tip, tip - reach * along - reach * across]))


def _shape(board: Board, writer: Writer, path: NDArray[np.float64]) -> None:
    box = board.stroke(path, [len(path)], writer.width(writer.text_height), writer.color, writer.opacity, 0.1, writer.pen.grain)
    if box:
        board.others.append(Other("shape", box))


def _box(board: Board, area: Area, width: float, color: Color) -> None:
    x, y, w, h = area
    corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    board.lines([(corners[i], corners[(i + 1) % 4]) for i in range(4)], width, color)
