"""A window on the machine's own display."""

from __future__ import annotations

import os

import cv2

from digitedge.camera.live import Controls, Health, LiveFrame
from digitedge.camera.overlay import overlay
from digitedge.errors import OutputError

_TITLE = "digitedge - q ends"


def has_display() -> bool:
    """Return whether a window could be shown."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Window:
    """Shows every frame that was read; q, Escape or closing the window ends the run. Lives in the main thread."""

    def __init__(self, controls: Controls) -> None:
        """Open it. Raises OutputError without a display."""
        if not has_display():
            raise OutputError("There is no display for --window.", "Look at the page instead: digitedge camera --serve 8080")
        self._controls = controls
        self._is_sized = False
        try:
            cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        except cv2.error as error:
            raise OutputError("This OpenCV has no windows.", "Look at the page instead: --serve 8080") from error

    def deliver(self, live: LiveFrame) -> None:
        """Show the frame and look at the keyboard."""
        if not self._is_sized:
            cv2.resizeWindow(_TITLE, live.frame_bgr.shape[1], live.frame_bgr.shape[0])
            self._is_sized = True
        cv2.imshow(_TITLE, overlay(live))
        self._look_at_keys()

    def tick(self, health: Health) -> None:
        """Keep the window alive while no frame comes."""
        self._look_at_keys()

    def close(self) -> None:
        """Close it."""
        cv2.destroyAllWindows()

    def _look_at_keys(self) -> None:
        key = cv2.waitKey(1) & 0xFF
        if key in (ord("q"), 27) or cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1:
            self._controls.stop = True
