"""Lines, CSV, crops, recording and webhook: what they write is read back."""

import base64
import csv
import http.server
import io
import json
import resource
import threading
from dataclasses import replace

import cv2
import pytest
from camera_factory import live_frame
from camera_servers import wait_until

from digitedge.camera.behind import Behind
from digitedge.camera.changes import COLUMNS, ChangesFile
from digitedge.camera.crops import Crops
from digitedge.camera.lines import Lines
from digitedge.camera.live import Health
from digitedge.camera.recording import Recording
from digitedge.camera.webhook import Webhook
from digitedge.errors import OutputError

NEWS = live_frame(7, ["24", "5"], changed=("24",), gone=("3",))
QUIET = live_frame(8, ["24", "5"])


def test_a_json_line_holds_what_scripts_rely_on():
    stream = io.StringIO()
    lines = Lines(stream, json_lines=True, on_change=False)
    lines.deliver(NEWS)
    lines.deliver(QUIET)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["frame"], second["frame"]) == (7, 8)
    assert first["time"] == pytest.approx(NEWS.time, abs=1e-3)
    assert first["digits"][0] == {"id": 1, "digit": 2, "confidence": 0.9, "box": [8, 20, 10, 16], "steady": True}
    assert [number["text"] for number in first["numbers"]] == ["24", "5"]
    assert (first["changed"], first["gone"], second["changed"]) == (["24"], ["3"], [])


def test_on_change_only_news_is_written():
    stream = io.StringIO()
    lines = Lines(stream, json_lines=False, on_change=True)
    for live in (QUIET, NEWS, QUIET):
        lines.deliver(live)
    (line,) = stream.getvalue().splitlines()
    assert line.split()[1:] == ["24", "5"]


def test_changes_are_rows_and_a_second_run_appends(tmp_path):
    path = tmp_path / "changes.csv"
    for _ in range(2):
        changes = ChangesFile(path)
        changes.deliver(QUIET)
        changes.deliver(NEWS)
        changes.close()
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["event"], row["number"], row["frame"]) for row in rows] == [("gone", "3", "7"), ("appeared", "24", "7")] * 2
    assert [rows[1][column] for column in ("x", "y", "width", "height", "confidence")] == ["8", "20", "24", "16", "0.8"]


def test_changes_that_cannot_be_written_say_so(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        ChangesFile(tmp_path / "gone" / "changes.csv")


def test_a_crop_a_steady_digit_and_no_more_than_fit(tmp_path):
    crops = Crops(tmp_path / "crops", 1_000_000)
    for _ in range(5):
        crops.deliver(NEWS)
    assert sorted(path.parent.name for path in tmp_path.glob("crops/*/*.png")) == ["2", "4", "5"]
    assert cv2.imread(str(next(tmp_path.glob("crops/2/*.png"))), cv2.IMREAD_UNCHANGED).shape == (24, 18)
    size = sum(path.stat().st_size for path in tmp_path.glob("crops/*/*.png"))
    full = Crops(tmp_path / "crops", size + 10)  # what is there counts
    with pytest.raises(OutputError, match="no more crops"):
        full.deliver(live_frame(9, ["77"]))
    assert sum(path.stat().st_size for path in tmp_path.glob("crops/*/*.png")) == size


def _frames_of(path):
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
def test_a_recording_is_whole_and_as_long_as_what_was_seen(tmp_path, suffix):
    path = tmp_path / f"seen{suffix}"
    recording = Recording(path, 15.0, 10_000_000)
    for number in range(0, 60, 3):  # two seconds at ten frames a second
        recording.deliver(live_frame(number, ["24"]))
    assert not path.exists()  # nothing half-written under its name
    recording.close()
    assert _frames_of(path) == pytest.approx(30, abs=2)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_gap_in_the_stream_is_not_filled_with_a_standing_picture(tmp_path):
    path = tmp_path / "seen.avi"
    recording = Recording(path, 10.0, 10_000_000)
    for number in (0, 3, 6, 30 * 60, 30 * 60 + 3):  # a minute's loss
        recording.deliver(live_frame(number, ["24"]))
    recording.close()
    assert _frames_of(path) <= 16


def test_a_recording_ends_at_its_size_and_is_whole(tmp_path):
    path = tmp_path / "seen.avi"
    recording = Recording(path, 30.0, 60_000)
    with pytest.raises(OutputError, match="max-mb"):
        for number in range(1000):
            recording.deliver(live_frame(number, ["24"]))
    recording.deliver(live_frame(1001, ["24"]))
    recording.close()
    assert 60_000 <= path.stat().st_size < 400_000
    assert _frames_of(path) > 5


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv", ".mov"])
def test_a_recording_may_be_a_single_picture(tmp_path, suffix):
    recording = Recording(tmp_path / f"seen{suffix}", 15.0, 10_000_000)
    recording.deliver(NEWS)
    recording.close()
    assert _frames_of(tmp_path / f"seen{suffix}") == 1


def test_a_clock_that_is_set_back_costs_the_recording_nothing(tmp_path):
    path = tmp_path / "seen.avi"
    recording = Recording(path, 30.0, 10_000_000)
    for number in range(120):
        live = live_frame(number, ["24"])
        recording.deliver(replace(live, time=live.time - (600.0 if number >= 40 else 0.0) - (0.5 if number >= 80 else 0.0)))
    recording.close()
    assert _frames_of(path) == pytest.approx(120, abs=3)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv", ".mov"])
@pytest.mark.parametrize("room", [2_000, 20_000])
def test_a_disk_that_fills_up_is_told_and_the_old_recording_stays(tmp_path, suffix, room):
    path = tmp_path / f"seen{suffix}"
    path.write_bytes(b"old")
    recording = Recording(path, 15.0, 10_000_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))  # what a file may hold, in place of a full disk
    try:
        for number in range(0, 120, 2):
            recording.deliver(live_frame(number, ["24"]))
        with pytest.raises(OutputError, match="cannot be written whole"):
            recording.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_recording_that_cannot_be_opened_is_told_once(tmp_path):
    folder = tmp_path / "seen"
    folder.mkdir()
    recording = Recording(folder / "seen.mp4", 15.0, 10_000_000)
    folder.rmdir()
    with pytest.raises(OutputError, match="cannot be written"):
        recording.deliver(NEWS)
    recording.close()


