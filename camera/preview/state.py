"""What the page and scripts are told about a frame: the camera's JSON line and what the model saw."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitedge.camera.lines import as_json
from digitedge.camera.live import LiveFrame
from digitedge.camera.preview.picture import patch_url
from digitedge.reading.page import Reading

TOP = 3


def frame_state(live: LiveFrame, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return what there is to know about one frame, ready for JSON.

    A line of ``digitedge camera --json`` (less the health, which may change without a frame), and beside it ``readings``: what
    the model saw in this very frame, each patch with its best three answers. What stands around may have made it another digit.

    Args:
        live: The frame.
        labels: Name of each of the model's outputs.
    """
    height, width = live.frame_bgr.shape[:2]
    readings = [_reading(reading, labels) for reading in live.page.digits]
    line = {key: value for key, value in as_json(live).items() if key != "health"}
    return line | {"size": [width, height], "readings": readings}


def _reading(reading: Reading, labels: tuple[str, ...]) -> dict[str, Any]:
    best = np.argsort(-reading.probabilities, kind="stable")[:TOP]
    return {
        "digit": reading.digit,
        "confidence": round(reading.confidence, 4),
        "box": list(reading.box_xywh),
        "patch": patch_url(reading.field),
        "top": [
            {
                "label": labels[index] if index < len(labels) else str(index),
                "probability": round(float(reading.probabilities[index]), 4),
            }
            for index in best
        ],
    }
