"""A live frame as a picture with boxes, steady digits and a status line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitedge.camera.live import LiveFrame
from digitedge.reading.annotate import draw_labels, draw_plate

_HEALTH_BGR = {"good": (60, 120, 20), "degraded": (30, 130, 240), "down": (40, 40, 200)}


def overlay(live: LiveFrame) -> NDArray[np.uint8]:
    """Return the frame, uint8 [H, W, 3], with the steady digits boxed and the numbers below."""
    drawn = live.frame_bgr.copy()
    draw_labels(drawn, ((d.box_xywh, str(d.digit), d.confidence) for d in live.digits if d.steady))
    text = "  ".join(number.text for number in live.numbers) or "-"
    scale = max(0.5, drawn.shape[0] / 800)
    status = f"{text}   {sum(live.stage_ms.values()):.1f} ms   {live.health}"
    draw_plate(drawn, status, (0, drawn.shape[0] - 1), _HEALTH_BGR.get(live.health, (0, 0, 0)), scale)
    return drawn
