"""The two answers that do not end: pictures and events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from digitedge.camera.live import LiveFrame
from digitedge.camera.preview.shown import Shown

BOUNDARY = "digitedge-frame"
PICTURES_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
EVENTS_TYPE = "text/event-stream"
HEARTBEAT_S = 1.0
REPEAT_S = 0.2
EVENT_INTERVAL_S = 0.2  # nobody reads numbers faster


def picture_parts(shown: Shown, is_gone: Callable[[], bool]) -> Iterator[bytes]:
    """Give the body of an MJPEG answer (multipart/x-mixed-replace), until ``is_gone`` or the end of the server.

    Chromium shows a picture only when the next one begins, so the last one before a pause is sent twice.
    """
    last = b""
    for live in _frames(shown, is_gone, 0.0, REPEAT_S):
        if live is not None:
            jpeg = shown.jpegs.of(live)
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\nX-Timestamp: {live.time:.6f}\r\n\r\n"
            last = f"--{BOUNDARY}\r\n{head}".encode() + jpeg + b"\r\n"
            yield last
        elif last:
            yield last
            last = b""


def state_events(shown: Shown, is_gone: Callable[[], bool]) -> Iterator[bytes]:
    """Give the body of an event stream (HTML standard, server-sent events): an event "state" a frame, or a heartbeat."""
    yield b"retry: 1000\n\n"
    for live in _frames(shown, is_gone, EVENT_INTERVAL_S, HEARTBEAT_S):
        # The heartbeat tells a quiet camera from a lost line; it holds only what may have changed without a frame.
        state = shown.state_json(live) if live else json.dumps(shown.server_state())
        yield f"event: state\ndata: {state}\n\n".encode()


def _frames(shown: Shown, is_gone: Callable[[], bool], interval_s: float, quiet_s: float) -> Iterator[LiveFrame | None]:
    """Give each new frame, at most one every ``interval_s``, and None whenever ``quiet_s`` went by without one."""
    seen: LiveFrame | None = None
    wait_s = 0.0  # who comes is told at once how things are
    with shown.watching():
        while not is_gone():
            live = shown.newest.after(seen, wait_s)
            if shown.newest.closed:
                return
            yield live if live is not seen else None
            seen, wait_s = live, quiet_s
            if interval_s:
                time.sleep(interval_s)
