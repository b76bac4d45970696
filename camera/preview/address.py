"""Where the page is served, how to get there, and who may."""

from __future__ import annotations

import hmac
import ipaddress
import os
import socket
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from digitedge.board import user_name

LOOPBACK = "127.0.0.1"


def parse_serve(text: str) -> tuple[str, int]:
    """Return (host, port) of ``[HOST:]PORT``; loopback unless a host is given, port 0 takes a free one.

    Raises:
        ValueError: It is neither a port nor HOST:PORT.

    >>> parse_serve("8080"), parse_serve("0.0.0.0:8080"), parse_serve("[::]:80")
    (('127.0.0.1', 8080), ('0.0.0.0', 8080), ('::', 80))
    """
    host, colon, port = text.rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if is_bracketed else host
    is_bare_ipv6 = ":" in host and not is_bracketed
    if not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65535 or is_bare_ipv6 or (colon and not host):
        raise ValueError(f"serve must be [HOST:]PORT such as 8080, 0.0.0.0:8080 or [::]:8080, got {text!r}")
    return host or LOOPBACK, int(port)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the host: a loopback address or "localhost"."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def page_lines(host: str, port: int, token: str, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the lines that tell a person how to get to the page.

    Args:
        host: As bound; "0.0.0.0" and "::" are every address of the machine.
        port: As bound.
        token: Becomes part of the address; "" where none is needed.
        environ: SSH_CONNECTION tells under which address the person reached this machine.
    """
    query = f"?token={token}" if token else ""
    if not is_loopback(host):
        name = reachable_host(environ) if host in ("0.0.0.0", "::", "") else host
        return (f"Page: http://{_bracket(name)}:{port}/{query}",)
    return (
        f"Page: http://{_bracket(host)}:{port}/{query}",
        "From a laptop, in a terminal there, then open the same address:",
        f"    ssh -L {port}:{_bracket(host)}:{port} {user_name()}@{reachable_host(environ)}",
    )


def reachable_host(environ: Mapping[str, str]) -> str:
    """Return the address others reach this machine by: that of the ssh session, else of the route outwards, else its name."""
    ssh = environ.get("SSH_CONNECTION", "").split()
    if len(ssh) == 4:
        return ssh[2]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737); UDP's connect sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def host_allowed(header: str, bound: str) -> bool:
    """Tell whether a Host header is one under which this page is meant to be reached.

    A page of somebody else that points its own name at our address (DNS rebinding) sends that name. Addresses cannot be
    rebound, so they pass; names pass only if they are ours.

    >>> host_allowed("localhost:8080", "127.0.0.1"), host_allowed("evil.example", "127.0.0.1")
    (True, False)
    """
    try:
        name = (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if is_loopback(name):
        return True
    if is_loopback(bound):
        return False
    own = socket.gethostname().lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in (own, own.split(".")[0], f"{own.split('.')[0]}.local", bound.lower())
    return True


def origin_allowed(origin: str | None, host: str) -> bool:
    """Tell whether a request that changes something comes from our own page: its Origin, if sent, is the Host it went to."""
    if origin is None:
        return True  # not a browser: nobody's cookies to borrow
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def token_of(query: Mapping[str, list[str]], cookie: str, authorization: str, cookie_name: str) -> str:
    """Return the token a request brings: in its address, as a bearer token, or in our cookie; "" where it brings none."""
    if query.get("token"):
        return query["token"][0]
    if authorization.lower().startswith("bearer "):
        return authorization[7:].strip()
    try:
        morsel = SimpleCookie(cookie).get(cookie_name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def token_matches(given: str, expected: str) -> bool:
    """Compare in constant time, so that a wrong token tells nothing about the right one by how long it takes."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
