"""What is found in a picture."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the full picture."""

_WAVER = 0.3  # heights: the boxes of a digit in two frames differ by less


@dataclass(frozen=True, slots=True)
class Gap:
    """What was seen between a digit and the one that followed it.

    Attributes:
        shows: float32 [3], logits of what joins the two (see `digitedge.reading.joints`).
        follower: Where the other one stood: right, down, and its height, in heights of the digit.
    """

    shows: NDArray[np.float32]
    follower: tuple[float, float, float]

    @classmethod
    def between(cls, digit: Box, follower: Box, shows: NDArray[np.float32]) -> Gap:
        """Return the gap between two boxes, with what it shows, float32 [3]."""
        x, y, _, h = digit
        return cls(shows, ((follower[0] - x) / h, (follower[1] - y) / h, follower[3] / h))

    def is_same(self, other: Gap) -> bool:
        """Return whether the digit was followed by the same one, and not by a speck that a single frame shows."""
        return all(abs(one - two) < _WAVER for one, two in zip(self.follower, other.follower, strict=True))


@dataclass(frozen=True, slots=True)
class Reading:
    """One digit found in a picture.

    Attributes:
        digit: 0..9.
        confidence: Calibrated probability that the digit is right, in [0, 1].
        box_xywh: Tight box around the ink, pixels of the full picture.
        field: uint8 [side, side], what the model saw.
        probabilities: float32 [outputs], digits first: what the model said of the field. Where that was doubtful, the digit
            may be another, by what stands around.
        after: What the gap behind it shows; None where nobody looked.
    """

    digit: int
    confidence: float
    box_xywh: Box
    field: NDArray[np.uint8] = dataclasses.field(repr=False, compare=False)
    probabilities: NDArray[np.float32] = dataclasses.field(repr=False, compare=False)
    after: Gap | None = dataclasses.field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """Digits that stand together, in reading order.

    Attributes:
        text: "237845", "-3.5".
        confidence: Probability that every digit of it is right, in [0, 1].
        box_xywh: Around all its digits.
        members: Indices into the page's digits, in reading order.
    """

    text: str
    confidence: float
    box_xywh: Box
    members: tuple[int, ...]


def no_boxes() -> NDArray[np.int32]:
    """Return int32 [0, 4]: no signs, no rules."""
    return np.empty((0, 4), np.int32)


@dataclass(frozen=True, slots=True)
class Page:
    """All that was read in one picture.

    Attributes:
        size_wh: Size of the picture, pixels.
        digits: In reading order.
        numbers: In reading order; none where `ReaderSettings.grouped` is off.
        stage_ms: Milliseconds each stage took: "ink", "candidates", "patch", "invoke", "decide", "numbers"; the camera
            adds its own.
        signs: int32 [M, 4], boxes (x, y, width, height in pixels) of ink near the digits that is no digit.
        rules: int32 [K, 4], boxes alike of pieces of upright rules.
        advice: One sentence when the picture cannot be read well, else "".
    """

    size_wh: tuple[int, int]
    digits: tuple[Reading, ...]
    numbers: tuple[Number, ...]
    stage_ms: dict[str, float]
    signs: NDArray[np.int32] = dataclasses.field(default_factory=no_boxes, repr=False, compare=False)
    rules: NDArray[np.int32] = dataclasses.field(default_factory=no_boxes, repr=False, compare=False)
    advice: str = ""
