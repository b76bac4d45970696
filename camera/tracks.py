"""Digits followed over frames: a place with ink on it keeps its id, and its frames vote on what it says.

reading ──match──▶ track: votes weighted by calibrated confidence ──▶ steady digit
                     │ not read in this frame: is its ink still there?
                     └─▶ yes: it stays, without a vote     no, for a while: it is gone

Only frames that are read count here; in those between them the boxes move with their ink.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.camera.follow import shifts_of
from digitedge.camera.live import TrackedDigit
from digitedge.camera.matching import match_boxes, overlap
from digitedge.reading.page import Box, Reading

STEADY_AFTER_S = 0.15  # between the first and the last frame it was read in; half an eye blink
_STEADY_HITS, _KNOWN_HITS = 3, 2  # frames it was read in; where the same digit was before, fewer
_FORMER = 64  # digits that are gone and may come back, as from behind a hand
_STEADY_SHARE = 0.6  # of the frames since it was first seen
GONE_AFTER_S, _GONE_FRAMES = 0.3, 2
_MEMORY_FRAMES = 60.0  # votes of unchanged ink
_NEW_INK_MEMORY_FRAMES = 4.0  # votes after the ink has changed: the old ones are soon outvoted
_NEW_INK_DROP = 0.12  # the similarity of ink to itself falls by this when somebody writes over it
_NEW_INK_GROWTH, _NEW_INK_GROWTH_PX = 0.3, 4  # and so do the sides of its box change, by more than a reading's edge wavers
_SWITCH_SHARE = 0.6  # of the votes, for another digit to take over
_HELD_SHARE, _HELD_MEMORY_S = 0.3, 5.0  # ink that is still there must also be read, in this share of the last seconds
_GAP_SHARE = 0.3  # of what a frame shows of a gap, beside what the frames before have shown
_SAME_PICTURE = 0.75  # correlation of the grey patch with itself, above which nothing has moved


@dataclass(slots=True, eq=False)
class _Track:
    id: int
    reading: Reading
    box: list[float]  # x, y, width, height
    first_seen: float
    last_seen: float
    ink: NDArray[np.float32]
    usual_similarity: float = 0.8
    votes: list[float] = field(default_factory=lambda: [0.0] * 10)  # of so few numbers a list is faster
    weight: float = 0.0
    digit: int = 0
    hits: int = 0
    frames: int = 0
    missed: int = 0
    is_known: bool = False  # it was steady before, and has come back
    looks: float = 0.0  # frames of the last seconds
    reads: float = 0.0  # those of them in which it was read
    steady: bool = False
    read_at: Box = (0, 0, 0, 0)  # where its box was in the last frame that was read
    patch: NDArray[np.float32] | None = None  # the grey picture under it when it was last read, while it is not

    def vote(self, reading: Reading, similarity: float, ink: NDArray[np.float32], time: float) -> None:
        """Take one frame's reading, how similar its ink is to the track's, and what that becomes (see `_mixed`)."""
        is_new_ink = similarity < self.usual_similarity - _NEW_INK_DROP or self._has_other_size(reading.box_xywh)
        memory = _NEW_INK_MEMORY_FRAMES if is_new_ink else _MEMORY_FRAMES
        keep = (1 - 1 / memory) * min(1.0, memory / max(self.weight, 1.0))
        self.votes = [votes * keep for votes in self.votes]
        self.weight = self.weight * keep + 1
        self.votes[reading.digit] += reading.confidence
        most = max(self.votes)
        if not self.hits or most >= _SWITCH_SHARE * sum(self.votes):
            self.digit = self.votes.index(most)
        self.usual_similarity += (similarity - self.usual_similarity) / (_MEMORY_FRAMES if is_new_ink else 20)
        self.ink = ink
        share = 0.3 if self.steady else 0.6
        self.box = [was + (side - was) * share for was, side in zip(self.box, reading.box_xywh, strict=True)]
        self.reading = reading if is_new_ink else _with_memory(reading, self.reading)
        self.last_seen, self.patch = time, None
        self.hits += 1
        self.reads += 1
        self.missed = 0

    def _has_other_size(self, box_xywh: Box) -> bool:
        _, _, width, height = self.box
        wider, higher = abs(width - box_xywh[2]), abs(height - box_xywh[3])
        is_wider = wider > max(_NEW_INK_GROWTH * width, _NEW_INK_GROWTH_PX)
        return is_wider or higher > max(_NEW_INK_GROWTH * height, _NEW_INK_GROWTH_PX)

    @property
    def confidence(self) -> float:
        return self.votes[self.digit] / self.weight if self.weight else 0.0

    @property
    def box_xywh(self) -> Box:
        x, y, width, height = self.box
        return round(x), round(y), round(width), round(height)


class Tracks:
    """All digits in view.

    Attributes:
        shift_xy: How far they have moved (median, pixels) between the last two frames that were read.
    """

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._former: deque[_Track] = deque(maxlen=_FORMER)
        self._next_id = 1
        self._last_time: float | None = None
        self._last_gray: NDArray[np.uint8] | None = None
        self.shift_xy = (0.0, 0.0)

    def update(self, readings: tuple[Reading, ...], gray: NDArray[np.uint8], time: float) -> list[tuple[TrackedDigit, Reading]]:
        """Take what was read in one frame and return the digits in view, each with its last reading.

        Args:
            readings: Of this frame.
            gray: uint8 [H, W], the frame; kept until the next one that is read.
            time: Of the frame, seconds; never earlier than the frame before.
        """
        keep = 1 - min(0.25, (time - (self._last_time or time)) / _HELD_MEMORY_S)
        for track in self._tracks:
            track.frames += 1
            track.looks, track.reads = track.looks * keep + 1, track.reads * keep
        inks = _inks(readings)
        matched = match_boxes([track.box for track in self._tracks], [reading.box_xywh for reading in readings])
        voters, voices = [self._tracks[row] for row in matched], list(matched.values())
        for track, voice, similarity, ink in zip(voters, voices, *_mixed([t.ink for t in voters], inks[voices]), strict=True):
            track.vote(readings[voice], similarity, ink, time)
        for row, track in enumerate(self._tracks):
            if row not in matched:
                self._miss(track, gray, time)
        self._former.extend(track for track in self._tracks if track.steady and _is_gone(track, time))
        self._tracks = [track for track in self._tracks if not _is_gone(track, time)]
        for position in sorted(set(range(len(readings))) - set(matched.values())):
            self._tracks.append(self._new(readings[position], inks[position], time))
        self.shift_xy = _median_shift([track for track in self._tracks if track.frames > 1])
        for track in self._tracks:
            track.steady = track.steady or _has_settled(track, time)
            track.read_at = track.box_xywh
        self._tracks = _without_replaced(self._tracks)
        self._last_time, self._last_gray = time, gray
        return [(_tracked(track), track.reading) for track in self._tracks if track.steady or not track.missed]

    def follow(self, before: NDArray[np.uint8], now: NDArray[np.uint8], size_wh: tuple[int, int]) -> dict[int, Box]:
        """Move the boxes with their ink in a frame that is not read; return the box of each track's id.

        Args:
            before: uint8 [h, w], the frame before, as `digitedge.camera.still.shrunk` gives it.
            now: uint8 [h, w], this frame, alike.
            size_wh: Of the frame, which no box leaves.
        """
        if self._tracks:
            boxes = np.array([track.box for track in self._tracks])
            corners = boxes[:, :2] + shifts_of(before, now, boxes)
            room = np.maximum(0, size_wh - boxes[:, 2:])
            boxes[:, :2] = np.clip(corners, 0, room)
            for track, box in zip(self._tracks, boxes.tolist(), strict=True):
                track.box = box
        return {track.id: track.box_xywh for track in self._tracks}

    def see_same(self, time: float) -> None:
        """Note a frame that showed what the last one showed, and was not read for that reason."""
        self._last_time = time
        for track in self._tracks:
            track.last_seen = time

    @property
    def are_settled(self) -> bool:
        """Every digit in view is steady, and the last frame read them all alike."""
        return all(track.steady and not track.missed and track.reading.digit == track.digit for track in self._tracks)

    def _new(self, reading: Reading, ink: NDArray[np.float32], time: float) -> _Track:
        track = _Track(self._next_id, reading, [float(side) for side in reading.box_xywh], time, time, ink, frames=1, looks=1)
        track.vote(reading, 1.0, ink, time)
        for former in list(self._former):
            if former.digit == reading.digit and match_boxes([former.box], [reading.box_xywh]):
                self._former.remove(former)
                track.id, track.is_known = former.id, True
                return track
        self._next_id += 1
        return track

    def _miss(self, track: _Track, gray: NDArray[np.uint8], time: float) -> None:
        """Note a frame without a reading. Where the picture has not changed, the digit is still there."""
        if track.patch is None and self._last_gray is not None:
            track.patch = _patch(self._last_gray, track.read_at)
        is_held = track.steady and track.reads > _HELD_SHARE * track.looks
        if is_held and _resemble(track.patch, _patch(gray, track.box_xywh)):
            track.last_seen = time
            track.missed = 0
        else:
            track.missed += 1


def _with_memory(reading: Reading, before: Reading) -> Reading:
    """Return a reading that knows of the gap behind it what the frames before have shown, too: the newest count most."""
    known, seen = before.after, reading.after
    if known is None or reading is before or (seen and not seen.is_same(known)):
        return reading
    return replace(reading, after=replace(seen, shows=known.shows + _GAP_SHARE * (seen.shows - known.shows)) if seen else known)


def _median_shift(tracks: list[_Track]) -> tuple[float, float]:
    if not tracks:
        return 0.0, 0.0
    x, y = ([track.box[axis] - track.read_at[axis] for track in tracks] for axis in (0, 1))
    return median(x), median(y)


def _without_replaced(tracks: list[_Track]) -> list[_Track]:
    """Return the tracks without those that are missed where another digit now stands."""
    standing = [track.box_xywh for track in tracks if track.steady and not track.missed]
    return [track for track in tracks if not track.missed or not any(overlap(track.box_xywh, box) for box in standing)]


def _has_settled(track: _Track, time: float) -> bool:
    share = track.hits / track.frames
    hits = _KNOWN_HITS if track.is_known else _STEADY_HITS
    return track.hits >= hits and time - track.first_seen >= STEADY_AFTER_S and share >= _STEADY_SHARE


def _is_gone(track: _Track, time: float) -> bool:
    if not track.steady and track.hits < _STEADY_SHARE * track.frames and track.frames > 3:
        return True
    return track.missed >= _GONE_FRAMES and time - track.last_seen >= GONE_AFTER_S


def _tracked(track: _Track) -> TrackedDigit:
    return TrackedDigit(track.id, track.digit, round(min(1.0, track.confidence), 4), track.box_xywh, track.steady)


def _patch(gray: NDArray[np.uint8], box_xywh: Box) -> NDArray[np.float32] | None:
    x, y, width, height = box_xywh
    part = gray[max(0, y) : y + height, max(0, x) : x + width]
    return _normalized(cv2.resize(part, (16, 24), interpolation=cv2.INTER_AREA)) if part.size else None


def _resemble(before: NDArray[np.float32] | None, now: NDArray[np.float32] | None) -> bool:
    return before is not None and now is not None and float((before * now).sum()) > _SAME_PICTURE


def _normalized(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the picture with mean 0 and length 1, so that the sum of a product is the correlation."""
    values = picture.astype(np.float32)
    return _unit(values - values.mean())


def _inks(readings: tuple[Reading, ...]) -> NDArray[np.float32]:
    """Return what the model saw of each reading, float32 [N, side²], each with mean 0 and length 1."""
    if not readings:
        return np.empty((0, 0), np.float32)
    values = np.stack([reading.field for reading in readings]).reshape(len(readings), -1).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    values /= np.maximum(np.sqrt((values * values).sum(axis=1, keepdims=True)), np.float32(1e-6))
    return values


def _mixed(known: list[NDArray[np.float32]], fresh: NDArray[np.float32]) -> tuple[list[float], NDArray[np.float32]]:
    """Return how similar each track's ink is to its fresh one (correlation), and the former moved an eighth of the way.

    Args:
        known: Of K tracks, float32 [F] each.
        fresh: float32 [K, F], see `_inks`.
    """
    if not known:
        return [], fresh
    old = np.stack(known)
    length = np.sqrt(np.einsum("kf,kf->k", old, old))
    similarity = np.einsum("kf,kf->k", old, fresh) / np.maximum(length, np.float32(1e-6))
    return similarity.tolist(), old + (fresh - old) * np.float32(1 / 8)


def _unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.sqrt((values * values).sum()))
    return values / np.float32(length) if length else values
