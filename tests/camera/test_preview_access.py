"""Who may ask the page's server for what, and what it makes of garbage."""

import contextlib
import socket
from importlib.resources import files

import numpy as np
import pytest
from preview_factory import live_frame, post, request

from digitedge.camera.live import Controls, Health
from digitedge.camera.preview import PreviewServer
from digitedge.errors import InputError

GOOD = Health("good", 0, 0, 30.0)


@pytest.fixture
def guarded():
    """Beyond loopback: reachable at 127.0.0.1 too, but only with the token."""
    server = PreviewServer("0.0.0.0", 0, controls=Controls())
    yield server
    server.close()


def test_foreign_pages_can_change_nothing(preview):
    preview.deliver(live_frame())
    own = f"127.0.0.1:{preview.port}"
    assert post(preview.port, [0, 0, 50, 50], Origin="http://evil.example").status == 403
    assert post(preview.port, [0, 0, 50, 50], Origin="null").status == 403
    assert post(preview.port, [0, 0, 50, 50], Content_Type="text/plain").status == 403
    assert preview.shown.controls.roi_xywh is None
    assert post(preview.port, [0, 0, 50, 50], Origin=f"http://{own}").status == 200


def test_a_foreign_name_for_this_address_is_refused(preview):
    for host in ("evil.example", "evil.example:80", "192.168.1.9", "a@b:c", ""):
        assert request(preview.port, "/state.json", Host=host).status == 421, host
    for host in ("localhost:9", "127.0.0.1", "[::1]:8080"):
        assert request(preview.port, "/state.json", Host=host).status == 200, host


def test_beyond_loopback_everything_but_health_needs_the_token(guarded):
    guarded.deliver(live_frame())
    guarded.tick(GOOD)
    assert len(guarded.token) >= 20
    assert f"token={guarded.token}" in guarded.lines[0]
    for path in ("/", "/stream.mjpg", "/events", "/snapshot.jpg", "/state.json", "/metrics", "/nothing"):
        assert request(guarded.port, path).status == 401, path
        assert request(guarded.port, f"{path}?token=wrong").status == 401, path
    assert post(guarded.port, [0, 0, 50, 50]).status == 401
    assert request(guarded.port, "/healthz").status == 200


def test_the_token_comes_in_the_address_a_header_or_the_pages_cookie(guarded):
    guarded.deliver(live_frame())
    page = request(guarded.port, f"/?token={guarded.token}")
    cookie = page.headers["Set-Cookie"]
    assert page.status == 200
    assert "HttpOnly" in cookie
    assert request(guarded.port, "/state.json", Cookie=cookie.split(";")[0]).status == 200
    assert request(guarded.port, "/metrics", Authorization=f"Bearer {guarded.token}").status == 200
    assert request(guarded.port, f"/snapshot.jpg?token={guarded.token}").status == 200
    assert request(guarded.port, "/state.json", Cookie="digitedge-1=x; ;;=").status == 401


def test_the_page_needs_nothing_from_elsewhere_and_may_not(preview):
    answer = request(preview.port, "/")
    html = answer.read().decode()
    for name in ("page.css", "page.js"):
        assert (files("digitedge.camera.preview") / name).read_text() in html
    assert html.count("<style>") == html.count("<script>") == 1
    assert "http://" not in html
    assert "https://" not in html
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/nothing", "GET", 404), ("/../etc/passwd", "GET", 404), ("/roi", "GET", 405), ("/", "DELETE", 501)],
)
def test_what_is_not_there_is_said_so(preview, path, method, status):
    assert request(preview.port, path, method).status == status


def test_garbage_is_answered_or_dropped_and_the_page_goes_on(preview, caplog):
    preview.deliver(live_frame())
    rng = np.random.default_rng(6)
    head = b"Host: localhost\r\n"
    sent = [bytes(rng.integers(0, 256, rng.integers(1, 400), np.uint8)) + b"\r\n\r\n" for _ in range(40)]
    sent += [b"GET http://[ HTTP/1.0\r\n" + head + b"\r\n", b"GET /?token=%FF%00 HTTP/1.0\r\n" + head + b"\r\n"]
    sent += [
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.0\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"A" * 70_000 + b"\r\n\r\n",
    ]
    for length in (b"-5", b"\xb2", b"99999999999999999999", b"1e3", b""):
        kind = b"Content-Type: application/json\r\nOrigin: http://[\r\nContent-Length: "
        sent += [b"POST /roi HTTP/1.0\r\n" + head + kind + length + b"\r\n\r\n"]
        sent += [(b"POST /roi HTTP/1.0\r\n" + head + kind + length + b"\r\n\r\n").replace(b"Origin: http://[\r\n", b"")]
    for request_bytes in sent:
        with socket.create_connection(("127.0.0.1", preview.port)) as raw, contextlib.suppress(ConnectionError):
            raw.sendall(request_bytes)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65536):
                pass
    assert request(preview.port, "/state.json").status == 200
    assert caplog.records == []
    assert preview.shown.controls.roi_xywh is None


@pytest.mark.parametrize("token", ["a b", "ü", "a;b", "a/b", "x\n"])
def test_a_token_that_cannot_stand_in_an_address_is_refused(token):
    with pytest.raises(InputError, match="letters, digits"):
        PreviewServer("127.0.0.1", 0, token)


def test_a_token_of_ones_own_is_asked_for_on_loopback_too():
    server = PreviewServer("127.0.0.1", 0, "my-own.token_1")
    assert request(server.port, "/state.json").status == 401
    assert request(server.port, "/state.json?token=my-own.token_1").status == 200
    server.close()
