"""How well a reading agrees with a drawn page's truth.

Matching: all pairs of a read and a true box with intersection over union ≥ 0.3, taken greedily in falling order, one to one.
A digit is right if its match has the same value. Printed digits are wanted no less than written ones, but missing one costs
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digitedge.scenes.truth import Box, Scene

_MIN_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one page, or of many added up.

    Attributes:
        wanted: True handwritten digits.
        found: Of these, matched by a box.
        right: Of these, with the right value.
        false_alarms: Boxes that match no digit.
        numbers: True numbers.
        numbers_right: Of these, read with exactly their text and place.
    """

    wanted: int = 0
    found: int = 0
    right: int = 0
    false_alarms: int = 0
    numbers: int = 0
    numbers_right: int = 0

    @property
    def f1(self) -> float:
        """End-to-end F1: a digit counts if it is found and right; 1 where nothing was wanted or read."""
        total = self.wanted + self.found + self.false_alarms
        return 2 * self.right / total if total else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def score_page(scene: Scene, digits: Sequence[tuple[int, Box]], numbers: Iterable[tuple[str, Box]] = ()) -> Score:
    """Return how well digits (value, box) and numbers (text, box) read agree with a page's truth."""
    pairs = sorted(
        (
            (overlap(box, true.box_xywh), i, j)
            for i, (_, box) in enumerate(digits)
            for j, true in enumerate(scene.digits)
            if overlap(box, true.box_xywh) >= _MIN_OVERLAP
        ),
        reverse=True,
    )
    match: dict[int, int] = {}  # true digit → digit read
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in taken and j not in match:
            match[j] = i
            taken.add(i)
    wanted = [j for j, true in enumerate(scene.digits) if not true.printed]
    found = [j for j in wanted if j in match]
    right = sum(digits[match[j]][0] == scene.digits[j].digit for j in found)
    read = [(text, box) for text, box in numbers]
    handwritten = [n for n in scene.numbers if not any(scene.digits[member].printed for member in n.members)]
    exact = sum(any(text == n.text and overlap(box, n.box_xywh) >= _MIN_OVERLAP for text, box in read) for n in handwritten)
    return Score(len(wanted), len(found), right, len(digits) - len(taken), len(handwritten), exact)


def by_kind(scores: Iterable[tuple[str, Score]]) -> dict[str, Score]:
    """Return the scores added up by kind of page, and all of them under "all".

    >>> by_kind([("list", Score(wanted=2)), ("list", Score(wanted=3))])["all"].wanted
    5
    """
    sums: dict[str, Score] = {}
    for kind, score in scores:
        for name in (kind, "all"):
            sums[name] = sums.get(name, Score()) + score
    return dict(sorted(sums.items(), key=lambda item: (item[0] != "all", item[0])))


def overlap(a: Box, b: Box) -> float:
    """Return the intersection of two boxes over their union, in [0, 1].

    >>> overlap((0, 0, 10, 10), (5, 0, 10, 10))
    0.3333333333333333
    """
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)