def test_a_recording_that_cannot_be_is_refused_before_the_run(tmp_path):
    with pytest.raises(OutputError, match="suffix"):
        Recording(tmp_path / "seen.txt", 15, 1000)
    with pytest.raises(OutputError, match="no such folder"):
        Recording(tmp_path / "gone" / "seen.mp4", 15, 1000)


class _Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.logins.append(self.headers["Authorization"])
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    server.bodies, server.logins, server.status = [], [], 204
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_gets_the_news_and_only_the_news(hook):
    told = []
    webhook = Webhook(f"http://127.0.0.1:{hook.server_port}/new", told.append)
    webhook.deliver(QUIET)
    webhook.deliver(NEWS)
    assert [body["changed"] for body in hook.bodies] == [["24"]]
    assert told == []


def test_a_webhook_brings_its_password_and_never_shows_it(hook):
    told = []
    webhook = Webhook(f"http://eva:s%3Acret%20%C3%BC@127.0.0.1:{hook.server_port}/new", told.append)
    webhook.deliver(NEWS)
    Webhook(f"http://127.0.0.1:{hook.server_port}/new", told.append).deliver(NEWS)
    hook.status = 401
    webhook.deliver(NEWS)
    basic = "Basic " + base64.b64encode("eva:s:cret ü".encode()).decode()
    assert hook.logins == [basic, None, basic]
    assert told == [f"http://127.0.0.1:{hook.server_port}/new does not take the news (Unauthorized)."]


@pytest.mark.parametrize("path", ["ö", "a b", "x?y=ü"])
def test_a_webhook_whose_path_cannot_be_sent_is_refused_before_the_run(path):
    with pytest.raises(OutputError, match=r"no web address.*%20"):
        Webhook(f"http://127.0.0.1:9/{path}/", print)


def test_a_webhook_that_fails_is_told_once_until_it_works_again(hook):
    told = []
    webhook = Webhook(f"http://127.0.0.1:{hook.server_port}/new", told.append)
    hook.status = 500
    webhook.deliver(NEWS)
    webhook.deliver(NEWS)
    assert len(told) == 1
    hook.status = 200
    webhook.deliver(NEWS)
    hook.status = 500
    webhook.deliver(NEWS)
    assert len(told) == 2


class _Slow:
    """A sink that waits for permission; keeps what it got."""

    def __init__(self):
        self.may_go, self.busy = threading.Event(), threading.Event()
        self.frames, self.words, self.closed = [], [], 0

    def deliver(self, live):
        self.busy.set()
        self.may_go.wait(10)
        self.frames.append(live.frame)

    def tick(self, health):
        self.words.append(health.word)

    def close(self):
        self.closed += 1


def test_a_slow_sink_loses_old_frames_but_no_news():
    slow = _Slow()
    behind = Behind(slow, most_waiting=4)
    behind.deliver(live_frame(0, ["1"]))
    assert slow.busy.wait(5)
    for number in range(1, 30):
        behind.deliver(live_frame(number, ["1"], changed=("1",) if number == 5 else ()))
    behind.tick(Health("good", 0, 0, 30.0))
    slow.may_go.set()
    behind.close()
    assert slow.frames == [0, 5, 27, 28, 29]
    assert behind.dropped == 25
    assert (slow.words, slow.closed) == (["good"], 1)


def test_a_sink_that_fails_is_told_and_the_run_goes_on():
    told = []

    class Failing(_Slow):
        def deliver(self, live):
            raise OutputError("The card is full.", "Make room.")

    failing = Failing()
    behind = Behind(failing, tell=told.append)
    behind.deliver(NEWS)
    assert wait_until(lambda: told)
    behind.deliver(NEWS)
    behind.close()
    assert told == ["The card is full. Make room."]
    assert failing.closed == 1


def test_a_closed_standard_output_ends_the_run():
    class Gone(_Slow):
        def deliver(self, live):
            raise BrokenPipeError

    behind = Behind(Gone())
    behind.deliver(NEWS)
    behind._thread.join(5)
    with pytest.raises(BrokenPipeError):
        behind.deliver(NEWS)
    behind.close()
