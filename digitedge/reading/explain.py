"""Every stage of a reading as a picture, for people who ask why."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.reading.annotate import draw_plate
from digitedge.reading.gaps import gap_pictures
from digitedge.reading.glimpse import FAR_HEIGHTS, glimpses
from digitedge.reading.joints import KINDS
from digitedge.reading.network import log_chances
from digitedge.reading.picture import save_picture
from digitedge.reading.reader import Trace

_STANDS, _UNSURE, _TAKEN = (70, 160, 20), (60, 60, 220), (200, 140, 40)
_TILE, _COLUMNS = 84, 14
_MAX_TILES = 280
_STAGE = re.compile(r"1-gray|2-ink-\d+-(dark|light)|3-candidates|4-patches|5-glimpses|6-gaps")
_NOTE = b"tEXtSoftware\0digitedge --explain"
# A chunk (PNG specification, 11.3.3): a stage of an earlier reading is known by it, and no file of somebody else's is removed.
_SIGNATURE = struct.pack(">I", len(_NOTE) - 4) + _NOTE + struct.pack(">I", zlib.crc32(_NOTE))
_HEADER_BYTES = 33  # of a PNG, before which no other chunk may stand


def write_explanation(folder: Path, trace: Trace) -> list[Path]:
    """Write the stages of a reading to ``folder`` and return the files, in order.

    1-gray.png, 2-ink-LEVEL-dark.png or -light.png, 3-candidates.png (green: read; red: not sure enough; blue: another candidate
    took the place; below, the advice if there is any), 4-patches.png (what the classifier saw, its two best answers and the
    reason each was dropped), 5-glimpses.png (the same candidates amid what is written around them), 6-gaps.png (between the
    digits, where one had to be looked at: what it showed, and what the two became). Stages of an earlier reading are removed.

    Raises:
        OutputError: The folder cannot be written.
    """
    stages: list[tuple[str, NDArray[np.uint8]]] = [("1-gray", trace.view)]
    for layer in trace.layers:
        stages.append((f"2-ink-{layer.level}-{'light' if layer.light else 'dark'}", layer.mask))
    order = np.argsort(-trace.confidence, kind="stable")[:_MAX_TILES].tolist()
    around = glimpses([trace.candidates[index] for index in order], trace.layers, FAR_HEIGHTS)
    stages += [
        ("3-candidates", _candidates(trace)),
        ("4-patches", _sheet([_tile(trace.fields[index], _said(trace, index), reason(trace, index)) for index in order])),
        ("5-glimpses", _sheet([_tile(glimpse, reason(trace, i)) for i, glimpse in zip(order, around, strict=True)])),
        ("6-gaps", _sheet(list(_gaps(trace)))),
    ]
    paths = []
    for name, picture in stages:
        if picture.size:
            paths.append(folder / f"{name}.png")
            save_picture(paths[-1], picture, _signed)
    for path in folder.glob("*.png"):
        if path not in paths and _STAGE.fullmatch(path.stem) and _is_signed(path):
            path.unlink(missing_ok=True)
    return paths


def _signed(png: bytes) -> bytes:
    return png[:_HEADER_BYTES] + _SIGNATURE + png[_HEADER_BYTES:]


def _is_signed(path: Path) -> bool:
    """Return whether this program wrote a file, whatever its name says."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES + len(_SIGNATURE)).endswith(_SIGNATURE)


def reason(trace: Trace, index: int) -> str:
    """Return why a candidate stands or was dropped, in a few words."""
    if index in trace.selection.standing:
        return f"read {trace.confidence[index]:.2f}"
    rival = int(trace.selection.rivals[index])
    if rival >= 0:
        return f"place taken by {int(trace.digits[rival])}"
    rejected = float(trace.probabilities[index, 10:].sum())
    return f"no digit {rejected:.2f}" if rejected > 0.5 else f"unsure {trace.confidence[index]:.2f}"


def _candidates(trace: Trace) -> NDArray[np.uint8]:
    drawn = cv2.cvtColor(trace.view, cv2.COLOR_GRAY2BGR) if trace.view.size else np.empty((0, 0, 3), np.uint8)
    standing = set(trace.selection.standing)
    order = sorted(range(len(trace.candidates)), key=lambda index: index in standing)
    for index in order:
        x, y, w, h = trace.candidates[index].box_xywh
        color = _STANDS if index in standing else _TAKEN if trace.selection.rivals[index] >= 0 else _UNSURE
        cv2.rectangle(drawn, (x, y), (x + w, y + h), color, max(1, min(drawn.shape[:2]) // 400))
    if trace.page.advice:
        draw_plate(drawn, trace.page.advice, (0, drawn.shape[0] - 1), _UNSURE, max(0.4, drawn.shape[1] / 1600))
    return drawn


def _sheet(tiles: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return tiles of one size in rows, nothing for none."""
    if not tiles:
        return np.empty((0, 0), np.uint8)
    tiles = [*tiles, *[np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)]
    return np.vstack([np.hstack(tiles[row : row + _COLUMNS]) for row in range(0, len(tiles), _COLUMNS)])


def _said(trace: Trace, index: int) -> str:
    """Return the classifier's two best answers."""
    row = trace.probabilities[index]
    names = [*map(str, range(10)), "no"]
    return " ".join(f"{names[min(label, 10)]} {row[label]:.2f}" for label in row.argsort()[::-1][:2])


def _gaps(trace: Trace) -> Iterator[NDArray[np.uint8]]:
    """Yield a tile of each gap that was looked at."""
    if trace.pairs is None:
        return
    looked = np.flatnonzero(~np.isnan(trace.pairs.gaps[:, 0]))
    beside = trace.pairs.members[:, looked].T.tolist()
    pictures = gap_pictures([(trace.origins[left], trace.origins[right]) for left, right in beside], trace.layers)
    number_of = {member: number for number in trace.page.numbers for member in number.members}
    chances = np.exp(log_chances(trace.pairs.gaps[looked]))
    for (left, right), picture, row in zip(beside, pictures, chances, strict=True):
        text = number_of[left].text if left in number_of and right in number_of[left].members else "apart"
        yield _tile(picture, f"{KINDS[row.argmax()]} {row.max():.2f}", text)


def _tile(picture: NDArray[np.uint8], *lines: str) -> NDArray[np.uint8]:
    """Return a picture with lines below."""
    large = cv2.resize(picture, (_TILE, _TILE), interpolation=cv2.INTER_NEAREST)
    tile = cv2.copyMakeBorder(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), 2, 32, 14, 14, cv2.BORDER_CONSTANT, value=(50, 50, 50))
    for line, text in enumerate(lines):
        cv2.putText(tile, text, (3, _TILE + 14 + 14 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (220, 230, 240), 1, cv2.LINE_AA)
    return tile
