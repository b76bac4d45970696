"""Changes sent to a web address."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from digitedge.camera.lines import as_json
from digitedge.camera.live import Health, LiveFrame
from digitedge.camera.mjpeg import without_password
from digitedge.errors import OutputError

_TIMEOUT_S = 5.0


class Webhook:
    """POSTs the JSON line of every frame with news. Slow: it belongs behind `digitedge.camera.behind.Behind`."""

    def __init__(self, url: str, tell: Callable[[str], None], timeout_s: float = _TIMEOUT_S) -> None:
        """Make it.

        Args:
            url: http:// or https://, with ``user:password@`` where the address asks for one (basic).
            tell: Takes a sentence when the address stops answering, once until it answers again.
            timeout_s: For one request.

        Raises:
            OutputError: It is no such address.
        """
        if not _is_web_address(url):
            raise OutputError(
                f"{without_password(url)!r} is no web address.",
                "Give --webhook http://HOST/PATH; a space in PATH is %20, an ö %C3%B6.",
            )
        self._url, self._login = without_password(url), _basic_login(url)
        self._tell, self._timeout_s = tell, timeout_s
        self._failing = False

    def deliver(self, live: LiveFrame) -> None:
        """Send the frame if it has news. A failure is told, and the news is lost."""
        if not live.changed and not live.gone:
            return
        body = json.dumps(as_json(live)).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json", "User-Agent": "digitedge"})
        if self._login:
            request.add_unredirected_header("Authorization", self._login)  # only for the address it was given for
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as response:
                response.read(1024)
        except (OSError, http.client.HTTPException) as error:
            if not self._failing:
                reason = getattr(error, "reason", None) or error
                self._tell(f"{self._url} does not take the news ({reason}).")
            self._failing = True
        else:
            self._failing = False

    def tick(self, health: Health) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is held open."""


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        path = parts.path + parts.query
        is_sendable = path.isascii() and path.isprintable() and " " not in path
        return is_sendable and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _basic_login(url: str) -> str:
    """Return the header that brings the address's user and password (RFC 7617); "" where it has none."""
    parts = urlsplit(url)
    if not parts.username:
        return ""
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(login.encode()).decode()}"
