"""Signs of life, received on a real datagram socket as systemd receives them."""

import socket

import pytest
from needs import lacking

from digitedge.camera.live import Controls, Health
from digitedge.camera.loop import Limits
from digitedge.camera.notify import Notifier
from digitedge.camera.session import Wishes, run_session
from digitedge.camera.sources import SourceOptions
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier


@pytest.fixture(params=["file", "abstract"])
def manager(request, tmp_path):
    """A socket as systemd opens it, and the environment it gives."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@digitedge-test-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + name[1:] if name.startswith("@") else name)
        receiver.settimeout(5)
        yield receiver, {"NOTIFY_SOCKET": name}


def test_the_first_tick_ends_the_start_and_each_one_is_a_sign_of_life(manager):
    receiver, environ = manager
    notifier = Notifier(environ)
    notifier.tick(Health("good", 0, 0, 29.96))
    assert receiver.recv(1000).decode().splitlines() == ["READY=1", "WATCHDOG=1", "STATUS=Camera good, 30.0 frames a second"]
    notifier.tick(Health("down", 1, 1, 0.0, "The camera fell silent."))
    assert receiver.recv(1000).decode().splitlines() == [
        "WATCHDOG=1",
        "STATUS=Camera down, 0.0 frames a second: The camera fell silent.",
    ]
    notifier.close()
    assert receiver.recv(1000) == b"STOPPING=1"


def test_a_run_sends_each_sign_once(manager, monkeypatch, tmp_path):
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    receiver, environ = manager
    monkeypatch.setenv("NOTIFY_SOCKET", environ["NOTIFY_SOCKET"])
    wishes = Wishes("demo", SourceOptions((160, 120)), Limits(frames=2), changes=tmp_path / "changes.csv")
    run_session(wishes, Reader(Classifier(DEFAULT_MODEL)), Controls(), lambda _: None)
    came = []
    while not came or came[-1] != "STOPPING=1":
        came.append(receiver.recv(1000).decode())
    receiver.setblocking(False)
    with pytest.raises(BlockingIOError):
        receiver.recv(1000)
    assert [message.startswith("READY=1") for message in came[:2]] == [True, False]


def test_without_systemd_or_without_its_socket_nothing_happens(tmp_path):
    for environ in ({}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        notifier = Notifier(environ)
        notifier.tick(Health("good", 0, 0, 30.0))
        notifier.close()


def test_a_manager_that_does_not_listen_never_blocks_the_loop(manager):
    _, environ = manager
    notifier = Notifier(environ)
    for _ in range(2000):  # far more than its queue holds
        notifier.tick(Health("good", 0, 0, 30.0))
