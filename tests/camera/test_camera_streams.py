"""Network streams through FFmpeg, from real servers on loopback: MPEG-TS over TCP and RTSP."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from camera_servers import HurriedClock, number_of, numbered_bgr, wait_until
from needs import lacking

from digitedge.camera.capture import NetworkStream
from digitedge.camera.mjpeg import MjpegStream
from digitedge.camera.newest import NewestFrame
from digitedge.camera.source import StalledError
from digitedge.errors import SourceError

pytestmark = pytest.mark.slow


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _opened(stream):
    """Open a stream of FFmpeg's. It needs a moment to listen; connecting just to find out would take its only place."""
    ends = time.monotonic() + 10
    while True:
        try:
            stream.open()
        except SourceError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return stream


class TcpCamera:
    """FFmpeg that sends numbered pictures as MPEG-TS to the first who connects; `stall` and `end` at will."""

    def __init__(self, ffmpeg, port):
        self.url = f"tcp://127.0.0.1:{port}"
        self._stop, self._stalled = threading.Event(), threading.Event()
        command = [ffmpeg, "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "160x120", "-r", "25", "-i", "-"]
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10", "-f", "mpegts"]
        self._process = subprocess.Popen([*command, f"{self.url}?listen=1"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._thread = threading.Thread(target=self._feed)
        self._thread.start()

    def opened(self):
        """A stream of this camera."""
        return _opened(NetworkStream(self.url))

    def stall(self):
        self._stalled.set()

    def end(self):
        self._stop.set()
        self._process.kill()
        self._thread.join()
        self._process.wait()

    def _feed(self):
        number = 0
        with contextlib.suppress(OSError):
            while not self._stop.wait(0.04):
                if not self._stalled.is_set():
                    self._process.stdin.write(numbered_bgr(number % 4096).tobytes())
                    self._process.stdin.flush()
                    number += 1
        with contextlib.suppress(OSError):
            self._process.stdin.close()


@pytest.fixture
def tcp_camera(program):
    camera = TcpCamera(program("ffmpeg"), _free_port())
    yield camera
    camera.end()


@pytest.fixture
def rtsp_camera():
    """An RTSP server's process and its address."""
    python = shutil.which("python3", path="/usr/bin")
    port = _free_port()
    if python is None:
        lacking("no system Python for the RTSP server")
    script = Path(__file__).with_name("rtsp_server.py")
    process = subprocess.Popen([python, script, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stdout.readline() != "ready\n":
        process.wait()
        words = process.stderr.read().strip().splitlines()[-1:]
        process.stdout.close(), process.stderr.close()
        lacking(f"gir1.2-gst-rtsp-server-1.0 and python3-gi are not installed {words}")
    yield process, f"rtsp://127.0.0.1:{port}/live"
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.wait()
    process.stdout.close(), process.stderr.close()


def test_mpeg_ts_over_tcp_gives_its_pictures_in_order(tcp_camera):
    stream = tcp_camera.opened()
    numbers = [number_of(stream.read().gray) for _ in range(20)]
    stream.close()
    assert numbers == sorted(set(numbers))


def test_a_stalled_stream_is_a_stall_and_invents_nothing(tcp_camera):
    stream = tcp_camera.opened()
    for _ in range(10):
        stream.read()
    tcp_camera.stall()
    with pytest.raises(StalledError):
        last = -1
        while True:
            number = number_of(stream.read().gray)
            assert number > last
            last = number
    stream.close()


def test_a_stream_that_ends_is_a_loss(tcp_camera):
    stream = tcp_camera.opened()
    stream.read()
    tcp_camera.end()
    with pytest.raises(SourceError):
        while True:
            stream.read()
    stream.close()


def test_a_refused_stream_says_so():
    with pytest.raises(SourceError, match="cannot be opened"):
        NetworkStream(f"tcp://127.0.0.1:{_free_port()}").open()


def test_garbage_is_no_stream():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def send():
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                for _ in range(40):
                    connection.sendall(os.urandom(1 << 16))

        thread = threading.Thread(target=send)
        thread.start()
        stream = NetworkStream(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(SourceError):
            stream.open()
            stream.read()
        stream.close()
        thread.join()


def test_rtsp_frozen_is_a_stall_and_comes_back(rtsp_camera):
    process, url = rtsp_camera
    newest = NewestFrame(NetworkStream(url, 0.8), stall_s=0.8, clock=HurriedClock())
    newest.start()
    frames = [newest.take(5.0) for _ in range(10)]
    assert all(frame is not None and frame[1].gray.shape == (240, 320) for frame in frames)
    os.kill(process.pid, signal.SIGSTOP)
    assert wait_until(lambda: newest.health.report().word == "down", 3)
    while newest.take(0.1) is not None:
        pass
    assert newest.take(0.5) is None
    os.kill(process.pid, signal.SIGCONT)
    assert wait_until(lambda: newest.take(0.1) is not None, 15)
    assert newest.close()
    assert newest.health.report().stalls == 1


def test_mjpeg_of_ffmpegs_own_server_which_does_not_say_what_it_sends(program):
    url = f"http://127.0.0.1:{_free_port()}/x.mjpg"
    command = [program("ffmpeg"), "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25"]
    server = subprocess.Popen([*command, "-f", "mpjpeg", "-listen", "1", url], stderr=subprocess.DEVNULL)
    stream = MjpegStream(url)
    try:
        _opened(stream)
        shapes = {frame.bgr.shape for frame in (stream.read() for _ in range(5)) if frame is not None}
        assert shapes == {(120, 160, 3)}
    finally:
        stream.close()
        server.kill()
        server.wait()
