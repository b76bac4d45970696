"""A picture being drawn: everything is laid out flat, projected once, and drawn where the camera sees it.

Layouts think in sheet coordinates: pixels of a flat sheet that fills the picture, origin upper left. The camera's view is a
homography from there to the picture. Paths are projected point by point and drawn in the picture itself, so ink stays crisp
and its box is exact whatever the view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.ink import add_grain, draw_path
from digitedge.scenes.truth import Box, Other, Scene, TrueDigit, TrueNumber

Color = tuple[float, float, float]
"""Blue, green, red in 0..255."""

Segment = tuple[tuple[float, float], tuple[float, float]]
"""Both ends of a straight line, sheet coordinates."""

_INK_FLOOR = 72  # coverage of 255 from which a pixel counts as ink


@dataclass(slots=True)
class Board:
    """The picture so far and its truth.

    Attributes:
        image_bgr: uint8 [H, W, 3], drawn upon in place.
        view: float64 [3, 3], sheet to picture.
        rng: Of everything drawn.
        digits: Truth so far.
        numbers: Truth so far.
        others: Truth so far.
    """

    image_bgr: NDArray[np.uint8]
    view: NDArray[np.float64]
    rng: np.random.Generator
    digits: list[TrueDigit] = field(default_factory=list)
    numbers: list[TrueNumber] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the picture (and of the sheet), pixels."""
        return self.image_bgr.shape[1], self.image_bgr.shape[0]

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sheet points (float64 [M, 2]) in the picture."""
        flat = points @ self.view[:, :2].T + self.view[:, 2]
        result: NDArray[np.float64] = flat[:, :2] / flat[:, 2:]
        return result

    def scale_at(self, x: float, y: float) -> float:
        """Return picture pixels for one sheet pixel around a sheet point (geometric mean of both directions)."""
        corners = self.project(np.array([[x, y], [x + 1, y], [x, y + 1]]))
        along, down = corners[1] - corners[0], corners[2] - corners[0]
        return float(np.sqrt(abs(along[0] * down[1] - along[1] * down[0])))

    def stroke(
        self,
        path: NDArray[np.float64],
        stroke_ends: Sequence[int],
        width: float,
        color: Color,
        opacity: float = 1.0,
        pressure: float = 0.0,
        grain: float = 0.0,
    ) -> Box | None:
        """Draw a pen's path.

        Args:
            path: float64 [M, 2], sheet coordinates.
            stroke_ends: Index one past the last point of each stroke.
            width: Of the stroke, sheet pixels.
            color: Of the ink.
            opacity: 0..1.
            pressure: Swing of the width, 0..1.
            grain: How much of the paper's tooth shows, 0..1.

        Returns:
            The tight box of the ink in the picture, or None if it does not lie wholly inside; nothing is drawn then.
        """
        path_px = self.project(path)
        middle = path.mean(axis=0)
        width_px = max(0.7, width * self.scale_at(middle[0], middle[1]))
        reach = width_px + 3
        low, high = path_px.min(axis=0) - reach, path_px.max(axis=0) + reach
        if low.min() < 0 or high[0] >= self.size_wh[0] or high[1] >= self.size_wh[1]:
            return None
        ink, (x, y) = draw_path(path_px, stroke_ends, width_px, pressure, self.rng)
        return self._blend(ink, x, y, color, opacity, grain)

    def stamp(self, ink: NDArray[np.uint8], corner_xy: tuple[float, float], height: float, color: Color, opacity: float = 1.0,
              grain: float = 0.0, lean: float = 0.0) -> Box | None:  # fmt: skip
        """Lay ready ink (uint8 [H, W]) on the sheet, ``height`` sheet pixels high, its upper left at ``corner_xy``.

        ``lean`` shears it to the right, in widths for a height. Returns the box like `stroke`.
        """
        rows, columns = ink.shape
        unit = height / rows
        place = np.array([[unit, -lean * unit, corner_xy[0] + lean * height], [0, unit, corner_xy[1]], [0, 0, 1]])
        whole = self.view @ place
        frame = np.array([[-1, -1, 1], [columns, -1, 1], [columns, rows, 1], [-1, rows, 1]], np.float64) @ whole.T
        frame = frame[:, :2] / frame[:, 2:]
        left, top = (int(value) for value in np.floor(frame.min(axis=0)) - 1)
        right, bottom = (int(value) for value in np.ceil(frame.max(axis=0)) + 2)
        if left < 0 or top < 0 or right > self.size_wh[0] or bottom > self.size_wh[1]:
            return None
        shifted = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64) @ whole
        seen = cv2.warpPerspective(ink, shifted, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
        return self._blend(np.asarray(seen, np.uint8), left, top, color, opacity, grain)

    def lines(self, segments: Sequence[Segment], width: float, color: Color, opacity: float = 1.0) -> None:
        """Draw straight lines of one kind in sheet coordinates (``width`` too); they may run out of the picture."""
        if not segments:
            return
        ends = self.project(np.array(segments, np.float64).reshape(-1, 2))
        scale = self.scale_at(self.size_wh[0] / 2, self.size_wh[1] / 2)
        wanted = width * scale
        thickness = max(1, round(wanted))
        strength = opacity * min(1.0, wanted / thickness)
        cover = np.zeros(self.image_bgr.shape[:2], np.uint8)
        for start, end in np.rint(ends * 16).astype(np.int64).reshape(-1, 2, 2):
            clipped = np.clip(np.stack([start, end]), -(1 << 20), 1 << 20).astype(int).tolist()
            cv2.line(cover, clipped[0], clipped[1], 255, thickness, cv2.LINE_AA, 4)
        self.cover(cover, color, strength)

    def cover(self, mask: NDArray[np.uint8], color: Color, opacity: float = 1.0) -> None:
        """Paint ``color`` over the whole picture where ``mask`` (uint8 [H, W] like the picture) is set."""
        x, y, width, height = cv2.boundingRect(mask)
        if width:
            self._blend(mask[y : y + height, x : x + width], x, y, color, opacity, 0.0)

    def _blend(self, ink: NDArray[np.uint8], x: int, y: int, color: Color, opacity: float, grain: float) -> Box | None:
        if ink.size == 0:
            return None
        if grain > 0.05:
            ink = add_grain(ink, grain, self.rng)
        height, width = ink.shape
        part = self.image_bgr[y : y + height, x : x + width]
        if part.size > 1 << 20:  # a whole picture: integers
            paint = np.full_like(part, 0)
            paint[:] = np.rint(color).astype(np.uint8)
            share = cv2.cvtColor(cv2.convertScaleAbs(ink, alpha=opacity), cv2.COLOR_GRAY2BGR)
            kept = cv2.multiply(part, cv2.bitwise_not(share), scale=1 / 255)
            part[:] = cv2.add(kept, cv2.multiply(paint, share, scale=1 / 255))
        else:
            alpha = (ink * np.float32(opacity / 255))[:, :, None]
            part[:] = (part + (np.array(color, np.float32) - part) * alpha + np.float32(0.5)).astype(np.uint8)
        left, top, box_width, box_height = cv2.boundingRect((ink >= _INK_FLOOR).astype(np.uint8))
        return None if box_width == 0 else (x + left, y + top, box_width, box_height)

    def finish(self, kind: str, image_bgr: NDArray[np.uint8]) -> Scene:
        """Return the scene with ``image_bgr`` as what the camera made of the picture."""
        return Scene(image_bgr, tuple(self.digits), tuple(self.numbers), tuple(self.others), kind)


def around(boxes: Sequence[Box]) -> Box:
    """Return the box around all ``boxes``.

    >>> around([(0, 0, 2, 2), (5, 1, 1, 4)])
    (0, 0, 6, 5)
    """
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
