"""Somebody who writes on a board: one hand, one pen, one ink."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.board import Board, Color, around
from digitedge.scenes.borrowed import BorrowedHands, enlarge
from digitedge.scenes.digit_styles import DIGITS
from digitedge.scenes.fonts import WRITTEN, advance, digit_height, write_glyph
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.letter_styles import LETTERS
from digitedge.scenes.letters_like_digits import AMBIGUOUS
from digitedge.scenes.print_styles import draw_print
from digitedge.scenes.strokes import Template
from digitedge.scenes.symbol_styles import MARKS, SYMBOLS
from digitedge.scenes.truth import Box, Other, TrueDigit, TrueNumber

_LETTERS = {letter: (*LETTERS.get(letter, ()), *AMBIGUOUS.get(letter, ())) for letter in (*LETTERS, *AMBIGUOUS)}
_ALL: Mapping[str, tuple[Template, ...]] = {**_LETTERS, **MARKS, **SYMBOLS}
_Point = NDArray[np.float64]
_BRACKETS = "[](){}"
_SLASH = 1.25  # heights of a digit; a font's slash is as long as the font has it
_LEAST_SLASH = 0.1  # its slant
_BARE_ONES = frozenset({"bar", "leaning"})


@dataclass(frozen=True, slots=True)
class Writer:
    """One hand with one pen.

    Attributes:
        hand: The hand.
        pen: Its width counts relative to ``text_height``.
        color: Of the ink.
        second_color: Taken up now and then, for a whole line.
        opacity: 0..1.
        text_height: Usual height of a digit, sheet pixels; the pen's width does not grow with larger glyphs.
        spacing: Gap between neighbours, glyph heights.
        scans: Where digits' shapes come from, if not from strokes.
        font: Where the shapes of letters come from, and of digits without ``scans``, if not from strokes.
        upright_ones: Whether a 1 may be a bare bar.
        joined: Whether the letters of a word hang together.
        brackets: Their height, in heights of a digit.
        commas: Their size, in that of a small comma.
        sizes: The usual height of each digit, in that of all: many write a 0 small.
        lifts: How far each digit stands above the line, in heights of a digit.
    """

    hand: Hand
    pen: Pen
    color: Color
    second_color: Color
    opacity: float
    text_height: float
    spacing: float
    scans: BorrowedHands | None = None
    font: Path | None = None
    upright_ones: bool = True
    joined: bool = False
    brackets: float = 1.0
    commas: float = 1.0
    sizes: tuple[float, ...] = (1.0,) * 10
    lifts: tuple[float, ...] = (0.0,) * 10

    def width(self, height: float) -> float:
        """Return the pen's width for glyphs ``height`` high, sheet pixels."""
        grown = max(height, 1.0) / self.text_height
        return max(0.9, self.pen.width * self.text_height * min(max(grown, 0.7), 2.5) ** 0.5)

    def write(self, board: Board, text: str, left: float, baseline: float, height: float) -> float:
        """Write one line of text and add what it says to the board's truth.

        Digits next to each other form a number; one point between digits and a minus before the first belong to it.

        Args:
            board: Written upon.
            text: Digits, letters, signs, spaces; a character nobody drew is skipped.
            left: Where the first glyph begins, sheet pixels.
            baseline: Where it stands, sheet pixels.
            height: Of a digit or capital, sheet pixels.

        Returns:
            Where the last glyph ends, sheet pixels.
        """
        rng = board.rng
        climb = 0.02 * rng.standard_normal()
        color = self.second_color if rng.random() < 0.3 else self.color
        x = left
        before: _Point | None = None  # where the pen left the letter before
        placed: list[tuple[str, int | None]] = []
        for character in text:
            if character == " ":
                x += height * rng.uniform(0.55, 0.75)
                before = None
                placed.append((" ", None))
                continue
            size = height * float(np.exp(self.hand.size_spread * rng.standard_normal()))
            foot = baseline + (x - left) * climb + 0.03 * height * rng.standard_normal()
            if character in _BRACKETS:
                foot += 0.5 * (self.brackets - 1) * size
                size *= self.brackets
            elif character == ",":
                size *= self.commas
            elif character == "/" and self.font is None:  # it reaches above and below what it parts, which a 1 does not
                foot += 0.5 * (_SLASH - 1) * size
                size *= _SLASH
            elif character in "0123456789":
                foot -= self.lifts[int(character)] * size
                size *= self.sizes[int(character)]
            box, right, ends = self._glyph(board, character, x, foot, size, color)
            if self.joined and character.islower() and before is not None and ends is not None:
                self._join(board, before, ends[0], size, color)
            before = ends[1] if ends is not None and character.islower() else None
            if box is None:
                placed.append((" ", None))
            elif character.isascii() and character.isdigit():
                board.digits.append(TrueDigit(int(character), box))
                placed.append((character, len(board.digits) - 1))
            else:
                board.others.append(Other(_kind_of(character), box))
                placed.append((character, None))
            x = right + height * (self.spacing + 0.03 * rng.standard_normal())
        board.numbers += group(placed, board.digits)
        return x

    def measure(self, text: str, height: float) -> float:
        """Return about how wide ``text`` will be, sheet pixels; rather too much than too little."""
        widths = {" ": 0.7, ".": 0.15, "1": 0.5, "-": 0.55}
        lean = height * min(abs(self.hand.slant), 0.6)
        widths |= dict.fromkeys(_BRACKETS, 0.5 * self.brackets) | {",": 0.2 * self.commas}
        if self.font is not None:
            wide = {character: advance(self.font, character) for character in set(text) & WRITTEN}
            widths |= {character: max(width, widths.get(character, 0.66)) for character, width in wide.items()}
        return lean + height * sum(
            widths.get(character, 0.66 * max(1.0, self.hand.aspect)) + self.spacing for character in text
        )

    def _glyph(
        self, board: Board, character: str, left: float, foot: float, height: float, color: Color
    ) -> tuple[Box | None, float, tuple[_Point, _Point] | None]:
        """Draw one glyph with its left edge at ``left`` and its foot at ``foot``.

        Returns its box, its right edge, and where the pen began and ended (None for scans and fonts).
        """
        rng = board.rng
        if self.scans is not None and character in "0123456789":
            return *self._scan(board, int(character), left, foot, height, color), None
        hand = self.hand
        if character == "/":  # upright it would be a 1, and nobody divides so
            hand = replace(hand, slant=max(hand.slant, _LEAST_SLASH), aspect=max(hand.aspect, 0.9))
        if self.font is not None and character in WRITTEN and (self.upright_ones or character != "1"):
            return *self._write_in_font(board, self.font, hand, character, left, foot, height, color), None
        templates = DIGITS[int(character)] if character in "0123456789" else _ALL.get(character)
        if not templates:
            return None, left, None
        if character == "1" and not self.upright_ones:
            templates = tuple(template for template in templates if template.style not in _BARE_ONES)
        template = hand.choose(templates, rng)
        path = hand.trace(template, rng)
        # Slanted neighbours stand close along the slant, so their boxes overlap as they do on paper.
        upright = path[:, 0] + hand.slant * (path[:, 1] - 1.0)
        path = (path - (upright.min(), 1.0)) * height + (left, foot)
        box = board.stroke(
            path, template.stroke_ends, self.width(height), color, self.opacity, self.pen.pressure, self.pen.grain
        )
        return box, left + height * float(upright.max() - upright.min()), (path[0], path[template.stroke_ends[0] - 1])

    def _write_in_font(
        self, board: Board, font: Path, hand: Hand, character: str, left: float, foot: float, height: float, color: Color
    ) -> tuple[Box | None, float]:
        """Write a character of ``font``: digits side by side like all others, letters where the font would have them."""
        digit = character in string.digits
        width = self.width(height)
        height /= digit_height(font) if digit else 1.0
        glyph = write_glyph(font, character, height * board.scale_at(left, foot), width / height, hand, board.rng)
        if glyph is None:
            return None, left
        start = left if digit else left + glyph.left * height
        tall, wide = (side * glyph.pixel * height for side in glyph.ink.shape)
        box = board.stamp(glyph.ink, (start, foot + glyph.top * height), tall, color, self.opacity, self.pen.grain)
        gap = 0.0 if self.joined else 0.4 * self.spacing
        return box, left + (wide if digit else (glyph.advance + gap - self.spacing) * height)

    def _join(self, board: Board, start: _Point, end: _Point, height: float, color: Color) -> None:
        """Draw the hair line that joins two letters of a word, hanging a little."""
        if np.hypot(*(end - start)) < height:
            middle = 0.5 * (start + end) + (0.0, 0.08 * height)
            u = np.linspace(0, 1, 7)[:, None]
            path = (1 - u) ** 2 * start + 2 * u * (1 - u) * middle + u * u * end
            board.stroke(path, [7], 0.8 * self.width(height), color, self.opacity, 0.0, self.pen.grain)

    def _scan(
        self, board: Board, digit: int, left: float, foot: float, height: float, color: Color
    ) -> tuple[Box | None, float]:
        if self.scans is None:
            raise ValueError("scans must be given to write a scanned digit, got None")
        ink = self.scans.pick(digit, board.rng)
        # A slim 1 lying flat would be blown up to a monster: the longer side decides.
        height *= ink.shape[0] / max(ink.shape)
        local = height * board.scale_at(left, foot)
        size_wh = (max(2, round(local * ink.shape[1] / ink.shape[0])), max(2, round(local)))
        large = enlarge(ink, size_wh)
        width = height * ink.shape[1] / ink.shape[0]
        box = board.stamp(large, (left, foot - height), height, color, self.opacity, self.pen.grain)
        return box, left + width


