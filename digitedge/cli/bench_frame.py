"""Wires the reader and the camera's parts into the benchmark of a frame; the benchmark itself knows neither."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.bench.report import PipelineTiming
from digitedge.bench.stages import StageClock, time_stages
from digitedge.errors import InputError
from digitedge.reading.page import Page
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier


def time_frame(model: Path, image: Path | None, seconds: float) -> PipelineTiming:
    """Time the stages of a frame on one thread: the picture ``image``, or a drawn scene."""
    import cv2

    reader = Reader(Classifier(model))
    frame_bgr = _read_bgr(image) if image else _drawn_scene_bgr()
    jpeg = cv2.imencode(".jpg", frame_bgr)[1]
    last_page: list[Page] = []

    def step() -> Mapping[str, float]:
        stages = StageClock()
        with stages.stage("grab"):
            grabbed = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
        with stages.stage("gray"):
            gray = cv2.cvtColor(grabbed, cv2.COLOR_BGR2GRAY)
        page = reader.read(gray)
        last_page[:] = [page]
        with stages.stage("encode"):
            cv2.imencode(".jpg", grabbed)
        return {"grab": stages.ms["grab"], "gray": stages.ms["gray"], **page.stage_ms, "encode": stages.ms["encode"]}

    times = time_stages(step, frames=50, seconds=seconds)
    page = last_page[0]
    return PipelineTiming(page.size_wh, len(page.digits), str(image) if image else "drawn scene", times)


def _read_bgr(image: Path) -> NDArray[np.uint8]:
    import cv2

    frame_bgr = cv2.imread(str(image), cv2.IMREAD_COLOR)
    if frame_bgr is None:
        raise InputError(f"{image}: cannot be read as a picture.", "Give a JPEG or PNG file.")
    return frame_bgr.astype(np.uint8)


def _drawn_scene_bgr() -> NDArray[np.uint8]:
    raise InputError("There is no drawn scene yet.", "Give a picture: --image FILE")
