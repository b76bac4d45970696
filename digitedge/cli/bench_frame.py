"""Wires the reader's and the camera's parts into the benchmark of a frame; the benchmark itself knows neither."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.bench.report import PipelineTiming
from digitedge.bench.stages import StageClock, time_stages
from digitedge.camera.announce import steady_numbers
from digitedge.camera.jpeg import decode_jpeg
from digitedge.camera.live import LiveFrame
from digitedge.camera.overlay import overlay
from digitedge.camera.preview.picture import encode_jpeg
from digitedge.camera.source import frame_of_bgr
from digitedge.camera.tracks import Tracks
from digitedge.errors import InputError
from digitedge.reading.page import Page
from digitedge.reading.picture import load_picture
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.fixed import fixed_scene

_FRAMES = 20  # at least; a photo of 12 megapixels takes long
_FRAME_S = 1 / 30


class Frames:
    """The same picture again and again, as the live loop sees it from a camera that sends JPEGs."""

    def __init__(self, reader: Reader, frame_bgr: NDArray[np.uint8]) -> None:
        self.last_page: Page | None = None
        self._reader = reader
        self._tracks = Tracks()
        self._jpeg = encode_jpeg(frame_bgr)
        self._number = 0

    def step(self) -> Mapping[str, float]:
        """Work on one frame and return the milliseconds of its stages."""
        stages = StageClock()
        self._number += 1
        with stages.stage("grab"):
            bgr = decode_jpeg(self._jpeg)
        if bgr is None:
            raise InputError("The picture does not survive being coded as JPEG.", "Give another --image.")
        with stages.stage("gray"):
            frame = frame_of_bgr(bgr, self._number * _FRAME_S)
        trace = self._reader.trace(frame.gray)
        page, quantise_ms = trace.page, self._quantise_ms(trace.fields)
        for name, ms in page.stage_ms.items():
            if name == "invoke":
                stages.add("quantise", quantise_ms)
                ms -= quantise_ms
            stages.add(name, ms)
        with stages.stage("track"):
            digits, numbers = steady_numbers(self._tracks.update(page.digits, frame.gray, frame.time))
        live = LiveFrame(self._number, frame.time, frame.bgr, page, digits, numbers, (), stages.ms, "good")
        with stages.stage("draw"):
            drawn = overlay(live)
        with stages.stage("encode"):
            encode_jpeg(drawn)
        self.last_page = page
        return stages.ms

    def _quantise_ms(self, fields: NDArray[np.uint8]) -> float:
        """Do again what the classifier does before it invokes: the reader's stage holds both."""
        start = time.perf_counter_ns()
        self._reader.classifier.quantise(fields)
        return (time.perf_counter_ns() - start) / 1e6


def time_frame(model: Path, image: Path | None, seconds: float) -> PipelineTiming:
    """Time the stages of a frame on one thread: of the picture ``image``, or of a drawn scene.

    OpenCV's own threads are held to one meanwhile, as the reader's are.
    """
    import cv2

    frames = Frames(Reader(Classifier(model)), load_picture(image).bgr if image else fixed_scene().image_bgr)
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        times = time_stages(frames.step, _FRAMES, seconds)
    finally:
        cv2.setNumThreads(before)
    page = frames.last_page
    size_wh, digits = ((0, 0), 0) if page is None else (page.size_wh, len(page.digits))
    return PipelineTiming(size_wh, digits, str(image) if image else "fixed scene", times)
