"""The command itself, as a process: what it prints, how it ends, what it leaves behind."""

import json
import signal
import subprocess
import sys
import threading

import cv2
import pytest
import typer
from camera_servers import MjpegServer, numbered_bgr, wait_until
from needs import lacking

from digitedge.cli import app
from digitedge.errors import InputError, OutputError, SourceError
from digitedge.models import DEFAULT_MODEL

COMMAND = [sys.executable, "-m", "digitedge", "camera"]

LONG = "1" * 5000  # digits, past what Python takes for a number


@pytest.fixture(autouse=True)
def _model_is_shipped():
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")


def _run(*arguments, **more):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, **more)


def _frames_of(path):
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count


def test_json_is_a_line_a_frame_and_nothing_else(forks):
    done = forks.run("camera", "--source", "demo", "--json", "--frames", 4, "--size", "320x240")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(lines) == 4
    assert set(lines[0]) >= {"frame", "time", "digits", "numbers", "ms"}
    assert len(lines[-1]["digits"]) > 3


def test_a_region_outside_the_frame_is_told_once(forks):
    demo = ("camera", "--source", "demo", "--size", "320x240", "--frames", 3, "--json", "--every-frame")
    done = forks.run(*demo, "--roi", "320,0,40,40")
    assert done.returncode == 0
    assert [json.loads(line)["digits"] for line in done.stdout.splitlines()] == [[]] * 3
    assert done.stderr.count("region 320,0,40,40 lies outside the frame of 320x240 pixels") == 1
    assert "region" not in forks.run(*demo, "--roi", "300,0,40,40").stderr, "the rest of it is read"


def test_a_folder_is_one_scene_and_who_means_pages_is_told(forks, tmp_path):
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), numbered_bgr(number))
    done = forks.run("camera", "--source", tmp_path, "--json", "--every-frame")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    assert "frames of one scene" in done.stderr
    assert "digitedge predict" in done.stderr


