"""What the page and scripts are told about a frame: the camera's JSON line and what the model saw."""

from __future__ import annotations

from typing import Any

import numpy as np

from digitedge.camera.live import LiveFrame
from digitedge.camera.preview.picture import patch_url
from digitedge.reading.page import Reading

TOP = 3


def frame_state(live: LiveFrame, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return what there is to know about one frame, ready for JSON.

    ``frame``, ``time``, ``digits``, ``numbers`` and ``ms`` are those of a line of ``digitedge camera --json``; ``readings`` is
    what the model saw in this very frame: its patch and its best three answers.

    Args:
        live: The frame.
        labels: Name of each of the model's outputs.
    """
    height, width = live.frame_bgr.shape[:2]
    return {
        "frame": live.frame,
        "time": live.time,
        "size": [width, height],
        "digits": [
            {
                "id": digit.id,
                "digit": digit.digit,
                "confidence": round(digit.confidence, 4),
                "box": list(digit.box_xywh),
            }
            for digit in live.digits
        ],
        "numbers": [
            {"text": number.text, "confidence": round(number.confidence, 4), "box": list(number.box_xywh)}
            for number in live.numbers
        ],
        "changed": list(live.changed),
        "ms": {stage: round(ms, 3) for stage, ms in live.stage_ms.items()},
        "advice": live.page.advice,
        "readings": [_reading(reading, labels) for reading in live.page.digits],
    }


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
