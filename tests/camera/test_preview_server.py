"""The page's server over real sockets: its answers, and that nobody who watches costs the loop anything."""

import base64
import contextlib
import json
import socket
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from preview_factory import live_frame, numbered, post, read_event, read_part, request, running_camera

from digitedge.camera.live import Health
from digitedge.camera.preview import PreviewServer
from digitedge.camera.preview.listener import MAX_CONNECTIONS
from digitedge.errors import SourceError

GOOD = Health("good", 0, 0, 30.0)


def test_state_tells_what_was_read_and_what_the_model_saw(preview):
    live = live_frame(frame=7)
    preview.deliver(live)
    preview.tick(GOOD)
    state = json.load(request(preview.port, "/state.json"))
    assert state["frame"] == 7
    assert [number["text"] for number in state["numbers"]] == [number.text for number in live.numbers]
    assert state["ms"].keys() == live.stage_ms.keys()
    assert state["size"] == [640, 480]
    assert (state["health"], state["fps"], state["roi"]) == ("good", 30.0, None)
    first, truth = state["readings"][0], live.page.digits[0]
    assert first["top"][0] == {"label": str(truth.digit), "probability": 0.998}
    assert len(first["top"]) == 3
    png = np.frombuffer(base64.b64decode(first["patch"].split(",")[1]), np.uint8)
    assert np.array_equal(cv2.imdecode(png, cv2.IMREAD_UNCHANGED), truth.field)


def test_snapshot_shows_the_frame_and_draws_on_a_copy(preview):
    live = live_frame()
    before = live.frame_bgr.copy()
    preview.deliver(live)
    answer = request(preview.port, "/snapshot.jpg")
    boxed = cv2.imdecode(np.frombuffer(answer.read(), np.uint8), cv2.IMREAD_COLOR)
    plain = cv2.imdecode(np.frombuffer(request(preview.port, "/snapshot.jpg?boxes=0").read(), np.uint8), cv2.IMREAD_COLOR)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert np.abs(plain.astype(int) - before).mean() < 2  # JPEG at quality 80
    x, y, width, _ = live.digits[0].box_xywh
    assert np.abs(boxed[y, x : x + width].astype(int) - plain[y, x : x + width]).mean() > 40
    assert np.array_equal(live.frame_bgr, before)


def test_before_the_first_frame_there_is_no_picture_and_the_camera_is_down(preview):
    assert request(preview.port, "/snapshot.jpg").status == 503
    assert json.load(request(preview.port, "/state.json"))["frame"] is None
    answer = request(preview.port, "/healthz")
    assert (answer.status, answer.read()) == (503, b"down\n")


def test_healthz_follows_the_loop(preview):
    preview.deliver(live_frame())
    for word, status in (("good", 200), ("degraded", 200), ("down", 503)):
        preview.tick(Health(word, 1, 0, 3.0))
        answer = request(preview.port, "/healthz")
        assert (answer.status, answer.read().decode()) == (status, f"{word}\n")


def test_picture_stream_and_event_stream_follow_the_camera(preview):
    live = live_frame()
    with running_camera(preview, live):
        pictures, events = request(preview.port, "/stream.mjpg"), request(preview.port, "/events")
        shown = [cv2.imdecode(np.frombuffer(read_part(pictures), np.uint8), cv2.IMREAD_COLOR) for _ in range(3)]
        states = [read_event(events) for _ in range(4)][1:]  # the first may come before the first frame
    assert pictures.headers.get_content_type() == "multipart/x-mixed-replace"
    assert events.headers.get_content_type() == "text/event-stream"
    assert {picture.shape for picture in shown} == {(480, 640, 3)}
    frames = [state["frame"] for state in states]
    assert frames == sorted(set(frames))
    assert states[-1]["numbers"][0]["text"] == live.numbers[0].text
    pictures.close()
    events.close()


def test_events_tell_of_a_lost_camera_without_a_frame(preview):
    preview.tick(Health("down", 0, 1, 0.0, "The camera fell silent."))
    events = request(preview.port, "/events")
    state = read_event(events)
    assert (state["health"], state["health_note"]) == ("down", "The camera fell silent.")
    assert "frame" not in state
    events.close()