@pytest.mark.slow
def test_raw_frames_on_stdin_end_with_the_stream():
    frames = b"".join(numbered_bgr(number).tobytes() for number in range(5))
    done = subprocess.run(
        [*COMMAND, "--source", "-", "--size", "160x120", "--json"], input=frames + b"half", capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert 1 <= len(done.stdout.splitlines()) <= 5


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (["--source", "/dev/video97"], SourceError, "no such camera"),
        (["--source", "gone.mp4"], SourceError, "no such file"),
        (["--source", "http://127.0.0.1:9/x"], SourceError, "cannot be opened"),
        (["--source", "demo", "--model", "gone.tflite"], InputError, "no such model"),
        (["--source", "demo", "--window"], OutputError, "--serve"),
        (["--source", "demo", "--record", "seen.gif"], OutputError, "suffix"),
        (["--source", "http://eva:secret@[::1/x"], SourceError, "^'http://\\[::1/x' is no address.*Give SCHEME"),
        (["--source", "rtsp://cam:door/x"], SourceError, "is no address.*Give SCHEME"),
        (["--source", "-", "--size", "999999x999999"], SourceError, "120 megapixels"),
        (["--source", "demo", "--size", "999999x999999"], SourceError, "120 megapixels"),
        (["--source", "demo", "--size", "159x120"], SourceError, "at least 160x120"),
        (["--source", "demo", "--webhook", "http://eva:secret@[x"], OutputError, "^'http://\\[x' is no web address"),
        (["--source", "demo", "--frames", "1", "--webhook", "http://x:door/"], OutputError, "no web address"),
        (["--source", "demo", "--mqtt", "mqtt://eva:secret@localhost:abc"], OutputError, "^'mqtt://localhost:abc' is no MQTT"),
        (["--source", "demo", "--serve", "a..b:8080"], SourceError, "cannot be served on a..b:8080: no such name"),
        (["--source", "demo", "--size", "wide"], typer.BadParameter, "640x480"),
        (["--source", "demo", "--size", "0x480"], typer.BadParameter, "640x480"),
        (["--source", "demo", "--size", f"{LONG}x480"], typer.BadParameter, "640x480"),
        (["--source", LONG], SourceError, "File name too long"),
        (["--source", f"csi:{LONG}"], SourceError, "is no source"),
        (["--source", "demo", "--serve", LONG], typer.BadParameter, "HOST"),
        (["--source", "demo", "--serve", "here"], typer.BadParameter, "HOST"),
        (["--source", "demo", "--max-mb", "inf"], typer.BadParameter, "megabytes"),
        (["--source", "demo", "--max-mb", "1e305"], typer.BadParameter, "megabytes"),
        (
            ["--source", "demo", "--pixels", "gray"],
            typer.BadParameter,
            "raw frames, and this source gives none; add --source -",
        ),
    ],
)
def test_a_failure_says_what_happened_and_prints_nothing(arguments, kind, words, capsys, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with pytest.raises(kind, match=words):
        app(["camera", *arguments, "--json"], standalone_mode=False)
    for number, handler in before.items():
        signal.signal(number, handler)
    assert capsys.readouterr().out == ""


def test_a_closed_standard_input_is_told_in_one_sentence():
    command = " ".join([*COMMAND, "--source", "-", "--size", "160x120", "<&-"])
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    told = done.stderr.splitlines()[-1]
    assert told == "digitedge: Standard input is closed. Pipe raw frames into it, or give another --source."


@pytest.mark.slow
def test_a_failing_process_ends_with_one_sentence():
    done = _run("--source", "/dev/video97", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("digitedge: /dev/video97: no such camera.")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_a_signal_ends_the_run_with_every_file_whole(tmp_path, number, code):
    video, changes = tmp_path / "seen.mp4", tmp_path / "changes.csv"
    arguments = ["--source", "demo", "--json", "--record", video, "--csv", changes, "--crops", tmp_path / "crops"]
    process = subprocess.Popen([*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(30)]
    process.send_signal(number)
    rest, errors = process.communicate(timeout=20)
    assert process.returncode == code, errors
    assert all(json.loads(line) for line in [*lines, *rest.splitlines()])
    assert _frames_of(video) >= 5
    assert changes.read_text().startswith("time,frame,event")
    assert "Traceback" not in errors
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["changes.csv", "crops", "seen.mp4"]


@pytest.mark.slow
def test_a_recording_that_exists_is_replaced_only_when_told(tmp_path):
    video = tmp_path / "seen.avi"
    video.write_bytes(b"old")
    refused = _run("--source", "demo", "--record", video, "--frames", 3)
    assert (refused.returncode, video.read_bytes()) == (1, b"old")
    assert "Add --force to replace it, or give another --record." in refused.stderr
    done = _run("--source", "demo", "--record", video, "--frames", 10, "--force")
    assert done.returncode == 0, done.stderr
    assert _frames_of(video) >= 1


@pytest.mark.slow
def test_a_reader_that_leaves_ends_the_run_quietly():
    process = subprocess.Popen(
        [*COMMAND, "--source", "demo", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 1
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.slow
def test_a_lost_camera_is_told_on_stderr_and_the_run_goes_on():
    with MjpegServer() as server:
        process = subprocess.Popen(
            [*COMMAND, "--source", server.url, "--json", "--seconds", "9"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = []
        thread = threading.Thread(target=lambda: lines.extend(process.stdout))
        thread.start()
        assert wait_until(lambda: len(lines) > 10, 20)
        server.mode = "stall"
        assert wait_until(lambda: not server.sent or process.poll() is not None, 2.2) is False
        before = len(lines)
        server.mode = "good"
        assert wait_until(lambda: len(lines) > before + 10, 20)
        assert process.wait(30) == 0
        thread.join()
        errors = process.stderr.read()
        process.stdout.close(), process.stderr.close()
    assert errors.count("Trying again") == 1, errors
    assert errors.count("is back after") == 1
