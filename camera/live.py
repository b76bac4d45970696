"""What the live loop hands to those who show, send or store it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.page import Box, Number, Page


@dataclass(frozen=True, slots=True)
class TrackedDigit:
    """A digit followed over frames.

    Attributes:
        id: The track's number, never used twice in a run.
        digit: 0..9, by the votes of its frames weighted by calibrated confidence.
        confidence: In [0, 1], of the vote.
        box_xywh: Where it was seen last, pixels of the full frame.
    """

    id: int
    digit: int
    confidence: float
    box_xywh: Box


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """One frame that was read.

    Attributes:
        frame: Number of the frame since the start; gaps are frames that were skipped for newer ones.
        time: Seconds since the epoch at which it was captured.
        frame_bgr: uint8 [H, W, 3].
        page: What the reader saw in this frame alone.
        digits: The steady digits.
        numbers: Steady numbers, made of ``digits``.
        changed: Numbers' texts announced with this frame (`--on-change`); empty when nothing changed.
        stage_ms: Milliseconds of each stage of this frame.
        health: "good", "degraded" or "down".
    """

    frame: int
    time: float
    frame_bgr: NDArray[np.uint8]
    page: Page
    digits: tuple[TrackedDigit, ...]
    numbers: tuple[Number, ...]
    changed: tuple[str, ...]
    stage_ms: dict[str, float]
    health: str


class Sink(Protocol):
    """Somebody who wants every live frame: JSON lines, a recording, MQTT, the preview page."""

    def deliver(self, live: LiveFrame) -> None:
        """Take one frame; must not block the loop."""

    def close(self) -> None:
        """Finish and close what is open; called once."""
