"""A sink that fails: it is told once, the other sinks get every frame, and the run's exit code says so."""

import io
import json
import resource
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import pytest
from camera_factory import live_frame
from camera_servers import wait_until
from needs import lacking

from digitedge.camera.behind import Behind
from digitedge.camera.changes import ChangesFile
from digitedge.camera.lines import Lines
from digitedge.camera.live import FullError
from digitedge.errors import OutputError
from digitedge.models import DEFAULT_MODEL
from digitedge.scenes.fixed import fixed_scene

NEWS = live_frame(7, ["24", "5"], changed=("24",), gone=("3",))
FULL = Path("/dev/full")  # takes no byte, as a full disk


class _Failing:
    """A sink that fails at each call."""

    def __init__(self, error):
        self.error, self.calls = error, []

    def deliver(self, live):
        self.calls.append("deliver")
        raise self.error

    def tick(self, health):
        raise self.error

    def close(self):
        self.calls.append("close")
        raise self.error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OutputError("The card is gone.", "Put it back."), "The card is gone. Put it back."),
        (OSError(5, "Input/output error"), "_Failing failed: Input/output error."),
        (KeyError("x"), "_Failing failed: KeyError: 'x'."),
    ],
)
def test_a_failure_is_told_once_though_closing_fails_too(error, sentence):
    told, failing = [], _Failing(error)
    behind = Behind(failing, tell=told.append)
    behind.deliver(NEWS)
    assert wait_until(lambda: told)
    behind.deliver(NEWS)
    behind.close()
    assert told == [sentence]
    assert behind.has_failed
    assert failing.calls == ["deliver", "close"]


def test_a_sink_that_does_not_finish_is_given_up_and_told(monkeypatch):
    monkeypatch.setattr("digitedge.camera.behind._CLOSE_S", 0.05)
    told, sink, goes_on = [], _Failing(None), threading.Event()
    sink.close = goes_on.wait
    behind = Behind(sink, tell=told.append)
    behind.close()
    goes_on.set()
    assert behind.has_failed
    assert told == ["_Failing was not finished after 0.05 s, and is given up. Write to a faster disk."]


def test_a_sink_that_is_full_has_not_failed():
    told, full = [], _Failing(FullError("The folder is full."))
    full.close = lambda: None
    behind = Behind(full, tell=told.append)
    behind.deliver(NEWS)
    behind.close()
    assert told == ["The folder is full."]
    assert not behind.has_failed


def test_a_failure_that_ends_the_run_is_raised_once_and_not_told():
    told, error = [], OutputError("Nothing can be written.")
    behind = Behind(_Failing(error), tell=told.append, ends_run=True)
    behind.deliver(NEWS)
    with pytest.raises(OutputError, match="Nothing can be written"):
        behind.close()
    behind.deliver(NEWS)
    assert told == []


class _FullStream(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")


def test_lines_that_cannot_be_written_say_so():
    with pytest.raises(OutputError, match="Standard output cannot be written: No space"):
        Lines(_FullStream(), json_lines=True, on_change=False).deliver(NEWS)


def test_rows_that_cannot_be_written_say_so_and_again_at_the_end(tmp_path):
    changes = ChangesFile(tmp_path / "changes.csv")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))  # what a file may hold, in place of a full disk
    try:
        for step in (lambda: changes.deliver(NEWS), changes.close):
            with pytest.raises(OutputError, match=r"changes\.csv cannot be written"):
                step()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _run(*arguments, stdout=subprocess.PIPE):
    command = [
        sys.executable,
        "-m",
        "digitedge",
        "camera",
        "--source",
        "demo",
        "--size",
        "160x120",
        "--frames",
        "3",
        *arguments,
    ]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("more", [[], ["--every-frame"]])
def test_lines_that_cannot_be_written_end_the_run_with_one_sentence(more):
    with FULL.open("w") as stream:
        done = _run("--json", *more, stdout=stream)
    assert done.returncode == 1
    assert done.stderr.count("No space") == 1, done.stderr
    assert done.stderr.splitlines()[-1].startswith("digitedge: Standard output cannot be written")


def test_a_recording_that_fails_is_told_once_and_ends_in_failure(forks):
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    done = forks.run("camera", "--source", "demo", "--size", "160x120", "--json", "--frames", 3, "--record", "/proc/x.mp4")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3  # the others go on
    assert done.stderr.count("cannot be written") == 1, done.stderr


def test_frame_by_frame_a_full_folder_is_told_once_and_the_others_go_on(forks, tmp_path):
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    clip, crops = tmp_path / "clip", tmp_path / "crops"
    clip.mkdir(), (crops / "1").mkdir(parents=True)
    for number in range(8):
        cv2.imwrite(str(clip / f"{number}.png"), fixed_scene().image_bgr)
    (crops / "1" / "earlier.png").write_bytes(bytes(100_000))
    done = forks.run("camera", "--source", clip, "--every-frame", "--json", "--crops", crops, "--max-mb", "0.1")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["frame"] for line in done.stdout.splitlines()] == [*range(8)]
    assert done.stderr.count("has reached 0.1 MB; no more crops. Allow more: --max-mb N") == 1, done.stderr
    assert [path.name for path in crops.glob("*/*.png")] == ["earlier.png"]
