"""What the live loop hands to those who show, send or store it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import OutputError
from digitedge.reading.page import Box, Number, Page

NO_PICTURE = np.empty((0, 0, 3), np.uint8)
"""What stands for a frame's picture where nobody looks at it."""


@dataclass(frozen=True, slots=True)
class TrackedDigit:
    """A digit followed over frames.

    Attributes:
        id: The track's number, never used twice in a run.
        digit: 0..9, by the votes of its frames weighted by calibrated confidence.
        confidence: In [0, 1], of the vote.
        box_xywh: Where it was seen last, pixels of the full frame.
        steady: Seen long enough to be announced; a digit that is not steady may be a passing mistake.
    """

    id: int
    digit: int
    confidence: float
    box_xywh: Box
    steady: bool = True


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """One frame of the source.

    Attributes:
        frame: Number of the frame since the start; gaps are frames that were skipped for newer ones.
        time: Seconds since the epoch at which it was captured.
        frame_bgr: uint8 [H, W, 3]; shared, so nobody draws on it. `NO_PICTURE` in a run without anybody who looks.
        page: What the reader saw in this frame alone; where this frame was not read, in the last one that was.
        digits: The digits in view, each with its steady value.
        numbers: Steady numbers, made of the steady ones of ``digits``.
        changed: Numbers' texts announced with this frame (`--on-change`); empty when nothing changed.
        stage_ms: Milliseconds of each stage of this frame, after "decode" where the source tells it. A frame that was not read
            has one: "still" if it shows what the last one showed, "follow" if its boxes were moved with their ink.
        health: "good", "degraded" or "down".
        gone: Numbers' texts announced before that are no longer in view since this frame.
        was_read: The digits were looked for in this frame; else they are those of the last one that was read.
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
    gone: tuple[str, ...] = ()
    was_read: bool = True


@dataclass(frozen=True, slots=True)
class Health:
    """How the source does.

    Attributes:
        word: "good", "degraded" (losses in the last hour) or "down" (no picture now).
        reconnects: Times it was reopened in the last hour.
        stalls: Times it fell silent in the last hour.
        fps: Frames a second that were read, over the last seconds; 0 when none came.
        note: One sentence about the last loss, "" if there was none.
    """

    word: str
    reconnects: int
    stalls: int
    fps: float
    note: str = ""


@dataclass(slots=True)
class Controls:
    """What a viewer may change while the loop runs; each is one assignment, so any thread may write it.

    Attributes:
        roi_xywh: Only this part of the frame is read, pixels of the full frame; None for all of it.
        stop: Set to end the run as `q` does.
    """

    roi_xywh: Box | None = None
    stop: bool = False


class FullError(OutputError):
    """A sink has stored as much as it was allowed to, and takes no more; what it has is whole."""


class Sink(Protocol):
    """Somebody who wants every live frame: JSON lines, a recording, MQTT, the preview page."""

    def deliver(self, live: LiveFrame) -> None:
        """Take one frame; must not block the loop. Raises FullError when it takes no more: that is told, and it gets none."""

    def tick(self, health: Health) -> None:
        """Called about once a second and whenever ``health.word`` changes, also while no frame arrives; must not block."""

    def close(self) -> None:
        """Finish and close what is open; called once."""
