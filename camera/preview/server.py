"""The preview: a sink that shows the newest frame to whoever looks."""

from __future__ import annotations

import re
import secrets
import threading

from digitedge.camera.live import Controls, Health, LiveFrame
from digitedge.camera.preview.address import is_loopback, page_lines
from digitedge.camera.preview.handler import Handler
from digitedge.camera.preview.listener import Listener
from digitedge.camera.preview.shown import Shown
from digitedge.errors import InputError
from digitedge.runtime.modelfile import DIGIT_LABELS

MAX_FPS = 15.0
TOKEN_BYTES = 16
POLL_S = 0.1  # how long a close may take


class PreviewServer:
    """Serves the page and its streams from threads of its own; a `digitedge.camera.live.Sink`.

    Attributes:
        shown: What is shown.
        host: As asked for.
        port: As bound; the one the system chose where 0 was asked for.
        token: What a request must bring; "" where none is asked for.
        lines: How to get to the page, for a person.
    """

    def __init__(
        self,
        host: str,
        port: int,
        token: str | None = None,
        *,
        controls: Controls | None = None,
        labels: tuple[str, ...] = (*DIGIT_LABELS, "no digit"),
        max_fps: float = MAX_FPS,
    ) -> None:
        """Start serving.

        Args:
            host: A name or address of this machine; beyond loopback a token is asked for.
            port: 0 takes a free one.
            token: "" asks for none anywhere; None makes a fresh one where the host is not loopback.
            controls: Where a region drawn on the page goes; without it the page offers none.
            labels: Name of each of the model's outputs.
            max_fps: Pictures per second shown to each watcher, at most.

        Raises:
            InputError: The token cannot stand in an address.
            SourceError: The port is taken or the host is not ours.
        """
        if token and not re.fullmatch(r"[\w.~-]+", token, re.ASCII):
            raise InputError(
                "The page's token cannot stand in an address.", "Use letters, digits, dots, dashes and underscores."
            )
        if token is None:
            token = "" if is_loopback(host) else secrets.token_urlsafe(TOKEN_BYTES)
        self.shown = Shown(labels, max_fps, controls)
        self._listener = Listener(host, port, token, self.shown, Handler)
        self.host, self.port, self.token = host, self._listener.port, token
        self.lines = page_lines(host, self.port, token)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(POLL_S,), name="preview", daemon=True)
        self._thread.start()

    def deliver(self, live: LiveFrame) -> None:
        """Take one frame; costs microseconds, however many watch and however slow they are."""
        self.shown.put(live)

    def tick(self, health: Health) -> None:
        """Take the source's health."""
        self.shown.tick(health)

    def close(self) -> None:
        """End all streams and stop serving."""
        self.shown.newest.close()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.hang_up()
