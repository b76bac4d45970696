"""Numbers on an MQTT broker, and announced to Home Assistant.

    BASE/availability   "online", or "offline" by the broker when we are gone (last will)        retained
    BASE/state          {"text", "numbers", "changed", "gone", "time"} whenever they change       retained
    BASE/health         {"word", "reconnects", "stalls", "fps"} whenever the word changes         retained
    homeassistant/sensor/NODE/{numbers,camera}/config    what Home Assistant needs to show both  retained

Topics and payloads follow Home Assistant's "MQTT discovery" and "MQTT sensor" documentation.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from digitedge import __version__
from digitedge.camera.live import Health, LiveFrame
from digitedge.camera.mjpeg import without_password
from digitedge.errors import MissingExtraError, OutputError

DISCOVERY_PREFIX = "homeassistant"
PASSWORD_VARIABLE = "DIGITEDGE_MQTT_PASSWORD"  # a password in the address would be seen in the process list
_GOODBYE_S = 2.0
_NOTHING_YET: dict[str, Any] = {"text": "", "numbers": [], "changed": [], "gone": [], "time": None}
_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Mqtt:
    """Publishes numbers and health; connects, and connects again, in paho's own thread.

    While the broker is away only the newest state is kept, and sent when it is back.
    """

    def __init__(self, url: str, tell: Callable[[str], None], node: str | None = None) -> None:
        """Begin to connect; a broker that is not there yet is no failure.

        Args:
            url: ``mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT][/BASE]``; BASE defaults to ``digitedge/NODE``.
            tell: Takes a sentence when the broker goes, once until it is back.
            node: Name of this camera in Home Assistant; default: from BASE, else this machine's.

        Raises:
            MissingExtraError: paho-mqtt is not installed.
            OutputError: The address is none.
        """
        try:
            from paho.mqtt import client as paho
        except ImportError as error:
            raise MissingExtraError("MQTT", "mqtt") from error
        parts, port, base = _address(url)
        self._node = re.sub(r"[^a-zA-Z0-9_-]+", "-", node or base or socket.gethostname())
        self.base = base or f"digitedge/{self._node}"
        self._where, self._tell = f"{parts.scheme}://{parts.hostname}", tell
        self._lock = threading.Lock()
        self._retained: dict[str, str] = {}  # the newest payload of each topic
        self._connected, self._told = False, False
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"digitedge-{self._node}-{os.getpid()}")
        password = unquote(parts.password) if parts.password else os.environ.get(PASSWORD_VARIABLE)
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), password)
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.will_set(f"{self.base}/availability", "offline", qos=1, retain=True)
        self._client.reconnect_delay_set(1, 30)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._retain(f"{self.base}/availability", "online")
        self._retain(f"{self.base}/state", json.dumps(_NOTHING_YET))
        for topic, payload in discovery(self._node, self.base).items():
            self._retain(topic, json.dumps(payload))
        self._word = ""
        self._client.connect_async(parts.hostname, port)
        self._client.loop_start()

    def deliver(self, live: LiveFrame) -> None:
        """Publish the numbers if they have changed."""
        if live.changed or live.gone:
            self._retain(f"{self.base}/state", json.dumps(state_of(live)))

    def tick(self, health: Health) -> None:
        """Publish the health if its word has changed."""
        if health.word != self._word:
            self._word = health.word
            self._retain(f"{self.base}/health", json.dumps(asdict(health)))

    def close(self) -> None:
        """Say goodbye, since the last will is only for those who cannot, and disconnect."""
        if self._connected:
            goodbye = self._client.publish(f"{self.base}/availability", "offline", qos=1, retain=True)
            with contextlib.suppress(RuntimeError, ValueError):  # the broker has gone in this moment
                goodbye.wait_for_publish(_GOODBYE_S)
        self._client.disconnect()
        self._client.loop_stop()

    def _retain(self, topic: str, payload: str) -> None:
        with self._lock:
            self._retained[topic] = payload
            if self._connected:
                self._client.publish(topic, payload, qos=1, retain=True)

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._tell_once(f"{self._where} refuses us ({reason}).")
            return
        with self._lock:
            self._connected, self._told = True, False
            for topic, payload in self._retained.items():
                self._client.publish(topic, payload, qos=1, retain=True)

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        with self._lock:
            self._connected = False
        if reason.is_failure:
            self._tell_once(f"{self._where} was lost ({reason}).")

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self._tell_once(f"{self._where} cannot be reached.")

    def _tell_once(self, sentence: str) -> None:
        if not self._told:
            self._tell(f"{sentence} Trying again until it is back.")
        self._told = True


def _address(url: str) -> tuple[SplitResult, int, str]:
    """Return the parts of the broker's address, its port, and the topic in it, maybe "". Raises OutputError."""
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname:
            port, base = parts.port or _PORTS[parts.scheme], unquote(parts.path).strip("/")
            if "#" in url or set(base) & set("+#\0"):  # wildcards are for who listens (MQTT 5, 4.7.1)
                raise OutputError(f"{without_password(url)!r} has a topic with a +, a # or a NUL.", "Leave these out.")
            return parts, port, base
    except ValueError:
        pass  # told below
    raise OutputError(
        f"{without_password(url)!r} is no MQTT address.", "Give --mqtt mqtt://HOST, or mqtts://USER@HOST:8883/TOPIC."
    )


def state_of(live: LiveFrame) -> dict[str, Any]:
    """Return the payload of BASE/state."""
    return {
        "text": " ".join(number.text for number in live.numbers),
        "numbers": [{"text": n.text, "confidence": round(n.confidence, 4)} for n in live.numbers],
        "changed": list(live.changed),
        "gone": list(live.gone),
        "time": round(live.time, 3),
    }


def discovery(node: str, base: str) -> dict[str, dict[str, Any]]:
    """Return Home Assistant's configuration: topic → payload, of a sensor for the numbers and one for the camera's health.

    The numbers are unavailable while the camera is down, so that nothing old is taken for what is there now.
    """
    ours = {"topic": f"{base}/availability"}
    camera = {"topic": f"{base}/health", "value_template": "{{ 'offline' if value_json.word == 'down' else 'online' }}"}
    shared = {
        "availability_mode": "all",
        "device": {"identifiers": [f"digitedge-{node}"], "name": f"digitedge {node}", "sw_version": __version__},
        "origin": {"name": "digitedge", "sw_version": __version__},
    }
    numbers = {
        "name": "Numbers",
        "unique_id": f"digitedge-{node}-numbers",
        "state_topic": f"{base}/state",
        "value_template": "{{ value_json.text[:255] }}",  # the longest state Home Assistant takes
        "json_attributes_topic": f"{base}/state",
        "icon": "mdi:numeric",
        "availability": [ours, camera],
    }
    health = {
        "name": "Camera",
        "unique_id": f"digitedge-{node}-camera",
        "state_topic": f"{base}/health",
        "value_template": "{{ value_json.word }}",
        "json_attributes_topic": f"{base}/health",
        "entity_category": "diagnostic",
        "icon": "mdi:camera",
        "availability": [ours],
    }
    prefix = f"{DISCOVERY_PREFIX}/sensor/{node}"
    return {f"{prefix}/numbers/config": {**numbers, **shared}, f"{prefix}/camera/config": {**health, **shared}}
