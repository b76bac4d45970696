"""Long runs of the whole loop: a still scene stays quiet, a new digit is told soon, a hundred thousand frames cost nothing.

CI runs shortened ones. In full, with this before pytest: DIGITEDGE_STILL_MINUTES=10 DIGITEDGE_MANY_FRAMES=100000
"""

import gc
import json
import os
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from needs import lacking

from digitedge.camera.loop import Limits, LiveLoop
from digitedge.camera.newest import NewestFrame
from digitedge.camera.pace import READS_PER_S
from digitedge.camera.playback import VideoFile
from digitedge.camera.source import Frame, frame_of_gray
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.moving import MovingScene

FPS = 30.0
SIZE_WH = (320, 240)


class StillCamera:
    """A camera on a tripod: one drawn sheet under lamps at 50 Hz, with the sensor's noise. A recording, read frame by frame.

    From frame ``new_from`` on it shows ``after`` instead of ``before``.
    """

    name = "still"
    is_live = False

    def __init__(self, before, frames, after=None, new_from=None, noise=4.0):
        rng = np.random.default_rng(5)
        self._sheets = (before, before if after is None else after)
        self._new_from = frames if new_from is None else new_from
        # 61 fields of noise against a light that repeats only after minutes: no two frames of a test are alike.
        self._noise = [rng.normal(0, noise, before.shape).astype(np.float32) for _ in range(61)]
        self._frames, self._count = frames, 0

    def open(self):
        self._count = 0

    def read(self) -> Frame | None:
        if self._count >= self._frames:
            return None
        seconds = self._count / FPS
        # Lamps flicker at twice the mains' 50 Hz; at 30 frames a second this shows as 10 Hz. Clouds pass slowly.
        gain = 1 + 0.04 * np.sin(2 * np.pi * 100 * seconds) + 0.12 * np.sin(2 * np.pi * seconds / 97)
        sheet = self._sheets[self._count >= self._new_from]
        gray = np.clip(sheet * np.float32(gain) + self._noise[self._count % 61], 0, 255).astype(np.uint8)
        self._count += 1
        return frame_of_gray(gray, seconds)

    def close(self):
        pass


class News:
    """A sink that keeps what was announced, and the last frame."""

    def __init__(self):
        self.told, self.last = [], None

    def deliver(self, live):
        self.last = live
        if live.changed or live.gone:
            self.told.append((live.frame, live.changed, live.gone))

    def tick(self, health):
        pass

    def close(self):
        pass


@pytest.fixture
def reader():
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    return Reader(Classifier(DEFAULT_MODEL))


def _sheet(step: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """A drawn sheet without noise, float32 [H, W], and its numbers; the counter steps on from step to step."""
    scene = MovingScene(3, SIZE_WH, FPS, moving=False, change_every_s=1.0)
    frames = [scene.frame(step * 30 + i)[0][:, :, 0] for i in range(12)]
    truth = scene.frame(step * 30)[1]
    return np.mean(frames, axis=0).astype(np.float32), tuple(number.text for number in truth.numbers)


def _run(reader, source, reads_per_s):
    news = News()
    LiveLoop(NewestFrame(source, every_frame=True), reader, [news], reads_per_s=reads_per_s).run()
    return news


@pytest.mark.slow
@pytest.mark.parametrize(("reads_per_s", "minutes"), [(READS_PER_S, 10.0), (None, 0.5)])
def test_ten_minutes_of_a_still_scene_are_quiet(reader, reads_per_s, minutes):
    minutes = float(os.environ.get("DIGITEDGE_STILL_MINUTES", minutes))
    sheet, numbers = _sheet(0)
    news = _run(reader, StillCamera(sheet, round(minutes * 60 * FPS)), reads_per_s)
    late = [entry for entry in news.told if entry[0] > FPS]
    assert len(late) <= 1, late
    assert sorted(number.text for number in news.last.numbers) == sorted(numbers)


@pytest.mark.slow
@pytest.mark.parametrize("reads_per_s", [READS_PER_S, None])
@pytest.mark.parametrize("step", range(1, 6))
def test_a_new_digit_is_announced_within_half_a_second(reader, reads_per_s, step):
    before, old = _sheet(0)
    after, new = _sheet(step)
    news = _run(reader, StillCamera(before, 150, after, new_from=90), reads_per_s)
    late = [entry for entry in news.told if entry[0] >= 90]
    assert [(set(changed), set(gone)) for _, changed, gone in late] == [(set(new) - set(old), set(old) - set(new))]
    assert late[0][0] <= 90 + 0.5 * FPS


def _resources():
    gc.collect()
    status = Path("/proc/self/status").read_text()
    rss_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
    return rss_kb, threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.slow
def test_many_frames_leave_nothing_behind(reader):
    count = int(os.environ.get("DIGITEDGE_MANY_FRAMES", "10000"))
    sheet, _ = _sheet(0)
    small = StillCamera(sheet[:64, :96], count)
    before = []

    class Gauge(News):
        def deliver(self, live):
            if loop.frames_read == count // 10:  # everything has been allocated once
                before.append(_resources())

    loop = LiveLoop(NewestFrame(small, every_frame=True), reader, [News(), Gauge()], reads_per_s=None)
    loop.run(Limits(frames=count))
    rss_kb, threads, descriptors = _resources()
    assert loop.frames_read == count
    assert threads <= before[0][1]
    assert descriptors <= before[0][2]
    assert rss_kb - before[0][0] < 1024  # the allocator's breathing; at 100,000 frames a leak of 12 bytes a frame shows


@pytest.mark.slow
def test_the_numbers_of_the_real_clip_are_right_in_all_segments(reader, clips_dir):
    """It only tells: nothing is tuned by the one clip there is."""
    truth = json.loads((clips_dir / "clips.json").read_text())[0]
    news = News()
    announced: Counter[str] = Counter()
    seen = {}

    class Book(News):
        def deliver(self, live):
            announced.update("".join(live.changed))
            announced.subtract("".join(live.gone))
            seen[live.frame] = +announced

    LiveLoop(NewestFrame(VideoFile(clips_dir / truth["file"]), every_frame=True), reader, [news, Book()]).run()
    wrong = [segment for segment in truth["segments"] if seen[segment["to"]] != Counter("".join(map(str, segment["digits"])))]
    assert wrong == []
