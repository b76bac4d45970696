"""One HTTP request: who asks, for what, and the answer."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from digitedge.camera.preview import metrics
from digitedge.camera.preview.address import host_allowed, origin_allowed, token_matches, token_of
from digitedge.camera.preview.listener import Listener
from digitedge.camera.preview.region import parse_roi
from digitedge.camera.preview.shown import Shown
from digitedge.camera.preview.streams import EVENTS_TYPE, PICTURES_TYPE, picture_parts, state_events

REQUEST_TIMEOUT_S = 10.0  # also how long a watcher may take nothing before it is dropped
SEND_BUFFER_BYTES = 64 * 1024  # one or two pictures; more would be old ones waiting
MAX_BODY_BYTES = 1024

SAFETY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data: blob:; connect-src 'self'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Handler(BaseHTTPRequestHandler):
    """Answers one request and ends; a stream is an answer that does not end by itself."""

    protocol_version = "HTTP/1.0"  # one request a connection: the count of connections is the count of threads
    server_version = "digitedge"
    sys_version = ""
    timeout = REQUEST_TIMEOUT_S

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(_GET)

    def do_POST(self) -> None:
        """Answer a POST, if it comes from our own page or from no browser at all."""
        host = self.headers.get("Host", "")
        is_json = self.headers.get_content_type() == "application/json"  # a foreign page cannot send this without asking
        if is_json and origin_allowed(self.headers.get("Origin"), host):
            self._answer(_POST)
        else:
            self._send_text(HTTPStatus.FORBIDDEN, "Only this page may change something here.")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to the readings."""

    def _answer(self, routes: dict[str, Callable[[Handler], None]]) -> None:
        try:
            url = urlsplit(self.path)
            self.query = parse_qs(url.query)
        except ValueError:
            self._send_text(HTTPStatus.BAD_REQUEST, "This is no address.")
            return
        route = routes.get(url.path)
        if not host_allowed(self.headers.get("Host", ""), self.listener.host):
            self._send_text(HTTPStatus.MISDIRECTED_REQUEST, "This page is not served under that name.")
        elif url.path != "/healthz" and not self._may_enter():
            self._send_text(HTTPStatus.UNAUTHORIZED, "The address needs its token: use the one that was printed at the start.")
        elif route is None:
            exists = url.path in _GET.keys() | _POST.keys()
            status = HTTPStatus.METHOD_NOT_ALLOWED if exists else HTTPStatus.NOT_FOUND
            self._send_text(status, status.phrase)
        else:
            route(self)

    @property
    def listener(self) -> Listener:
        """The server this request came to."""
        return cast("Listener", self.server)

    @property
    def shown(self) -> Shown:
        """What is served."""
        return self.listener.shown

    @property
    def _cookie_name(self) -> str:
        return f"digitedge-{self.listener.port}"  # cookies are shared by all ports of a host

    def _may_enter(self) -> bool:
        if not self.listener.token:
            return True
        headers = self.headers
        given = token_of(self.query, headers.get("Cookie", ""), headers.get("Authorization", ""), self._cookie_name)
        return token_matches(given, self.listener.token)

    def _page(self) -> None:
        headers = {}
        if self.listener.token:  # so that the page's own requests need not carry it in their addresses
            headers["Set-Cookie"] = f"{self._cookie_name}={self.listener.token}; HttpOnly; SameSite=Lax; Path=/"
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", _page_html(), headers)

    def _snapshot(self) -> None:
        live = self.shown.newest.latest
        if live is None:
            self._send_text(HTTPStatus.SERVICE_UNAVAILABLE, "No picture yet.")
            return
        jpegs = self.shown.plain_jpegs if self.query.get("boxes") == ["0"] else self.shown.jpegs
        self._send(HTTPStatus.OK, "image/jpeg", jpegs.of(live), {"Last-Modified": formatdate(live.time, usegmt=True)})

    def _state(self) -> None:
        self._send(HTTPStatus.OK, "application/json", self.shown.state_json(self.shown.newest.latest).encode())

    def _healthz(self) -> None:
        word = self.shown.health().word
        self._send_text(HTTPStatus.SERVICE_UNAVAILABLE if word == "down" else HTTPStatus.OK, word)

    def _metrics(self) -> None:
        self._send(HTTPStatus.OK, metrics.CONTENT_TYPE, self.shown.metrics().encode())

    def _set_roi(self) -> None:
        length = self.headers.get("Content-Length", "")
        is_fit = length.isascii() and length.isdigit() and len(length) < 6 and int(length) <= MAX_BODY_BYTES
        body = self.rfile.read(int(length)) if is_fit else b""
        live, controls = self.shown.newest.latest, self.shown.controls
        if controls is None or live is None:
            self._send_text(HTTPStatus.CONFLICT, "No region can be set now.")
            return
        try:
            roi = parse_roi(body, (live.frame_bgr.shape[1], live.frame_bgr.shape[0]))
        except ValueError as error:
            self._send_text(HTTPStatus.BAD_REQUEST, str(error))
            return
        controls.roi_xywh = roi
        self._send(HTTPStatus.OK, "application/json", json.dumps({"roi": roi}).encode())

    def _stream(self) -> None:
        self._send_pieces(PICTURES_TYPE, picture_parts(self.shown, self._is_gone))

    def _events(self) -> None:
        self._send_pieces(EVENTS_TYPE, state_events(self.shown, self._is_gone))

    def _is_gone(self) -> bool:
        """Tell whether the watcher has closed its side; noticed even while there is nothing to send."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _send_pieces(self, content_type: str, pieces: Iterator[bytes]) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send_head(HTTPStatus.OK, content_type, {})
        for piece in pieces:
            self.wfile.write(piece)

    def _send_text(self, status: HTTPStatus, text: str) -> None:
        self._send(status, "text/plain; charset=utf-8", f"{text}\n".encode())

    def _send(self, status: HTTPStatus, content_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._send_head(status, content_type, {"Content-Length": str(len(body))} | (headers or {}))
        self.wfile.write(body)

    def _send_head(self, status: HTTPStatus, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, **SAFETY_HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


@cache
def _page_html() -> bytes:
    """Return the page with its style and its script inside: whoever has it needs no second answer."""
    folder = files("digitedge.camera.preview")
    html = (folder / "page.html").read_bytes()
    for name in ("page.css", "page.js"):
        html = html.replace(f"/* {name} */\n".encode(), (folder / name).read_bytes())
    return html


_GET: dict[str, Callable[[Handler], None]] = {
    "/": Handler._page,
    "/stream.mjpg": Handler._stream,
    "/events": Handler._events,
    "/snapshot.jpg": Handler._snapshot,
    "/state.json": Handler._state,
    "/healthz": Handler._healthz,
    "/metrics": Handler._metrics,
}
_POST: dict[str, Callable[[Handler], None]] = {"/roi": Handler._set_roi}
