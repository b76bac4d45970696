"""Steady digits become numbers, and numbers become news when they have changed and stayed so."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.camera.live import TrackedDigit
from digitedge.reading.grouping import group_numbers, in_reading_order
from digitedge.reading.page import Number, Reading

# The same numbers must be seen for this long, so that a number whose digits settle one by one is announced once; longer while
# other digits in view are still coming or going.
STAYS_S, UNSETTLED_STAYS_S = 0.1, 0.25


def steady_numbers(
    digits: list[tuple[TrackedDigit, Reading]],
    signs: NDArray[np.int32] | None = None,
    rules: NDArray[np.int32] | None = None,
) -> tuple[tuple[TrackedDigit, ...], tuple[Number, ...]]:
    """Return the digits in reading order, and the numbers their steady ones form (members are indices into the digits).

    Args:
        digits: In view, each with its last reading.
        signs: int32 [K, 4], boxes of the steady signs beside them.
        rules: int32 [M, 4], boxes of pieces of upright rules in the newest frame.
    """
    # Made anew: dataclasses.replace takes three times as long.
    valued = [
        Reading(digit.digit, digit.confidence, digit.box_xywh, reading.field, reading.probabilities, reading.after)
        for digit, reading in digits
    ]
    by_reading = {id(reading): digit for reading, (digit, _) in zip(valued, digits, strict=True)}
    ordered = in_reading_order(valued)
    tracked = tuple(by_reading[id(reading)] for reading in ordered)
    steady = [position for position, digit in enumerate(tracked) if digit.steady]
    numbers = group_numbers([ordered[position] for position in steady], signs, rules)
    moved = (dataclasses.replace(number, members=tuple(steady[m] for m in number.members)) for number in numbers)
    return tracked, tuple(moved)


@dataclass(slots=True)
class Announcer:
    """Tells when the numbers in view have changed."""

    _announced: Counter[str] = dataclasses.field(default_factory=Counter)
    _candidate: Counter[str] = dataclasses.field(default_factory=Counter)
    _other_at: float | None = None  # time of the last frame that showed something else than the candidate
    _last_at: float | None = None

    def see_same(self, time: float) -> None:
        """Note a frame that showed what the last one showed, and was not read for that reason."""
        self._last_at = time

    @property
    def is_settled(self) -> bool:
        """Nothing waits to be announced."""
        return self._candidate == self._announced

    def update(
        self, numbers: tuple[Number, ...], time: float, are_settled: bool = True
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the texts that are new and those that are gone since the last news.

        Args:
            numbers: The steady ones of one frame.
            time: Of the frame, seconds.
            are_settled: No digit in view is coming, going or changing.
        """
        texts = Counter(number.text for number in numbers)
        if texts != self._candidate:
            self._candidate = texts
            self._other_at = self._last_at
        self._last_at = time
        stays_s = STAYS_S if are_settled else UNSETTLED_STAYS_S
        if texts == self._announced or (self._other_at is not None and time - self._other_at < stays_s):
            return (), ()
        new, gone = texts - self._announced, self._announced - texts
        self._announced = texts
        return tuple(new.elements()), tuple(gone.elements())
