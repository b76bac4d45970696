"""MQTT with a real broker on loopback."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from camera_factory import live_frame
from camera_servers import wait_until
from needs import lacking

from digitedge.camera.live import Health
from digitedge.camera.mqtt import PASSWORD_VARIABLE, Mqtt, discovery
from digitedge.errors import OutputError

try:
    from paho.mqtt import client as paho
except ImportError:
    paho = None


@pytest.fixture(autouse=True)
def _paho_is_installed():
    if paho is None:
        lacking("the [mqtt] extra is not installed")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A mosquitto of our own, that can be stopped and started again on its port."""

    def __init__(self, path, folder):
        self.path, self.folder, self.port = path, folder, _free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.process = None

    def start(self, users=None):
        lines = [f"listener {self.port} 127.0.0.1", f"allow_anonymous {'false' if users else 'true'}"]
        if users:
            lines.append(f"password_file {users}")
        if os.geteuid() == 0:  # else it becomes a user who cannot read our folder
            lines.append("user root")
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen([self.path, "-c", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until(self._listens)

    def stop(self):
        self.process.terminate()
        self.process.wait(5)

    def _listens(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False


class Listener:
    """Somebody who subscribes to everything; keeps every message with its retain mark."""

    def __init__(self, port, user=None):
        self.messages = []
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        if user:
            self.client.username_pw_set(*user)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_message = lambda _c, _d, m: self.messages.append((m.topic, m.payload.decode(), bool(m.retain)))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def last(self, topic):
        return next((payload for t, payload, _ in reversed(self.messages) if t == topic), None)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def broker(program, tmp_path):
    broker = Broker(program("mosquitto"), tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def listener(broker):
    listener = Listener(broker.port)
    yield listener
    listener.close()


def test_numbers_and_health_are_published_and_kept_for_who_comes_later(broker, listener):
    told = []
    mqtt = Mqtt(f"{broker.url}/desk/scale", told.append)
    mqtt.tick(Health("good", 0, 0, 30.0))
    mqtt.deliver(live_frame(1, ["24", "5"], changed=("24", "5")))
    mqtt.deliver(live_frame(2, ["24", "5"]))
    assert wait_until(lambda: '"24 5"' in (listener.last("desk/scale/state") or ""))
    late = Listener(broker.port)
    assert wait_until(lambda: len(late.messages) == 5)
    late.close()
    assert all(retained for _, _, retained in late.messages)
    assert late.last("desk/scale/availability") == "online"
    assert json.loads(late.last("desk/scale/health"))["word"] == "good"
    state = json.loads(late.last("desk/scale/state"))
    assert (state["text"], state["changed"]) == ("24 5", ["24", "5"])
    mqtt.close()
    assert wait_until(lambda: listener.last("desk/scale/availability") == "offline")
    assert told == []


def test_home_assistant_finds_what_it_needs(broker, listener):
    mqtt = Mqtt(broker.url, print, node="pi kitchen")
    topic = "homeassistant/sensor/pi-kitchen/numbers/config"
    assert wait_until(lambda: listener.last(topic))
    config = json.loads(listener.last(topic))
    mqtt.close()
    assert config["state_topic"] == "digitedge/pi-kitchen/state"
    assert config["unique_id"] == "digitedge-pi-kitchen-numbers"
    assert config["availability"][0]["topic"] == "digitedge/pi-kitchen/availability"
    assert config["device"]["identifiers"] == ["digitedge-pi-kitchen"]


def test_two_sensors_of_one_device_have_ids_of_their_own():
    configs = discovery("pi", "digitedge/pi").values()
    assert len({config["unique_id"] for config in configs}) == 2
    assert len({json.dumps(config["device"]) for config in configs}) == 1


@pytest.mark.slow
def test_a_broker_that_goes_and_comes_back_gets_the_newest_state(broker, listener):
    told = []
    mqtt = Mqtt(f"{broker.url}/desk", told.append)
    assert wait_until(lambda: listener.last("desk/availability") == "online")
    broker.stop()
    assert wait_until(lambda: told)
    for number in range(3):
        mqtt.deliver(live_frame(number, [str(number)], changed=(str(number),)))
    broker.start()
    late = Listener(broker.port)
    assert wait_until(lambda: late.last("desk/state") and json.loads(late.last("desk/state"))["text"] == "2", 10)
    late.close()
    mqtt.close()
    assert len(told) == 1, told


@pytest.mark.slow
def test_a_broker_that_is_not_there_is_told_once_and_stops_nothing():
    told = []
    mqtt = Mqtt(f"mqtt://127.0.0.1:{_free_port()}", told.append)
    assert wait_until(lambda: told)
    mqtt.deliver(live_frame(1, ["5"], changed=("5",)))
    began = time.monotonic()
    mqtt.close()
    assert time.monotonic() - began < 5
    assert "cannot be reached" in told[0]


@pytest.mark.slow
def test_a_password_comes_from_the_environment(program, tmp_path, monkeypatch):
    users = tmp_path / "users"
    subprocess.run([program("mosquitto_passwd"), "-b", "-c", users, "eva", "s3cret"], check=True, capture_output=True)
    users.chmod(0o644)
    broker = Broker(program("mosquitto"), tmp_path)
    broker.start(users)
    told = []
    refused = Mqtt(f"mqtt://eva@127.0.0.1:{broker.port}/x", told.append)
    assert wait_until(lambda: told)
    refused.close()
    assert "refuses" in told[0]
    monkeypatch.setenv(PASSWORD_VARIABLE, "s3cret")
    mqtt = Mqtt(f"mqtt://eva@127.0.0.1:{broker.port}/x", told.append)
    listener = Listener(broker.port, ("eva", "s3cret"))
    assert wait_until(lambda: listener.last("x/availability") == "online")
    mqtt.close()
    listener.close()
    broker.stop()


@pytest.mark.parametrize("url", ["http://host", "mqtt://", "broker"])
def test_what_is_no_broker_is_refused(url):
    with pytest.raises(OutputError, match="no MQTT address"):
        Mqtt(url, print)


@pytest.mark.parametrize("topic", ["a+", "desk/#", "desk#", "%23", "%00"])
def test_a_topic_that_nobody_may_publish_is_refused(topic):
    with pytest.raises(OutputError, match=r"has a topic with a \+, a # or a NUL"):
        Mqtt(f"mqtt://127.0.0.1:9/{topic}", print)


@pytest.mark.slow
def test_the_last_will_speaks_for_a_process_that_was_killed(broker, listener):
    command = [sys.executable, "-m", "digitedge", "camera", "--source", "demo", "--mqtt", f"{broker.url}/desk"]
    process = subprocess.Popen(command, env={**os.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert wait_until(lambda: listener.last("desk/availability") == "online", 30), process.stderr.read()
    assert wait_until(lambda: (listener.last("desk/state") or "").count("confidence"), 30)
    process.send_signal(signal.SIGKILL)
    process.wait(5)
    process.stderr.close()
    assert wait_until(lambda: listener.last("desk/availability") == "offline")
