"""Pages of numbers: single digits, rows, lists, tables, sums, sudoku."""

from __future__ import annotations

import cv2
import numpy as np

from digitedge.scenes.board import Board, Color, Segment, around
from digitedge.scenes.grounds import Area, Ground
from digitedge.scenes.truth import TrueNumber
from digitedge.scenes.words import word_text
from digitedge.scenes.writer import Writer, print_text


def digits_text(rng: np.random.Generator, longest: int, shortest: int = 1) -> str:
    """Return a run of digits: half of them of numbers that count or measure, the others of codes and of noughts and ones.

    What counts or measures begins with a 1 six times as often as with a 9 (F. Benford 1938, "The Law of Anomalous Numbers").
    """
    count = int(rng.integers(shortest, longest + 1))
    way = rng.random()
    if way < 0.5:
        return str(int(10 ** (count - 1 + rng.random())))
    return "".join(str(digit) for digit in rng.integers(0, 2 if way < 0.58 else 10, count))


def random_decimals(rng: np.random.Generator) -> int:
    """Return how many digits stand behind the point of all numbers of a list: mostly none, 1 or 2 where it measures."""
    return int(rng.choice(3, p=[0.88, 0.08, 0.04]))


def measured_text(rng: np.random.Generator, longest: int, decimals: int) -> str:
    """Return a random number, the digits behind its point given."""
    text = digits_text(rng, longest)
    return f"{text}.{digits_text(rng, decimals, decimals)}" if decimals else text


def number_text(rng: np.random.Generator, longest: int = 5, decimals: int = 0) -> str:
    """Return a random number, now and then with a minus, and with a point where no ``decimals`` are given."""
    text = measured_text(rng, longest, decimals)
    if not decimals and len(text) >= 2 and rng.random() < 0.12:
        point = int(rng.integers(1, len(text)))
        text = f"{text[:point]}.{text[point:]}"
    return f"-{text}" if rng.random() < 0.08 else text


