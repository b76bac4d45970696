"""Live frames with a known truth, and a real browser to look at them with."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import cv2
import numpy as np

from digitedge.camera.live import Health, LiveFrame, TrackedDigit
from digitedge.patch import to_input
from digitedge.reading.page import Number, Page, Reading
from digitedge.scenes.digits import draw_digits

SIZE_WH = (640, 480)


def live_frame(frame: int = 0, rows: tuple[int, ...] = (5, 3), seed: int = 1, time_s: float = 1_700_000_000.0) -> LiveFrame:
    """A sheet of paper with rows of drawn digits, and what a perfect reader says about it."""
    gray = np.full((SIZE_WH[1], SIZE_WH[0]), 214, np.uint8)
    patches, labels = draw_digits(sum(rows), seed)
    digits, readings, numbers = [], [], []
    for row, count in enumerate(rows):
        first = len(digits)
        for column in range(count):
            index = len(digits)
            ink = cv2.resize(patches[index], (44, 64), interpolation=cv2.INTER_AREA)
            x, y = 70 + column * 84, 90 + row * 150
            gray[y : y + 64, x : x + 44] -= (ink.astype(np.uint16) * 170 // 255).astype(np.uint8)
            digit, confidence = int(labels[index]), 0.998 - 0.06 * column
            probabilities = np.full(11, (1 - confidence) / 10, np.float32)
            probabilities[digit] = confidence
            box = (x, y, 44, 64)
            digits.append(TrackedDigit(index + 1, digit, confidence, box))
            readings.append(Reading(digit, confidence, box, to_input(patches[index]), probabilities))
        text = "".join(str(digit.digit) for digit in digits[first:])
        members = tuple(range(first, first + count))
        numbers.append(Number(text, 0.93, (70, 90 + row * 150, 84 * count - 40, 64), members))
    stage_ms = {"gray": 0.31, "ink": 1.12, "candidates": 0.54, "patch": 0.4, "invoke": 0.62, "decide": 0.05, "numbers": 0.1}
    page = Page(SIZE_WH, tuple(readings), tuple(numbers), stage_ms)
    frame_bgr = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)
    return LiveFrame(frame, time_s + frame / 30, frame_bgr, page, tuple(digits), tuple(numbers), (), stage_ms, "good")  # type: ignore[arg-type]


def numbered(live: LiveFrame, frame: int) -> LiveFrame:
    """The same picture as a later frame."""
    return replace(live, frame=frame, time=live.time + (frame - live.frame) / 30)


@contextlib.contextmanager
def running_camera(sink: Any, live: LiveFrame, fps: float = 30.0) -> Iterator[None]:
    """Deliver the picture to the sink again and again, as the live loop does."""
    stop = threading.Event()

    def run() -> None:
        frame = live.frame
        while not stop.wait(1 / fps):
            frame += 1
            sink.deliver(numbered(live, frame))
            sink.tick(Health(live.health, 0, 0, fps))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def request(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> HTTPResponse:
    """Ask the server; a header's underscores stand for dashes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse()


class Browser:
    """Debian's Chromium through its driver's plain HTTP calls (W3C WebDriver): no package needed."""

    def __init__(self, driver_port: int) -> None:
        self._base = f"http://127.0.0.1:{driver_port}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        options = {"goog:chromeOptions": {"args": arguments}}
        self._base += "/" + self._call("POST", "", {"capabilities": {"alwaysMatch": options}})["sessionId"]

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        query = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(query, timeout=20) as answer:
            return json.load(answer)["value"]

    def show(self, url: str, width: int, height: int) -> None:
        """Open an address in a window of this size; narrow ones behave as a phone with a finger."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
        self.devtools("Emulation.setTouchEmulationEnabled", {"enabled": width < 600})
        self._call("POST", "/url", {"url": url})

    def devtools(self, command: str, params: dict[str, Any]) -> Any:
        """Give one command of Chromium's own protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def script(self, text: str) -> Any:
        """Return what a function body returns in the page."""
        return self._call("POST", "/execute/sync", {"script": text, "args": []})

    def until(self, condition: str, seconds: float = 20.0) -> Any:
        """Wait until an expression is true in the page, and return it."""
        end = time.monotonic() + seconds
        while not (value := self.script(f"return {condition}")):
            if time.monotonic() > end:
                raise TimeoutError(f"never true in the page: {condition}")
            time.sleep(0.05)
        return value

    def click(self, button_id: str) -> None:
        """Press a button as a person does: it must be there and visible."""
        element = self._call("POST", "/element", {"using": "css selector", "value": f"#{button_id}"})
        self._call("POST", f"/element/{next(iter(element.values()))}/click", {})

    def drag(self, start_xy: tuple[float, float], end_xy: tuple[float, float], pointer: str) -> None:
        """Draw from one point of the window to another, with "touch" or "mouse"."""
        (x0, y0), (x1, y1) = start_xy, end_xy
        moves = [
            {"type": "pointerMove", "duration": 0, "x": round(x0), "y": round(y0)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "duration": 60, "x": round((x0 + x1) / 2), "y": round((y0 + y1) / 2)},
            {"type": "pointerMove", "duration": 60, "x": round(x1), "y": round(y1)},
            {"type": "pointerUp", "button": 0},
        ]
        finger = {"type": "pointer", "id": pointer, "parameters": {"pointerType": pointer}, "actions": moves}
        self._call("POST", "/actions", {"actions": [finger]})

    def screenshot(self) -> bytes:
        """The whole page as a PNG, also what is below the window."""
        return base64.b64decode(self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True})["data"])

    def quit(self) -> None:
        """Close it."""
        self._call("DELETE", "")


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Lend a fresh browser."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(["chromedriver", f"--port={port}"], env=os.environ | {"NO_PROXY": "*"}, **quiet) as driver:  # type: ignore[call-overload]
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
            browser = Browser(port)
            try:
                yield browser
            finally:
                browser.quit()
        finally:
            driver.terminate()


def read_part(stream: HTTPResponse) -> bytes:
    """Return the next JPEG of a multipart stream."""
    length = 0
    while (line := stream.fp.readline()).strip() or not length:
        assert line, f"the stream ended with {stream.status}"
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return stream.fp.read(length)


def read_event(stream: HTTPResponse) -> dict:
    """Return the next event's data."""
    while not (line := stream.fp.readline()).startswith(b"data: "):
        assert line, "the stream ended"
    return json.loads(line.removeprefix(b"data: "))


def post(port: int, box: object, **headers: str) -> HTTPResponse:
    return request(port, "/roi", "POST", json.dumps({"box": box}).encode(), **({"Content_Type": "application/json"} | headers))
