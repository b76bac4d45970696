"""Changes as rows of a CSV file: what appeared and what went, and when."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

from digitedge.camera.live import Health, LiveFrame
from digitedge.errors import OutputError

COLUMNS = ("time", "frame", "event", "number", "confidence", "x", "y", "width", "height")


class ChangesFile:
    """Appends a row a change to a CSV file; rows of earlier runs stay."""

    def __init__(self, path: Path) -> None:
        """Open the file and write the heading if it is new. Raises OutputError."""
        self._path = path
        try:
            self._file: TextIOWrapper = path.open("a", newline="", encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.", "Check the folder and its rights.") from error
        self._rows = csv.writer(self._file)
        if self._file.tell() == 0:
            self._write([COLUMNS])

    def deliver(self, live: LiveFrame) -> None:
        """Write a row for each number that is new ("appeared") or no longer there ("gone"). Raises OutputError."""
        if not live.changed and not live.gone:
            return
        moment = datetime.fromtimestamp(live.time).astimezone().isoformat(timespec="milliseconds")
        rows: list[tuple[object, ...]] = [(moment, live.frame, "gone", text, "", "", "", "", "") for text in live.gone]
        waiting = list(live.changed)
        for number in live.numbers:
            if number.text in waiting:
                waiting.remove(number.text)
                rows.append((moment, live.frame, "appeared", number.text, round(number.confidence, 4), *number.box_xywh))
        self._write(rows)

    def tick(self, health: Health) -> None:
        """Changes come with frames; nothing to do."""

    def close(self) -> None:
        """Close the file. Raises OutputError if rows are left that cannot be written."""
        try:
            self._file.close()
        except OSError as error:
            raise self._unwritable(error) from error

    def _write(self, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            self._rows.writerows(rows)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(f"{self._path} cannot be written: {error.strerror}.", "Check the free space.")
