"""Live frames as lines of text: JSON for programs, plain for people."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TextIO

from digitedge.camera.live import Health, LiveFrame
from digitedge.errors import OutputError


def as_json(live: LiveFrame) -> dict[str, Any]:
    """Return what a script gets of a live frame; boxes are [x, y, w, h] in pixels of the full frame."""
    return {
        "frame": live.frame,
        "time": round(live.time, 4),
        "digits": [
            {"id": d.id, "digit": d.digit, "confidence": d.confidence, "box": list(d.box_xywh), "steady": d.steady}
            for d in live.digits
        ],
        "numbers": [{"text": n.text, "confidence": round(n.confidence, 4), "box": list(n.box_xywh)} for n in live.numbers],
        "changed": list(live.changed),
        "gone": list(live.gone),
        "read": live.was_read,
        "advice": live.page.advice,
        "health": live.health,
        "ms": {stage: round(ms, 3) for stage, ms in live.stage_ms.items()},
    }


def as_text(live: LiveFrame) -> str:
    """Return the moment and the numbers in view, as "12:03:04  2378  45"."""
    moment = datetime.fromtimestamp(live.time).strftime("%H:%M:%S")
    return f"{moment}  {'  '.join(number.text for number in live.numbers) or '-'}"


class Lines:
    """Writes a line a frame, or a line a change, and flushes it."""

    def __init__(self, stream: TextIO, *, json_lines: bool, on_change: bool) -> None:
        """Make it; ``stream`` is not closed here."""
        self._stream, self._json_lines, self._on_change = stream, json_lines, on_change

    def deliver(self, live: LiveFrame) -> None:
        """Write the frame's line. Raises BrokenPipeError when the reader has left, OutputError when it cannot be written."""
        if self._on_change and not live.changed and not live.gone:
            return
        line = json.dumps(as_json(live), separators=(",", ":")) if self._json_lines else as_text(live)
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(
                f"Standard output cannot be written: {error.strerror}.", "Check the free space, or send it elsewhere."
            ) from error

    def tick(self, health: Health) -> None:
        """Lines are about frames; nothing to do."""

    def close(self) -> None:
        """The stream belongs to whoever opened it."""
