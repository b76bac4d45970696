"""Signs of life for systemd's watchdog, over its own datagram socket (sd_notify(3)); nothing happens outside systemd."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from digitedge.camera.live import Health, LiveFrame


class Notifier:
    """Tells the service manager that the program is ready, alive, stopping; a `digitedge.camera.live.Sink`.

    The live loop ticks its sinks about once a second, with a camera or without: a camera that is lost is no reason to be
    restarted, a loop that hangs is.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """Take the address that systemd left in the environment."""
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._is_ready = False

    def deliver(self, live: LiveFrame) -> None:
        """Frames are no news; nothing to do."""

    def tick(self, health: Health) -> None:
        """Give a sign of life; the first one ends the start."""
        ready = "" if self._is_ready else "READY=1\n"
        self._is_ready = True
        note = f": {health.note}" if health.note and health.word == "down" else ""
        self._send(f"{ready}WATCHDOG=1\nSTATUS=Camera {health.word}, {health.fps:.1f} frames a second{note}")

    def close(self) -> None:
        """Tell that the end has begun."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)
            try:
                channel.sendto(message.encode(), self._address)
            except OSError:
                return  # the manager is gone or busy; the next sign of life comes soon
