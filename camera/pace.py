"""When a moving picture is read again: a few times a second, and more often while there is news in it.

Reading is by far the dearest thing a frame can need. Between two readings the boxes follow their ink
(`digitedge.camera.follow`), which costs a hundredth of it, so that only what is new has to wait for the next one:

    settled     ● · · · · · · ● · · · · · · ● · · · ·    4 readings a second
    news        ● · · · · · · ● ● ● ● ● ● ● ● · · · ·    every frame, until every digit is steady and announced
                  ▲ a digit came: seen after 0.2 s at most, announced within 0.5 s
"""

from __future__ import annotations

READS_PER_S = 4.0  # of a picture without news
_SPARE, _SPARE_PER_S = 20.0, 5.0  # readings for news: two digits' at once, and a mistake that flickers for ever gets no more
_EARLY = 0.93  # frames come a little early or late; of 30 frames a second every seventh


def due_after_s(reads_per_s: float = READS_PER_S) -> float:
    """Return how long after a reading the next one is due, seconds."""
    return _EARLY / reads_per_s


class Pace:
    """Decides which frames are read."""

    def __init__(self, reads_per_s: float = READS_PER_S) -> None:
        """Make it; ``reads_per_s`` readings a second of a picture without news."""
        self._every_s = due_after_s(reads_per_s)
        self._read_at: float | None = None
        self._spare = _SPARE

    def is_due(self, time: float, is_settled: bool) -> bool:
        """Tell whether a frame shall be read.

        Args:
            time: Of the frame, seconds.
            is_settled: The last reading left nothing open: no digit that comes, goes or changes.
        """
        waited_s = self._waited(time)
        if not 0 <= waited_s < self._every_s:
            return True
        return not is_settled and self._spare >= 1

    def note(self, time: float) -> None:
        """Note that a frame is read."""
        waited_s = self._waited(time)
        if 0 <= waited_s < self._every_s:
            self._spare -= 1
        self._spare = min(_SPARE, self._spare + _SPARE_PER_S * max(0.0, min(waited_s, _SPARE)))
        self._read_at = time

    def _waited(self, time: float) -> float:
        return float("inf") if self._read_at is None else time - self._read_at