def draw_single(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """One big digit."""
    x, y, width, height = area
    size = min(height * board.rng.uniform(0.35, 0.95), width * 0.9)
    room = max(0.0, width - writer.measure("8", size))
    writer.write(
        board, digits_text(board.rng, 1), x + room * board.rng.random(), y + height - (height - size) * board.rng.random(), size
    )


def draw_scattered(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """A few digits or short numbers anywhere, of different sizes."""
    rng = board.rng
    x, y, width, height = area
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    cell_w, cell_h = width / columns, height / rows
    for row in range(rows):
        for column in range(columns):
            text = digits_text(rng, 3)
            size = min(cell_h * rng.uniform(0.35, 0.8), writer.text_height * 3)
            size = min(size, size * 0.9 * cell_w / (writer.measure(text, size) + 0.6 * size))
            if rng.random() < 0.8 and size >= 0.6 * writer.text_height:
                room_x = cell_w - writer.measure(text, size) - 0.8 * size
                left = x + column * cell_w + max(0.0, room_x) * rng.random()
                writer.write(board, text, left, y + row * cell_h + size + (cell_h - 1.2 * size) * rng.random(), size)


def draw_measures(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Rows, a list or a table of numbers that all have one or two decimals."""
    layout = (draw_rows, draw_list, draw_table)[int(board.rng.integers(3))]
    layout(board, writer, area, ground, decimals=int(board.rng.integers(1, 3)))


def draw_rows(board: Board, writer: Writer, area: Area, ground: Ground, decimals: int | None = None) -> None:
    """Rows of digits spaced apart, or of numbers, like practice sheets and codes; ``decimals``: see `measured_text`."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    step = max(ground.line_step, size * rng.uniform(1.3, 2.2))
    apart = decimals is None and rng.random() < 0.4
    same = rng.random() < 0.3
    decimals = random_decimals(rng) if decimals is None else decimals
    for number, baseline in enumerate(np.arange(y + size, y + height, step)):
        cursor = x + size * rng.uniform(0, 0.6)
        for _ in range(int(rng.integers(1, 15))):
            text = (
                (str(number % 10) if same else digits_text(rng, 1))
                if apart
                else number_text(rng, 3 if decimals else 7, decimals)
            )
            if cursor + writer.measure(text, size) > x + width:
                break
            cursor = writer.write(board, text, cursor, baseline, size) + size * rng.uniform(1.2, 2.0)
        if baseline > y + size and rng.random() < 0.06:
            break


def draw_list(board: Board, writer: Writer, area: Area, ground: Ground, decimals: int | None = None) -> None:
    """Columns of numbers under each other, now and then with a name before each; ``decimals``: see `measured_text`."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    step = max(ground.line_step, size * rng.uniform(1.35, 2.0))
    longest = int(rng.integers(1, 6))
    decimals = random_decimals(rng) if decimals is None else decimals
    names = rng.random() < 0.4
    pitch = (
        writer.measure("0" * (longest + decimals), size)
        + size * rng.uniform(1.5, 3)
        + (writer.measure("xxxxxx", size) if names else 0)
    )
    for left in np.arange(x, x + max(width - pitch, 1), pitch)[: int(rng.integers(1, 5))]:
        for baseline in np.arange(y + size, y + height, step):
            cursor = float(left)
            if names:
                writer.write(board, word_text(rng, 2, 5), cursor, baseline, size * 0.9)
                cursor += writer.measure("xxxxxx", size) + size * 0.7
            text = number_text(rng, longest, decimals)
            if cursor + writer.measure(text, size) < x + width and rng.random() < 0.92:
                writer.write(board, text, cursor, baseline, size)


def draw_sum(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """Written sums: numbers set to the right, a sign, a line, a result; or equations in a row."""
    rng = board.rng
    x, y, width, height = area
    size = min(writer.text_height * 1.2, height / 5)
    block_w = writer.measure("00000", size) + size
    for left in np.arange(x, x + width - block_w, block_w + size * rng.uniform(1.2, 2.5)):
        baseline = y + size * 1.1
        while baseline + 3.6 * size < y + height:
            right = left + block_w
            for row in range(int(rng.integers(2, 4))):
                text = digits_text(rng, 4)
                writer.write(board, text, right - writer.measure(text, size), baseline, size)
                if row:
                    sign = str(rng.choice(list("+-×")))
                    writer.write(board, sign, left - 0.7 * size, baseline, 0.8 * size)
                baseline += size * 1.35
            line = np.linspace((left - 0.3 * size, baseline - 0.95 * size), (right, baseline - 0.95 * size), 10)
            line += 0.02 * size * rng.standard_normal((10, 2))
            board.stroke(line, [10], writer.width(size), writer.color, writer.opacity, 0.1, writer.pen.grain)
            text = digits_text(rng, 5)
            writer.write(board, text, right - writer.measure(text, size), baseline + 0.45 * size, size)
            baseline += size * rng.uniform(2.6, 3.6)


def draw_table(board: Board, writer: Writer, area: Area, ground: Ground, decimals: int | None = None) -> None:
    """A table with numbers in its cells, drawn by ruler, by hand or not at all; ``decimals``: see `measured_text`."""
    rng = board.rng
    x, y, width, height = area
    size = writer.text_height
    longest = int(rng.integers(1, 5))
    decimals = random_decimals(rng) if decimals is None else decimals
    tight = rng.random() < 0.3  # writes up to the rules between the columns
    cell_w = writer.measure("0" * (longest + decimals), size) + size * (rng.uniform(0.4, 0.9) if tight else rng.uniform(1, 2))
    cell_h = size * rng.uniform(1.35, 2.2)
    columns, rows = max(1, int(min(width / cell_w, 12))), max(1, int(min(height / cell_h, 20)))
    frame_grid(board, writer, (x, y, columns * cell_w, rows * cell_h), (columns, rows), ground, upright=tight)
    header = rng.random() < 0.4
    loose = rng.random() < 0.3  # writes over the lines
    font = int(rng.integers(1 << 20))
    for row in range(rows):
        for column in range(columns):
            left = x + column * cell_w + size * rng.uniform(0.0 if loose else 0.25, 0.45)
            baseline = y + (row + 1) * cell_h - (cell_h - size) * (rng.uniform(-0.1, 0.85) if loose else rng.uniform(0.15, 0.7))
            if header and (row == 0 or column == 0):
                if column + 1 < columns:
                    print_text(
                        board, word_text(rng, 2, 1 + longest), left, baseline - size * 0.7, size * 0.6, _against(ground), font
                    )
            elif rng.random() < 0.85:
                writer.write(board, measured_text(rng, longest, decimals), left, baseline, size)


def draw_sudoku(board: Board, writer: Writer, area: Area, ground: Ground) -> None:
    """A sudoku or another square grid, partly printed, partly filled by hand."""
    rng = board.rng
    x, y, width, height = area
    side = min(width, height)
    x += (width - side) * rng.random()
    count = int(rng.choice([9, 9, 9, 6, 4, 5, 3]))
    cell = side / count
    if count == 9 and rng.random() < 0.25:
        _shade_blocks(board, (x, y, side, side))
    parted = frame_grid(board, writer, (x, y, side, side), (count, count), ground, thick_every=3 if count == 9 else 0)
    size = cell * rng.uniform(0.42, 0.68)
    font = int(rng.integers(1 << 20))
    given, filled = rng.uniform(0, 0.45), rng.uniform(0.2, 0.9)
    edge = float(rng.choice([0.3, 0.3, 0.0, -0.12]))  # below 0 digits touch the lines
    if not parted:  # without upright lines only the space between two digits tells that they are two numbers
        size, edge = min(size, 0.5 * cell), 0.4
    for row in range(count):
        for column in range(count):
            left, top = x + column * cell, y + row * cell
            digit = str(int(rng.integers(1, 10)))
            if rng.random() < given:
                print_text(board, digit, left + cell * 0.32, top + cell * 0.25, cell * 0.5, _against(ground), font)
            elif rng.random() < filled:
                room = max(0.04 * cell, cell - writer.measure(digit, size))
                free = cell - size
                writer.write(
                    board,
                    digit,
                    left + room * rng.uniform(edge, 1 - edge),
                    top + size + free * rng.uniform(edge, 1 - edge),
                    size,
                )


def frame_grid(
    board: Board,
    writer: Writer,
    area: Area,
    count: tuple[int, int],
    ground: Ground,
    thick_every: int = 0,
    upright: bool = False,
) -> bool:
    """Draw the lines of a table: by ruler in print, by hand in the writer's ink, and unless ``upright``, only across, or none.

    Returns whether upright lines part its columns.
    """
    rng = board.rng
    x, y, width, height = area
    columns, rows = count
    shares = np.array([0.42, 0.24, 0.08, 0.0, 0.0] if upright else [0.42, 0.24, 0.08, 0.13, 0.13])
    drawn = str(rng.choice(["ruler", "hand", "dashed", "across", "none"], p=shares / shares.sum()))
    kind = "ruler" if thick_every else drawn
    if kind == "none":
        return False
    across = [((x, top), (x + width, top)) for top in np.linspace(y, y + height, rows + 1)]
    down = [((left, y), (left, y + height)) for left in np.linspace(x, x + width, columns + 1)]
    if kind == "hand":
        for start, end in across + down:
            path = np.linspace(start, end, 24) + writer.text_height * 0.025 * rng.standard_normal((24, 2)).cumsum(axis=0) / 3
            board.stroke(path, [24], writer.width(writer.text_height), writer.color, writer.opacity, 0.2, writer.pen.grain)
        return True
    segments: list[Segment] = across + (down if kind != "across" else [])
    if kind == "dashed":
        segments = [dash for segment in segments for dash in _dashes(segment, 0.3 * writer.text_height)]
    color, opacity = _against(ground), float(rng.uniform(0.35, 1.0))
    thin = max(0.8, writer.text_height * rng.uniform(0.015, 0.06))
    board.lines(segments, thin, color, opacity)
    if thick_every:
        board.lines(across[::thick_every] + down[::thick_every], thin * rng.uniform(1.5, 3.5), color, opacity)
    return kind != "across"


def _dashes(segment: Segment, length: float) -> list[Segment]:
    start, end = np.array(segment)
    count = max(2, 2 * int(np.hypot(*(end - start)) / length / 2))
    points = np.linspace(start, end, count + 1).tolist()
    return [((a[0], a[1]), (b[0], b[1])) for a, b in zip(points[::2], points[1::2], strict=False)]


def _shade_blocks(board: Board, area: Area) -> None:
    """Tint every second block of nine cells, as newspapers do."""
    x, y, side, _ = area
    third = side / 3
    mask = np.zeros(board.image_bgr.shape[:2], np.uint8)
    for block in range(0, 9, 2):
        left, top = x + block % 3 * third, y + block // 3 * third
        corners = [[left, top], [left + third, top], [left + third, top + third], [left, top + third]]
        cv2.fillPoly(mask, [np.rint(board.project(np.array(corners)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    board.cover(mask, (128.0, 128.0, 128.0), float(board.rng.uniform(0.1, 0.3)))


def merge_last(board: Board, count: int) -> None:
    """Make one number of the last ``count`` digits, which were written one by one into boxes."""
    members = tuple(range(len(board.digits) - count, len(board.digits)))
    kept = [number for number in board.numbers if number.members[0] < members[0]]
    text = "".join(str(board.digits[member].digit) for member in members)
    board.numbers[:] = [*kept, TrueNumber(text, around([board.digits[member].box_xywh for member in members]), members)]


def _against(ground: Ground) -> Color:
    return (225.0, 225.0, 225.0) if ground.dark else (35.0, 32.0, 30.0)
