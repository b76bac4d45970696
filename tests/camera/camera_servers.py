"""Cameras that tests can break: an MJPEG server on loopback, a clock that hurries, pictures that know their number."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE_WH = (160, 120)
_BITS = 12
_BLOCK = 10


def numbered_bgr(number: int, size_wh: tuple[int, int] = SIZE_WH) -> NDArray[np.uint8]:
    """A grey picture whose number stands in its upper rows, a block a bit; survives JPEG and H.264."""
    picture = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
    for bit in range(_BITS):
        value = 255 if number >> bit & 1 else 0
        picture[:_BLOCK, bit * _BLOCK : (bit + 1) * _BLOCK] = value
    return picture


def number_of(gray: NDArray[np.uint8]) -> int:
    """The number of a `numbered_bgr` picture."""
    half = _BLOCK // 2
    return sum(1 << bit for bit in range(_BITS) if gray[half, bit * _BLOCK + half] > 127)


def jpeg_of(picture: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", picture)[1].tobytes()


class HurriedClock:
    """The real time, but waiting between attempts takes a thousandth; keeps what was asked for."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        return event.wait(max(0.0, seconds) / 1000)


class ManualClock:
    """Time that passes only when somebody waits or turns it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += max(0.0, seconds)
        return event.is_set()


class MjpegServer:
    """Sends numbered pictures to whoever asks; ``mode`` says how, and may be changed at any moment.

    Modes: good · stall (the line stays open, nothing comes) · close (after what was sent) · silent (never answers) ·
    garbage (parts of noise) · half (JPEGs cut in the middle) · refuse (nobody listens).
    """

    def __init__(self, fps: float = 50.0, with_length: bool = True) -> None:
        self.mode = "good"
        self.connections = 0
        self.sent = 0
        self._fps, self._with_length = fps, with_length
        self._stop = threading.Event()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/stream.mjpg"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> MjpegServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(8)
        listener.settimeout(0.02)
        return listener

    def _accept(self) -> None:
        while not self._stop.is_set():
            if self.mode == "refuse":
                self._listener.close()
                while self.mode == "refuse" and not self._stop.wait(0.01):
                    pass
                self._listener = self._listen(self.port)
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(4096)
            while self.mode == "silent" and not self._stop.wait(0.01):
                pass
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
            while not self._stop.wait(1 / self._fps):
                if self.mode in ("close", "refuse", "silent"):
                    return
                if self.mode != "stall":
                    connection.sendall(self._part())

    def _part(self) -> bytes:
        self.sent += 1
        content = jpeg_of(numbered_bgr(self.sent))
        if self.mode == "garbage":
            content = np.random.default_rng(self.sent).bytes(2000)
        if self.mode == "half":
            content = content[: len(content) // 2]
        length = f"Content-Length: {len(content)}\r\n" if self._with_length else ""
        return f"--frame\r\nContent-Type: image/jpeg\r\n{length}\r\n".encode() + content + b"\r\n"


def wait_until(condition: object, timeout_s: float = 5.0) -> bool:
    """Wait until ``condition()`` is true; say whether it came true."""
    ends = time.monotonic() + timeout_s
    while time.monotonic() < ends:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.005)
    return False
