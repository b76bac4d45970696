"""Motion JPEG over HTTP: what most network cameras, ESP32-CAMs and phone apps send.

Read here and not by OpenCV's FFmpeg, because that shows half pictures, waits long for silent servers and queues frames.
"""

from __future__ import annotations

import http.client
import re
import select
import socket
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from digitedge.camera.jpeg import END, START, JpegFrames, decode_jpeg
from digitedge.camera.source import Frame, StalledError, frame_of_bgr
from digitedge.errors import SourceError

_CHUNK = 1 << 16
_MOST_BYTES = 1 << 25  # a part beyond 32 MB is no picture
_DRAIN_S = 0.05  # a line faster than we are would never be drained


class NotMjpegError(SourceError):
    """The address answers, with something else than a stream of JPEGs."""


class MjpegStream:
    """``multipart/x-mixed-replace`` pictures of one URL; see `digitedge.camera.source.Source`."""

    is_live = True

    def __init__(self, url: str, stall_s: float = 1.5, open_timeout_s: float = 5.0, in_color: bool = True) -> None:
        """Make it.

        Args:
            url: http:// or https://, with ``user:password@`` where the camera asks for one (basic or digest).
            stall_s: Silence, or nothing but garbage, for this long is a loss.
            open_timeout_s: How long the camera may take to answer.
            in_color: Somebody will look at every frame; else its colours, and mostly its grey, are never asked for.
        """
        self.name = without_password(url)
        self._url = url
        self._stall_s, self._open_timeout_s, self._in_color = stall_s, open_timeout_s, in_color
        self._response: Any = None
        self._socket: socket.socket | None = None
        self._parts = _Parts(b"--")
        self._frames = JpegFrames()
        self._loss: SourceError | None = None

    def open(self) -> None:
        """Ask for the stream. Raises SourceError when refused, StalledError when nobody answers."""
        plain_url, user, password = _split_login(self._url)
        handlers: list[Any] = []
        if user:
            logins = urllib.request.HTTPPasswordMgrWithPriorAuth()
            logins.add_password(None, plain_url, user, password, is_authenticated=False)
            handlers = [urllib.request.HTTPBasicAuthHandler(logins), urllib.request.HTTPDigestAuthHandler(logins)]
        try:
            self._response = urllib.request.build_opener(*handlers).open(plain_url, timeout=self._open_timeout_s)
        except urllib.error.HTTPError as error:
            error.close()
            raise SourceError(
                f"{self.name} answers {error.code} {error.reason}.", "Check the address and the password."
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(getattr(error, "reason", error), TimeoutError):
                raise StalledError(f"{self.name} does not answer.", "Check that the camera is on and the address.") from error
            raise SourceError(f"{self.name} cannot be opened ({_plain(error)}).", "Check that the camera is on.") from error
        kind = self._response.headers.get_content_type()
        boundary = str(self._response.headers.get_param("boundary") or "")
        if kind == "application/octet-stream":  # as FFmpeg's own server (-f mpjpeg -listen 1), which does not say what it sends
            boundary = self._first_line()
        if not kind.startswith("multipart/") and not boundary.startswith("--"):
            raise NotMjpegError(
                f"{self.name} sends {kind}, no stream of JPEGs.", "Give the address of the camera's MJPEG stream."
            )
        self._loss = None
        self._parts = _Parts(b"--" + boundary.strip('"').removeprefix("--").encode())
        self._socket = _socket_of(self._response)
        if self._socket is not None:
            self._socket.settimeout(self._stall_s)

    def _first_line(self) -> str:
        """Return the line that the answer begins with, without taking it; "" where nothing comes."""
        try:
            return str(self._response.peek(128).split(b"\r\n")[0].decode("ascii", "replace"))
        except OSError:
            return ""

    def read(self) -> Frame | None:
        """Return the newest whole picture that has arrived; see `digitedge.camera.source.Source.read`."""
        began = time.monotonic()
        while True:
            newest = self._newest_part(time.monotonic() - began < _DRAIN_S)
            if newest is not None:
                frame = self._frame(newest, time.time())
                if frame is not None:
                    return frame
            if time.monotonic() - began > self._stall_s:
                raise SourceError(f"{self.name} sends no whole picture.", "Look at the stream in a browser.")

    def _frame(self, content: bytes, captured: float) -> Frame | None:
        if not self._in_color:
            return self._frames.frame(content, captured)
        picture = decode_jpeg(content)
        return None if picture is None else frame_of_bgr(picture, captured)

    def close(self) -> None:
        """Hang up."""
        if self._response is not None:
            self._response.close()
            self._response = self._socket = None

    def _newest_part(self, may_drain: bool) -> bytes | None:
        """Return the last part of all that has arrived; what comes before the connection's end is still returned."""
        if self._loss is None and (self._parts.is_empty() or self._more_is_waiting()):
            try:
                self._receive()
            except SourceError as loss:
                self._loss = loss
        if self._loss is None and may_drain and self._more_is_waiting():
            return None
        newest = self._parts.newest()
        if newest is None and self._loss is not None:
            raise self._loss
        return newest

    def _receive(self) -> None:
        try:
            content = self._response.read1(_CHUNK)
        except TimeoutError as error:
            raise StalledError(f"{self.name}: nothing came for {self._stall_s:g} s.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError(f"{self.name} was cut off ({_plain(error)}).") from error
        if not content:
            raise SourceError(f"{self.name} has ended.")
        self._parts.feed(content)

    def _more_is_waiting(self) -> bool:
        return self._socket is not None and bool(select.select([self._socket], [], [], 0)[0])


class _Parts:
    """Cuts a multipart stream into its parts and keeps the last whole one."""

    def __init__(self, boundary: bytes) -> None:
        self._boundary = boundary
        self._buffer = bytearray()
        self._newest: bytes | None = None

    def feed(self, content: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += content
        while self._cut_one():
            pass
        if len(self._buffer) > _MOST_BYTES:
            self._buffer.clear()

    def is_empty(self) -> bool:
        """Tell whether no whole part waits."""
        return self._newest is None

    def newest(self) -> bytes | None:
        """Return the last whole part that was not asked for yet."""
        newest, self._newest = self._newest, None
        return newest

    def _cut_one(self) -> bool:
        """Move one whole part from the buffer to the slot; False when there is none yet."""
        head = self._buffer.find(self._boundary)
        body = self._buffer.find(b"\r\n\r\n", head) + 4 if head >= 0 else 3
        if body == 3:
            return False
        length = _content_length(bytes(self._buffer[head:body]))
        following = self._buffer.find(self._boundary, body)
        if length is not None and (following < 0 or following >= body + length):
            end = body + length if len(self._buffer) >= body + length else -1
        elif following >= 0:  # no length was given, or the part is shorter than it said
            end = following
        else:  # without a length the part is whole when its JPEG is; waiting for the next head would cost a frame's time
            end = len(self._buffer) if self._buffer.endswith((END, END + b"\r\n")) else -1
        if end < 0:
            return False
        content = bytes(self._buffer[body:end])
        del self._buffer[:end]
        if content.startswith(START) or self._newest is None:
            self._newest = content
        return True


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return min(int(value), _MOST_BYTES)
    return None


def without_password(url: str) -> str:
    """Return the URL as it may be shown.

    >>> without_password("http://eva:secret@cam.local:81/stream")
    'http://cam.local:81/stream'
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # no address, and still nobody's business
        return re.sub("//.*@", "//", url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _split_login(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return without_password(url), unquote(parts.username or ""), unquote(parts.password or "")


def _socket_of(response: Any) -> socket.socket | None:
    raw = getattr(response.fp, "raw", None)
    found = getattr(raw, "_sock", None)  # http.client offers no other way to its socket
    return found if isinstance(found, socket.socket) else None


def _plain(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)
