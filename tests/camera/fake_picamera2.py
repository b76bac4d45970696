"""What picamera2 offers of what we use, and what it insists on: the order of calls, the lent request, the padded rows.

Written after picamera2's manual ("The Picamera2 Library", chapters 3 to 6) and its source: configure before start;
requests are released by whoever took them, and only ``buffer_count`` exist; YUV420 arrays are [height · 3/2, stride];
TimeoutError after ``wait`` seconds.
"""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np


class Request:
    """A completed request; its buffer is lent until `release`."""

    def __init__(self, camera: Picamera2, picture_bgr: np.ndarray) -> None:
        self._camera, self._picture, self._released = camera, picture_bgr, False

    def make_array(self, name: str) -> np.ndarray:
        if self._released:
            raise RuntimeError("request used after release")
        stream = self._camera.configuration[name]
        if stream["format"] != "YUV420":
            raise RuntimeError(f"no such format here: {stream['format']}")
        width, height = stream["size"]
        yuv = cv2.cvtColor(cv2.resize(self._picture, (width, height)), cv2.COLOR_BGR2YUV_I420)
        stride = stream["stride"]
        padded = np.full((height * 3 // 2, stride), 77, np.uint8)
        padded[:height, :width] = yuv[:height]
        chroma = yuv[height:].reshape(2, height // 2, width // 2)
        planes = padded[height:].reshape(2, height // 2, stride // 2)
        planes[:, :, : width // 2] = chroma
        return padded

    def release(self) -> None:
        if self._released:
            raise RuntimeError("request released twice")
        self._released = True
        self._camera.calls.append("release")
        self._camera.lent -= 1


class Picamera2:
    """A camera; tests set what it sees and how it fails on the class."""

    cameras: ClassVar[list[dict[str, object]]] = []
    pictures: ClassVar[list[np.ndarray]] = []
    busy = False
    silent_after: int | None = None
    made: ClassVar[list[Picamera2]] = []

    def __init__(self, camera_num: int = 0) -> None:
        if camera_num >= len(self.cameras):
            raise IndexError("list index out of range")
        if self.busy:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        self.calls: list[str] = ["init"]
        self.configuration: dict[str, dict[str, object]] = {}
        self.lent = 0
        self._state, self._count = "open", 0
        Picamera2.made.append(self)

    @staticmethod
    def global_camera_info() -> list[dict[str, object]]:
        return Picamera2.cameras

    def create_video_configuration(self, main, lores=None, raw=None, buffer_count=6, controls=None, **_):
        self.calls.append("create_video_configuration")
        if lores and (lores["size"][0] > main["size"][0] or lores["size"][1] > main["size"][1]):
            raise RuntimeError("lores stream dimensions may not exceed main stream")
        if "FrameDurationLimits" not in (controls or {}):
            raise RuntimeError("these tests want a frame rate")
        return {"main": dict(main), "lores": dict(lores), "buffer_count": buffer_count, "controls": controls}

    def configure(self, configuration) -> None:
        if self._state != "open":
            raise RuntimeError("Camera must be stopped before configuring")
        self.calls.append("configure")
        for name in ("main", "lores"):
            width, height = configuration[name]["size"]
            configuration[name]["size"] = (width - width % 2, height - height % 2)
            configuration[name]["stride"] = -(-width // 64) * 64
        self.configuration = configuration
        self._state = "configured"

    def camera_configuration(self):
        return self.configuration

    def start(self) -> None:
        if self._state != "configured":
            raise RuntimeError("Camera has not been configured")
        self.calls.append("start")
        self._state = "started"

    def capture_request(self, wait=None, signal_function=None, flush=None) -> Request:
        if self._state != "started":
            raise RuntimeError("Camera is not started")
        if self.lent >= int(self.configuration["buffer_count"]):  # type: ignore[call-overload]
            raise RuntimeError("all requests are lent and none was released")
        if self.silent_after is not None and self._count >= self.silent_after:
            raise TimeoutError
        self.calls.append("capture_request")
        self.lent += 1
        self._count += 1
        return Request(self, self.pictures[(self._count - 1) % len(self.pictures)])

    def stop(self) -> None:
        self.calls.append("stop")
        self._state = "open"

    def close(self) -> None:
        if self._state == "started":
            raise RuntimeError("closed while running")
        self.calls.append("close")
        self._state = "closed"
