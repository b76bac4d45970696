"""The preview's parts without a socket: addresses, the newest frame, counters, pictures."""

import dataclasses
import re
import socket

import cv2
import numpy as np
import pytest
from preview_factory import live_frame, numbered

from digitedge.camera.live import Controls, Health
from digitedge.camera.preview.address import host_allowed, is_loopback, page_lines, parse_serve, reachable_host, token_matches
from digitedge.camera.preview.newest import Newest, Once
from digitedge.camera.preview.picture import MAX_SIDE_PX, encode_jpeg
from digitedge.camera.preview.shown import STALE_S, Shown


@pytest.mark.parametrize("text", ["", ":", ":80", "80x", "host:", "1:2:3", "::1:80", "-1", "65536", "٣", "host:８０"])
def test_parse_serve_refuses_what_is_no_address(text):
    with pytest.raises(ValueError, match=r"\[HOST:\]PORT"):
        parse_serve(text)


def test_on_loopback_the_way_there_is_an_ssh_line_and_no_token():
    address, _, ssh = page_lines("127.0.0.1", 8080, "", {"SSH_CONNECTION": "10.0.0.5 50000 10.0.0.9 22"})
    assert address == "Page: http://127.0.0.1:8080/"
    assert re.fullmatch(r"    ssh -L 8080:127\.0\.0\.1:8080 \S+@10\.0\.0\.9", ssh)


def test_beyond_loopback_the_address_can_be_reached_and_holds_the_token():
    (line,) = page_lines("0.0.0.0", 8080, "secret", {"SSH_CONNECTION": "10.0.0.5 50000 fe80::9 22"})
    assert line == "Page: http://[fe80::9]:8080/?token=secret"
    assert page_lines("10.1.2.3", 80, "t", {}) == ("Page: http://10.1.2.3:80/?token=t",)
    assert reachable_host({})


def test_loopback_is_known_in_every_form():
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "localhost", "::1"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "raspberrypi.local", ""]))


def test_beyond_loopback_addresses_and_our_own_names_pass_and_others_do_not():
    own = socket.gethostname().split(".")[0]
    for header in ("10.0.0.9:8080", "[fe80::9]:8080", f"{own}:8080", f"{own}.local", "board.lan:80"):
        assert host_allowed(header, "board.lan"), header
    assert not host_allowed("evil.example:8080", "board.lan")


def test_tokens_match_only_as_a_whole():
    assert token_matches("abc", "abc")
    assert not token_matches("ab", "abc")
    assert not token_matches("abc\udcff", "abc")
    assert not token_matches("ü", "abc")


def test_watchers_are_woken_at_the_agreed_rate_and_at_once_for_a_change():
    now = [0.0]
    newest = Newest(0.1, lambda: now[0])
    live = live_frame()
    first, second, third = (numbered(live, frame) for frame in range(3))
    changed = dataclasses.replace(third, changed=("7",))
    newest.put(first)
    assert newest.after(None, 0) is first
    now[0] = 0.05
    newest.put(second)
    assert newest.latest is second
    assert newest._shown is first  # too early for those who watch
    newest.put(changed)
    assert newest.after(first, 0) is changed


def test_the_last_frame_before_silence_is_shown_and_never_an_older_one_again():
    now = [0.0]
    newest = Newest(0.1, lambda: now[0])
    live = live_frame()
    first, second = numbered(live, 1), numbered(live, 2)
    newest.put(first)
    newest.put(second)
    assert newest.after(None, 0) is first
    assert newest.after(first, 0.001) is second
    assert newest.after(second, 0.001) is second


def test_once_makes_one_thing_of_a_frame():
    once = Once(lambda live: [live.frame])
    live = live_frame(3)
    assert once.of(live) is once.of(live)
    assert once.of(numbered(live, 4)) == [4]
    assert once.made == 2


def test_metrics_keep_to_the_text_format_and_count_right():
    now = [100.0]
    shown = Shown(("0",), 15.0, None, lambda: now[0])
    live = live_frame()
    for frame in range(4):
        shown.put(numbered(live, frame))
    shown.tick(Health("degraded", 2, 1, 14.5))
    now[0] += 0.5
    text = shown.metrics()
    # Prometheus, "Text-based format": comments, or name, labels, value.
    sample = re.compile(r'[a-zA-Z_:][\w:]*(\{\w+="([^"\\\n]|\\[\\n"])*"(,\w+="[^"\n]*")*\})? ([-+]?[\d.]+(e[-+]?\d+)?|\+Inf)')
    lines = text.splitlines()
    assert text.endswith("\n")
    assert all(line.startswith(("# HELP ", "# TYPE ")) or sample.fullmatch(line) for line in lines), text
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values["digitedge_frames_total"] == "4"
    assert values["digitedge_digits"] == "8"
    assert values["digitedge_frame_age_seconds"] == "0.5"
    assert values['digitedge_health{state="degraded"}'] == "1"
    assert values['digitedge_health{state="good"}'] == "0"
    assert values["digitedge_source_reconnects"] == "2"
    assert float(values['digitedge_stage_seconds_sum{stage="invoke"}']) == pytest.approx(4 * 0.62e-3)
    assert values['digitedge_stage_seconds_count{stage="invoke"}'] == "4"
    assert float(values["digitedge_resident_memory_bytes"]) > 1e6


def test_a_loop_that_no_longer_ticks_is_down():
    now = [0.0]
    shown = Shown(("0",), 15.0, Controls(roi_xywh=(1, 2, 30, 40)), lambda: now[0])
    shown.tick(Health("good", 0, 0, 30.0))
    assert shown.server_state()["health"] == "good"
    assert shown.server_state()["roi"] == (1, 2, 30, 40)
    now[0] = STALE_S + 0.1
    assert shown.server_state()["health"] == "down"


def test_large_frames_are_shown_smaller():
    jpeg = encode_jpeg(np.zeros((1080, 1920, 3), np.uint8))
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (720, MAX_SIDE_PX, 3)