def test_nothing_is_encoded_while_nobody_watches_and_once_for_all_who_do(preview):
    live = live_frame()
    for frame in range(50):
        preview.deliver(numbered(live, frame))
    assert preview.shown.jpegs.made == 0
    viewers = [request(preview.port, "/stream.mjpg") for _ in range(5)]
    for viewer in viewers:
        read_part(viewer)
    assert preview.shown.jpegs.made == 1
    for viewer in viewers:
        viewer.close()


def test_ten_viewers_that_take_nothing_keep_neither_the_loop_nor_an_eleventh_waiting(preview):
    live = live_frame()
    with contextlib.ExitStack() as opened:
        for path in ["/stream.mjpg"] * 5 + ["/events"] * 5:
            stuck = opened.enter_context(socket.create_connection(("127.0.0.1", preview.port)))
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        with running_camera(preview, live, fps=300):
            good = request(preview.port, "/stream.mjpg")
            for _ in range(12):  # the buffers of those who take nothing are full by now
                read_part(good)
        good.close()
        last = numbered(live, 100_000)
        preview.deliver(last)
        assert preview.shown.newest.latest is last
        assert json.load(request(preview.port, "/state.json"))["frame"] == 100_000


def test_one_connection_too_many_is_refused_and_room_comes_back(preview):
    with contextlib.ExitStack() as opened:
        idle = [opened.enter_context(socket.create_connection(("127.0.0.1", preview.port))) for _ in range(MAX_CONNECTIONS)]
        assert request(preview.port, "/healthz").status == 503
        idle[0].close()
        answers = (request(preview.port, "/state.json").status for _ in range(200))
        assert 200 in answers


def test_close_ends_every_stream_and_every_thread():
    before = set(threading.enumerate())
    server = PreviewServer("127.0.0.1", 0)
    live = live_frame()
    with running_camera(server, live):
        streams = [request(server.port, path) for path in ("/stream.mjpg", "/events", "/stream.mjpg")]
        read_part(streams[0])
    server.close()
    for stream in streams:
        stream.read()  # ends
        stream.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionError):
        request(server.port, "/healthz")


def test_a_viewer_that_leaves_is_no_longer_counted_even_without_frames(preview):
    preview.deliver(live_frame())
    stream = request(preview.port, "/stream.mjpg")
    read_part(stream)
    assert preview.shown.watchers == 1
    stream.close()
    while preview.shown.watchers:  # the test's own time limit ends this if it never happens
        threading.Event().wait(0.02)
    assert preview.shown.watchers == 0


def test_a_region_reaches_the_loop_clipped_and_can_be_taken_back(preview):
    preview.deliver(live_frame())
    assert json.load(post(preview.port, [10, 20, 5000, 100])) == {"roi": [10, 20, 630, 100]}
    assert preview.shown.controls.roi_xywh == (10, 20, 630, 100)
    assert json.load(request(preview.port, "/state.json"))["roi"] == [10, 20, 630, 100]
    assert post(preview.port, None).status == 200
    assert preview.shown.controls.roi_xywh is None


@pytest.mark.parametrize(
    "box", [[1, 2, 3], [0, 0, 4, 4], [900, 900, 50, 50], "all", [1, 2, None, 4], {"x": 1}, [0, 0, 1e400, 9]]
)
def test_a_region_that_is_none_is_refused_with_a_reason(preview, box):
    preview.deliver(live_frame())
    answer = post(preview.port, box)
    assert answer.status == 400
    assert b"box" in answer.read()
    assert preview.shown.controls.roi_xywh is None


def test_viewers_that_come_and_go_leave_nothing_behind(preview):
    live = live_frame()
    preview.deliver(live)
    read_part(warm := request(preview.port, "/stream.mjpg"))
    warm.close()

    def held():
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    def until(is_so):  # the test's own time limit ends this if it never is
        while not is_so():
            threading.Event().wait(0.02)

    until(lambda: preview.shown.watchers == 0)
    until(lambda: not any("process_request" in thread.name for thread in threading.enumerate()))
    before = held()
    for _ in range(5):
        for _ in range(20):
            stream = request(preview.port, "/stream.mjpg")
            read_part(stream)
            stream.close()
        until(lambda: preview.shown.watchers == 0)
    until(lambda: held() == before)


def test_a_taken_port_and_a_foreign_address_are_told_with_the_remedy(preview):
    for host, port in (("127.0.0.1", preview.port), ("192.0.2.77", 0), ("no.such.host.invalid", 0)):
        with pytest.raises(SourceError, match=r"--serve \[HOST:\]PORT"):
            PreviewServer(host, port)
