"""A drawn page and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class TrueDigit:
    """A digit that stands in a picture.

    Attributes:
        digit: 0..9.
        box_xywh: Tight around its ink.
        printed: Whether it is print, not handwriting.
    """

    digit: int
    box_xywh: Box
    printed: bool = False


@dataclass(frozen=True, slots=True)
class TrueNumber:
    """Digits that belong together.

    On drawn pages neighbours in one number are at most about 0.4 digit heights apart (in the boxes of a form their centres are
    at most 1.2), different numbers in one line 0.9 or more, or a ruled line stands between them.

    Attributes:
        text: The digits, with a decimal point and a leading minus where they are drawn: "-3.5".
        box_xywh: Around its digits (point and minus not counted).
        members: Indices into the scene's digits, in reading order.
    """

    text: str
    box_xywh: Box
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A glyph that is no digit.

    Attributes:
        kind: "letter", "ambiguous" (could be taken for a digit where it stands alone), "symbol", "mark", "scribble",
            "printed" or "shape".
        box_xywh: Tight around its ink.
    """

    kind: str
    box_xywh: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with its truth.

    Attributes:
        image_bgr: uint8 [H, W, 3].
        digits: Every digit, handwritten or printed.
        numbers: The same digits, grouped.
        others: Glyphs that are no digits; grids and frames are not listed.
        kind: What sort of page it is, "sudoku".
    """

    image_bgr: NDArray[np.uint8]
    digits: tuple[TrueDigit, ...]
    numbers: tuple[TrueNumber, ...]
    others: tuple[Other, ...]
    kind: str
