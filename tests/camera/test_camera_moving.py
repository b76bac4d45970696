"""A picture that moves: boxes follow their ink, few frames are read, and news is still told soon."""

import numpy as np
import pytest
from camera_factory import drawn_page
from needs import lacking

from digitedge.camera.follow import shifts_of
from digitedge.camera.lines import as_json
from digitedge.camera.loop import LiveLoop
from digitedge.camera.newest import NewestFrame
from digitedge.camera.pace import READS_PER_S, Pace
from digitedge.camera.source import Frame, frame_of_bgr
from digitedge.camera.still import shrunk
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.moving import MovingScene

FPS = 30
BOXES = np.array([(60, 60, 28, 28), (200, 60, 28, 28), (60, 160, 28, 28)], np.float64)


def _page(places, hidden=()):
    texts = [("5", place) for position, place in enumerate(places) if position not in hidden]
    noise = np.random.default_rng(len(places) + sum(places[0])).normal(0, 3, (240, 320))
    return shrunk(np.clip(drawn_page(texts) + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("shift", [(0, 0), (3, -2), (-9, 6), (14, 14)])
def test_a_box_goes_where_its_ink_has_gone(shift):
    before = _page([(60, 60), (200, 60), (60, 160)])
    now = _page([(60 + shift[0], 60 + shift[1]), (200, 60), (60, 160)])
    shifts = shifts_of(before, now, BOXES)
    assert shifts[0] == pytest.approx(shift, abs=1.5)
    assert np.abs(shifts[1:]).max() < 1.5


def test_a_box_whose_ink_is_hidden_goes_with_the_others():
    before = _page([(60, 60), (200, 60), (60, 160)])
    now = _page([(66, 64), (206, 64), (66, 164)], hidden=[1])
    assert shifts_of(before, now, BOXES) == pytest.approx(np.tile((6, 4), (3, 1)), abs=2)
    assert shifts_of(before, now, BOXES[:0]).shape == (0, 2)


def _reads(pace, settled, seconds, start=0.0):
    """Return the moments at which ``pace`` reads; ``settled`` tells it by the moment."""
    moments = []
    for frame in range(round(seconds * FPS)):
        time = start + frame / FPS
        if pace.is_due(time, settled(time)):
            pace.note(time)
            moments.append(time)
    return moments


def test_a_picture_without_news_is_read_at_every_seventh_frame():
    moments = _reads(Pace(), lambda _: True, 20)
    assert np.diff(moments) == pytest.approx(7 / FPS, abs=1e-6)


def test_news_is_read_at_every_frame_and_flicker_does_not_cost_that_for_ever():
    pace = Pace()
    moments = _reads(pace, lambda time: time < 1, 2)
    assert np.diff([moment for moment in moments if moment > 1][:15]) == pytest.approx(1 / FPS, abs=1e-6)
    assert len(_reads(pace, lambda _: False, 10, start=10)) < 20 + 10 * 10


def test_a_clock_that_was_set_back_and_a_slow_camera_do_not_stop_the_reading():
    pace = Pace()
    pace.note(100.0)
    assert pace.is_due(40.0, True)
    assert len([moment for moment in np.arange(200, 210, 0.5) if pace.is_due(moment, True)]) == 20


class HandHeld:
    """A drawn sheet seen by a camera in somebody's hand; a recording, read frame by frame."""

    name, is_live = "hand-held", False

    def __init__(self, frames, change_every_s):
        self.scene = MovingScene(2, (480, 360), FPS, moving=True, change_every_s=change_every_s)
        self._frames, self._count = frames, 0

    def open(self):
        self._count = 0

    def read(self) -> Frame | None:
        if self._count >= self._frames:
            return None
        frame = frame_of_bgr(self.scene.frame(self._count)[0], self._count / FPS)
        self._count += 1
        return frame

    def close(self):
        pass


class Book:
    def __init__(self):
        self.frames = []

    def deliver(self, live):
        self.frames.append(live)

    def tick(self, health):
        pass

    def close(self):
        pass


@pytest.fixture(scope="module")
def seen():
    """Ten seconds by hand, with a counter that steps on every two."""
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    source, book = HandHeld(10 * FPS, 2.0), Book()
    LiveLoop(NewestFrame(source, every_frame=True), Reader(Classifier(DEFAULT_MODEL)), [book]).run()
    return source.scene, book.frames


@pytest.mark.slow
def test_a_frame_that_was_not_read_says_so_and_has_no_news(seen):
    _, frames = seen
    assert sum(live.was_read for live in frames) < (READS_PER_S + 5) * 10
    for live in frames:
        assert as_json(live)["read"] is live.was_read
        if not live.was_read:
            assert set(live.stage_ms) <= {"still", "follow"}
            assert (live.changed, live.gone) == ((), ())


@pytest.mark.slow
def test_boxes_lie_on_the_ink_in_every_frame(seen):
    scene, frames = seen
    misses = []
    for live in frames:
        if live.frame % (2 * FPS) < FPS // 2:  # the counter's old digits stand until the new ones are read
            continue
        truth = np.array([digit.box_xywh for digit in scene.frame(live.frame)[1].digits])
        middles = truth[:, :2] + truth[:, 2:] / 2
        for digit in live.digits:
            x, y, w, h = digit.box_xywh
            misses.append(np.abs(middles - (x + w / 2, y + h / 2)).max(axis=1).min())
    assert np.percentile(misses, 95) < 4  # of digits 40 pixels high
    assert max(misses) < 10


@pytest.mark.slow
def test_what_is_new_in_a_moving_picture_is_announced_within_half_a_second(seen):
    scene, frames = seen
    for step in range(1, 5):
        came_at = step * 2 * FPS
        text = scene.frame(came_at)[1].numbers[-1].text
        told = [live.frame for live in frames[came_at:] if text in live.changed]
        assert told, text
        assert told[0] - came_at <= 0.5 * FPS, text
