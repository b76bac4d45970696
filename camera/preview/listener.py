"""The socket that listens: a thread a connection, with a limit, and an end to all of them at once."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from digitedge.camera.preview.shown import Shown
from digitedge.errors import SourceError

MAX_CONNECTIONS = 32

_log = logging.getLogger("digitedge.preview")


class Listener(ThreadingHTTPServer):
    """Knows its open connections, so that it can refuse one too many and end them all.

    Attributes:
        shown: What is served.
        host: As asked for.
        port: As bound.
        token: What a request must bring, "" for nothing.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(self, host: str, port: int, token: str, shown: Shown, handler: type[BaseHTTPRequestHandler]) -> None:
        self.shown = shown
        self.host = host
        self.token = token
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            self.address_family = family
            super().__init__((str(address[0]), int(address[1])), handler)
        except (OSError, UnicodeError) as error:  # the latter where the host cannot be a name at all
            raise SourceError(
                f"The page cannot be served on {host}:{port}: {getattr(error, 'strerror', None) or 'no such name'}.",
                "Give another address or port: --serve [HOST:]PORT",
            ) from error
        self.port = int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind, without the look-up of our own name that the base class does: it may take seconds without a name server."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for the connection, or refuse it."""
        with self._lock:
            has_room = len(self._open) < MAX_CONNECTIONS
            if has_room:
                self._open.add(request)
        if has_room:
            super().process_request(request, client_address)
        else:
            self._refuse(request)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong in a request; a browser that went away or stopped listening is no news."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.warning("preview: %s: %s", type(error).__name__, error)

    def hang_up(self) -> None:
        """End every open connection; their threads end with them."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # gone by itself

    def _refuse(self, request: socket.socket) -> None:
        try:
            request.settimeout(0.1)
            request.sendall(b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n")
        except OSError:
            _log.debug("preview: a refused connection was gone already")
        super().shutdown_request(request)
