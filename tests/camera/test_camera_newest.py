"""Always the newest frame, and a lost source is brought back."""

import pytest
from camera_factory import ScriptedSource
from camera_servers import HurriedClock, ManualClock, MjpegServer, number_of, wait_until

from digitedge.camera.mjpeg import MjpegStream
from digitedge.camera.newest import NewestFrame
from digitedge.camera.source import StalledError
from digitedge.errors import SourceError

LOSS_MODES = ["stall", "close", "silent", "garbage", "half", "refuse"]


def test_a_frame_that_was_not_taken_is_replaced_never_queued() -> None:
    with MjpegServer(fps=100) as server:
        newest = NewestFrame(MjpegStream(server.url))
        newest.start()
        first, _ = newest.take(2.0)
        assert wait_until(lambda: server.sent >= 40)
        number, frame = newest.take(2.0)
        sent = server.sent
        newest.close()
    assert number > first + 1  # gaps in the numbers are the frames that were skipped
    assert sent - number_of(frame.gray) <= 3


def test_every_frame_of_a_recording_has_its_turn_when_asked_for() -> None:
    newest = NewestFrame(ScriptedSource(range(20), is_live=False), every_frame=True)
    newest.start()
    numbers = []
    while not newest.ended:
        taken = newest.take(1.0)
        if taken:
            numbers.append(number_of(taken[1].gray))
    newest.close()
    assert numbers == list(range(20))


def test_a_recording_plays_at_its_own_pace() -> None:
    clock = ManualClock()
    newest = NewestFrame(ScriptedSource(range(4), is_live=False, fps=10), clock=clock)
    newest.start()
    assert wait_until(lambda: len(clock.waits) == 4)
    newest.close()
    assert clock.now == pytest.approx(1000.3)


def test_waits_double_up_to_half_a_minute_and_start_anew_when_the_source_has_held() -> None:
    refusals = [SourceError("refused.")] * 7
    clock = ManualClock()
    source = ScriptedSource([1, SourceError("lost."), *refusals])
    newest = NewestFrame(source, clock=clock)
    newest.start()
    assert wait_until(lambda: newest.ended or source.closed == 9)
    newest.close()
    assert clock.waits[:7] == [1, 2, 4, 8, 16, 30, 30]


def test_a_source_that_held_is_tried_again_soon() -> None:
    clock = ManualClock()

    class Holding(ScriptedSource):
        def read(self):
            if self._script and self._script[0] == 2:
                clock.now += 60
            return super().read()

    lost = SourceError("lost.")
    newest = NewestFrame(Holding([1, lost, lost, lost, 1, 2, lost, 3]), clock=clock)
    newest.start()
    assert wait_until(lambda: newest.ended or len(clock.waits) >= 4)
    newest.close()
    assert clock.waits[:4] == [1, 2, 4, 1]


def test_a_source_that_was_never_there_fails_with_its_own_words() -> None:
    newest = NewestFrame(ScriptedSource([SourceError("no such camera.", "Plug it in.")]), clock=HurriedClock())
    newest.start()
    with pytest.raises(SourceError, match="no such camera"):
        newest.take(2.0)
    assert newest.close()


def test_waiting_for_a_source_that_is_not_there_yet() -> None:
    refused = SourceError("refused.")
    newest = NewestFrame(ScriptedSource([refused, refused, 5, 6]), clock=HurriedClock(), wait_for_source=True)
    newest.start()
    assert newest.take(2.0) is not None
    newest.close()


def test_a_fault_in_the_thread_is_not_swallowed() -> None:
    class Broken(ScriptedSource):
        def read(self):
            raise ZeroDivisionError("a bug")

    newest = NewestFrame(Broken([1]))
    newest.start()
    with pytest.raises(SourceError, match="ZeroDivisionError: a bug"):
        newest.take(2.0)
    newest.close()


def _survive(server: MjpegServer, newest: NewestFrame, mode: str) -> list[str]:
    """Lose the camera once and have it back; return what was told."""
    assert wait_until(lambda: newest.take(0.05) is not None)
    server.mode = mode
    last_before = -1
    while newest.health.report().word != "down":
        taken = newest.take(0.02)
        last_before = number_of(taken[1].gray) if taken else last_before
    assert newest.take(0.05) is None or mode in ("close", "refuse", "silent")  # nothing is invented in between
    server.mode = "good"
    assert wait_until(lambda: newest.take(0.05) is not None, 10)
    assert wait_until(lambda: newest.health.report().word != "down")
    return newest.health.news()


@pytest.mark.parametrize("mode", LOSS_MODES)
def test_a_lost_camera_is_told_once_and_comes_back(mode: str) -> None:
    with MjpegServer() as server:
        newest = NewestFrame(MjpegStream(server.url, 0.3, 0.3), stall_s=0.3, clock=HurriedClock())
        newest.start()
        news = _survive(server, newest, mode)
        assert newest.close()
    assert len(news) == 2, news
    assert "Trying again" in news[0]
    assert "is back after" in news[1]


@pytest.mark.slow
@pytest.mark.parametrize("mode", LOSS_MODES)
def test_twenty_losses_of_each_kind_in_a_row_are_survived(mode: str) -> None:
    with MjpegServer() as server:
        newest = NewestFrame(MjpegStream(server.url, 0.2, 0.2), stall_s=0.2, clock=HurriedClock())
        newest.start()
        for _ in range(20):
            news = _survive(server, newest, mode)
            assert len(news) == 2, news
        assert newest.take(2.0) is not None
        health = newest.health.report()
        assert newest.close()
    assert health.word == "degraded"
    assert health.reconnects >= 20
    # Garbage and half pictures are told by the stream or found silent by the health log: either may be first.
    if mode not in ("garbage", "half"):
        assert (health.stalls >= 20) == (mode == "stall")


def test_health_is_a_word_made_of_the_last_hours_losses() -> None:
    from digitedge.camera.health import HealthLog

    clock = ManualClock()
    log = HealthLog(clock, 1.5, "camera")
    assert log.report().word == "down"
    for loss in range(3):
        log.frame_came()
        assert log.report().word == "good"
        clock.now += 1
        log.frame_came()
        log.lost(StalledError("silent."))
        assert log.report().word == "down"
        clock.now += 9 + loss
    log.frame_came()
    health = log.report()
    assert (health.word, health.reconnects, health.stalls, health.note) == ("degraded", 3, 3, "silent.")
    clock.now += 3601
    log.frame_came()
    assert log.report().word == "good"


def test_a_source_that_blocks_is_found_silent_without_its_help() -> None:
    from digitedge.camera.health import HealthLog

    clock = ManualClock()
    log = HealthLog(clock, 1.5, "camera")
    log.frame_came()
    clock.now += 1.4
    assert log.report().word == "good"
    clock.now += 0.2
    assert log.report().word == "down"
    log.lost(StalledError("silent."))  # the source notices too: the same loss
    log.frame_came()
    assert [sentence.split(".")[0] for sentence in log.news()] == ["camera: no picture for 1", "camera is back after 0"]


def test_a_source_that_lets_us_wait_for_its_first_picture_is_told_once() -> None:
    from digitedge.camera.health import HealthLog

    clock = ManualClock()
    log = HealthLog(clock, 1.5, "camera")
    log.report()
    assert log.news() == []
    for _ in range(3):
        clock.now += 2.1
        log.report()
    assert log.news() == ["Waiting for camera: no picture yet."]