def _kind_of(character: str) -> str:
    """Return "ambiguous" for what, standing alone, somebody could take for a digit, else "letter" or "mark"."""
    if character in AMBIGUOUS or character in "|/":
        return "ambiguous"
    return "letter" if character.isalpha() else "mark"


def print_text(board: Board, text: str, left: float, top: float, height: float, color: Color, font: int) -> float:
    """Print one line of text, character by character, adding its truth (printed digits too); return its right edge.

    The same ``font`` (any whole number) is the same font and weight.
    """
    placed: list[tuple[str, int | None]] = []
    x = left
    for character in text:
        if character == " ":
            x += 0.5 * height
            placed.append((" ", None))
            continue
        local = max(5, round(height * board.scale_at(x, top)))
        reference = draw_print("H", local, np.random.default_rng(font)).shape[0]
        glyph = draw_print(character, local, np.random.default_rng(font))
        unit = height / reference
        sink = {"-": -0.35, "=": -0.2, ",": 0.15, **dict.fromkeys("gjpqyQ()[]{}", 0.22)}.get(
            character, 0.0
        )  # below the baseline
        drop = (reference - glyph.shape[0]) * unit + sink * height
        box = board.stamp(glyph, (x, top + drop), glyph.shape[0] * unit, color)
        x += glyph.shape[1] * unit + 0.12 * height
        if box is None:
            placed.append((" ", None))
        elif character.isdigit():
            board.digits.append(TrueDigit(int(character), box, printed=True))
            placed.append((character, len(board.digits) - 1))
        else:
            board.others.append(Other("ambiguous" if _kind_of(character) == "ambiguous" else "printed", box))
            placed.append((character, None))
    board.numbers += group(placed, board.digits)
    return x


def group(placed: list[tuple[str, int | None]], digits: list[TrueDigit]) -> list[TrueNumber]:
    """Return the numbers in one written line.

    Args:
        placed: Characters in order, each with its index among ``digits`` or None if it is no digit.
        digits: The scene's digits.

    >>> box = (0, 0, 9, 9)
    >>> [n.text for n in group([("-", None), ("3", 0), (".", None), ("5", 1), (" ", None), ("7", 2)],
    ...                        [TrueDigit(3, box), TrueDigit(5, box), TrueDigit(7, box)])]
    ['-3.5', '7']
    """
    numbers: list[TrueNumber] = []
    text = ""
    members: list[int] = []
    for position, (character, index) in enumerate([*placed, (" ", None)]):
        before = placed[position - 1] if position else (" ", None)
        after = placed[position + 1] if position + 1 < len(placed) else (" ", None)
        if index is not None:
            if not members and before[0] == "-" and (position < 2 or placed[position - 2][0] == " "):
                text = "-"
            text += character
            members.append(index)
        elif character == "." and members and after[1] is not None and "." not in text:
            text += "."
        elif members:
            numbers.append(TrueNumber(text, around([digits[member].box_xywh for member in members]), tuple(members)))
            text, members = "", []
    return numbers
