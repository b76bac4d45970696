"""Things that lie in view and are no writing: cards, tools, toys, cups, cables, packets with print on them.

A thing is drawn flat on a square of its own, -1 to 1 both ways, from polygons, ellipses and lines; then it is shaded, turned,
laid on the page with its shadow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.optics import noise_tile

_SIDE = 256  # pixels of the square a thing is drawn on
_SHIFT = 4  # binary digits behind the point of OpenCV's drawing
_LETTERS = "ABCDEFGHKLMNPRTUVWXYabdefghknprt&%#*+-"  # none that is a digit, too

Color = tuple[float, float, float]


@dataclass(slots=True)
class Tile:
    """A thing being drawn.

    Attributes:
        rng: Of everything drawn.
        image_bgr: uint8 [s, s, 3].
        mask: uint8 [s, s], 255 where the thing is.
        colors: Its main colour, a darker, a lighter one, and one that stands out.
    """

    rng: np.random.Generator
    colors: tuple[Color, Color, Color, Color]
    image_bgr: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((_SIDE, _SIDE, 3), np.uint8))
    mask: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((_SIDE, _SIDE), np.uint8))

    @classmethod
    def random(cls, rng: np.random.Generator) -> Tile:
        """Return an empty one with colours that go together."""
        base = rng.uniform(15, 245, 3) if rng.random() < 0.35 else rng.uniform(15, 245) + rng.uniform(-25, 25, 3)
        other = np.array([0.0, 0.0, 255.0]) if rng.random() < 0.2 else rng.uniform(0, 255, 3)
        tones = (base, 0.35 * base, 0.5 * base + 125, other)
        return cls(rng, tuple(tuple(np.clip(tone, 4, 250).tolist()) for tone in tones))  # type: ignore[arg-type]

    def any_color(self) -> Color:
        """Return one of the colours."""
        return self.colors[int(self.rng.integers(4))]

    def polygon(self, points: NDArray[np.float64], color: Color) -> None:
        """Fill a polygon, float64 [M, 2]."""
        cv2.fillPoly(self.image_bgr, [_pixels(points)], color, cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(self.mask, [_pixels(points)], 255, cv2.LINE_AA, _SHIFT)

    def box(self, x: float, y: float, half_width: float, half_height: float, color: Color) -> None:
        """Fill a rectangle about (x, y)."""
        self.polygon(np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (half_width, half_height) + (x, y), color)

    def disk(self, x: float, y: float, radius: float, color: Color, flat: float = 1.0) -> None:
        """Fill an ellipse about (x, y), ``flat`` times as high as wide."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        self.polygon(np.stack([np.cos(turn), flat * np.sin(turn)], axis=1) * radius + (x, y), color)

    def line(self, points: NDArray[np.float64], width: float, color: Color) -> None:
        """Draw a line, float64 [M, 2]."""
        thick = max(1, round(width * _SIDE / 2))
        cv2.polylines(self.image_bgr, [_pixels(points)], False, color, thick, cv2.LINE_AA, _SHIFT)
        cv2.polylines(self.mask, [_pixels(points)], False, 255, thick, cv2.LINE_AA, _SHIFT)

    def print(self, x: float, y: float, height: float, color: Color, count: int) -> None:
        """Print a word of letters from (x, y) on, its foot."""
        word = "".join(self.rng.choice(list(_LETTERS), count))
        place = _pixels(np.array([[x, y]]))[0] >> _SHIFT
        thick = max(1, round(height * self.rng.uniform(4, 16)))
        cv2.putText(self.image_bgr, word, place.tolist(), 0, height * _SIDE / 44, color, thick, cv2.LINE_AA)


def draw_object(rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return some thing: uint8 [s, s, 3], black where it is not, and uint8 [s, s], 255 where it is.

    Where its edge covers a pixel in part, both are as much darker: colours are multiplied by what is covered
    (T. Porter, T. Duff 1984, "Compositing Digital Images").
    """
    tile = Tile.random(rng)
    _DRAWN[int(rng.integers(len(_DRAWN)))](tile)
    y, x = np.mgrid[-1 : 1 : _SIDE * 1j, -1 : 1 : _SIDE * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    shade = 1 + rng.uniform(0, 0.3) * (np.cos(angle) * x + np.sin(angle) * y)
    if rng.random() < 0.4:  # it shines
        center = rng.uniform(-0.6, 0.6, 2)
        shade += rng.uniform(0.2, 0.8) * np.exp(-((x - center[0]) ** 2 + (y - center[1]) ** 2) / rng.uniform(0.01, 0.2))
    grain = 1 + rng.choice([0.0, 0.2, 0.6]) * (noise_tile()[:_SIDE, :_SIDE, 0] / 128.0 - 1)
    # A word may have been printed beyond the edge.
    return np.clip(tile.image_bgr * (shade * grain)[:, :, None], 0, tile.mask[:, :, None]).astype(np.uint8), tile.mask


def _pixels(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint((points + 1) * (_SIDE / 2) * (1 << _SHIFT)).astype(np.int32)


def _card(tile: Tile) -> None:
    """A card, a sign, a packet: a rectangle with a mark or print on it."""
    rng, (_, _, light, bold) = tile.rng, tile.colors
    wide, high = 0.9, rng.uniform(0.4, 0.9)
    tile.box(0, 0, wide, high, light if rng.random() < 0.6 else tile.any_color())
    if rng.random() < 0.3:
        tile.box(0, rng.uniform(-0.6, 0.6) * high, wide, rng.uniform(0.1, 0.3) * high, tile.any_color())
    kind = int(rng.integers(6))
    if kind == 0:  # an arrow
        thick, tip = rng.uniform(0.08, 0.25), rng.uniform(0.3, 0.8) * high
        tile.box(-0.1, 0, 0.6, thick * high, bold)
        if rng.random() < 0.5:
            tile.polygon(np.array([[0.2, -tip], [0.8, 0], [0.2, tip]]), bold)
        else:
            tile.line(np.array([[0.3, -tip], [0.75, 0], [0.3, tip]]), 1.6 * thick * high, bold)
    elif kind == 1:  # bars, as of a code
        for place in np.sort(rng.uniform(-0.7, 0.7, int(rng.integers(4, 20)))):
            tile.box(float(place), 0.0, float(rng.uniform(0.01, 0.06)), 0.6 * high, tile.colors[1])
    elif kind == 2:  # a cross, a star
        spokes, start = int(rng.integers(2, 5)), rng.uniform(0, np.pi)
        for turn in start + np.pi * np.arange(spokes) / spokes:
            reach = np.array([np.cos(turn), np.sin(turn)]) * 0.7 * high
            tile.line(np.stack([-reach, reach]), rng.uniform(0.05, 0.2), bold)
    elif kind == 3:  # a round mark
        tile.disk(0, 0, 0.6 * high, bold)
        tile.disk(rng.uniform(-0.2, 0.2), 0, rng.uniform(0.2, 0.5) * high, tile.any_color())
    for row in np.linspace(-0.6, 0.7, int(rng.integers(1, 6))) if kind in (3, 4, 5) else ():
        size = rng.uniform(0.08, 0.25) * high
        tile.print(-0.75, float(row) * high, size, tile.any_color(), int(rng.integers(2, 9)))


def _round(tile: Tile) -> None:
    """A cup from above, a coin, a cap, a roll of tape: rings in rings."""
    radius, flat = 0.9, tile.rng.uniform(0.6, 1.0)
    if tile.rng.random() < 0.3:  # a handle
        tile.box(0.8, 0, 0.18, 0.12, tile.colors[0])
        radius = 0.7
    for color in [tile.colors[i] for i in tile.rng.permutation(4)[: int(tile.rng.integers(1, 5))]]:
        tile.disk(0, 0, radius, color, flat)
        radius *= tile.rng.uniform(0.5, 0.93)


def _device(tile: Tile) -> None:
    """A phone, a remote control, a calculator's keys, a battery, a socket: a box with buttons in rows."""
    rng, (base, dark, light, bold) = tile.rng, tile.colors
    wide = rng.uniform(0.25, 0.9)
    tile.box(0, 0, wide, 0.9, base)
    if rng.random() < 0.6:
        tile.box(0, rng.uniform(-0.3, 0.1), 0.85 * wide, rng.uniform(0.2, 0.6), dark if rng.random() < 0.6 else light)
    rows, columns = (int(count) for count in rng.integers(1, 5, 2))
    size, is_round = 0.4 * wide / columns, rng.random() < 0.6
    for y in np.linspace(0.1, 0.75, rows).tolist():
        for x in (np.linspace(-0.65, 0.65, columns) * wide).tolist():
            if is_round:
                tile.disk(x, y, size, bold)
            else:
                tile.box(x, y, size, 0.5 * size, bold)


def _toy(tile: Tile) -> None:
    """A car, a lorry, an animal on wheels: a body of some boxes on dark disks."""
    rng, (base, dark, light, _) = tile.rng, tile.colors
    top = rng.uniform(-0.8, -0.2)
    tile.polygon(np.array([[-0.9, 0.4], [-0.9, -0.1], [-0.5, top], [rng.uniform(0, 0.8), top], [0.9, 0.0], [0.9, 0.4]]), base)
    tile.box(rng.uniform(-0.3, 0.3), (top + 0.1) / 2, 0.2, 0.4 * abs(top), light if rng.random() < 0.5 else tile.any_color())
    size = rng.uniform(0.15, 0.35)
    for x in np.linspace(-0.6, 0.6, int(rng.integers(2, 4))):
        tile.disk(float(x), 0.45, size, dark)
        tile.disk(float(x), 0.45, 0.4 * size, light)


def _tool(tile: Tile) -> None:
    """A key, scissors, a spanner, glasses: rings and shanks."""
    rng, (base, dark, _, bold) = tile.rng, tile.colors
    turn, thick = np.linspace(0, 2 * np.pi, 40), rng.uniform(0.06, 0.2)
    ring = np.stack([np.cos(turn), rng.uniform(0.6, 1.2) * np.sin(turn)], axis=1) * rng.uniform(0.18, 0.32)
    pair = rng.random() < 0.5
    spread = rng.uniform(0.25, 0.5) if pair else 0.0
    for side in (-1, 1) if pair else (1,):
        tile.line(ring + np.array([side * spread, 0.6]), thick, bold)
        tip = np.array([-side * rng.uniform(-0.5, 0.5), -0.9])
        tile.line(np.array([[side * spread, 0.35], tip]), 1.3 * thick, base)
    for y in rng.uniform(-0.9, -0.4, 0 if pair else 4):
        tile.box(0.1, float(y), 0.12, 0.05, dark)


def _cable(tile: Tile) -> None:
    """A coiled cable, a rubber band, a string of beads: many turns of one line."""
    rng = tile.rng
    turn = np.linspace(0, 2 * np.pi * rng.uniform(2.5, 7), 240)
    radius = 0.8 * (1 + 0.2 * np.sin(rng.uniform(0.3, 0.9) * turn)) * np.linspace(rng.uniform(0.3, 1), 1, 240) / 1.2
    path = np.stack([np.cos(turn), rng.uniform(0.5, 1) * np.sin(turn)], axis=1) * radius[:, None]
    path += np.linspace((0, 0), rng.uniform(-0.15, 0.15, 2), 240)
    tile.line(path, rng.uniform(0.03, 0.1), tile.any_color())
    x, y = path[-1].tolist()
    tile.box(x, y, float(rng.uniform(0.06, 0.14)), float(rng.uniform(0.06, 0.14)), tile.colors[1])


def _leaf(tile: Tile) -> None:
    """Leaves on a stalk, feathers, fingers of a glove."""
    rng = tile.rng
    root = rng.uniform(-0.3, 0.3, 2)
    for turn in rng.uniform(0, 2 * np.pi) + np.cumsum(rng.uniform(0.3, 1.0, int(rng.integers(1, 7)))):
        along = np.array([np.cos(turn), np.sin(turn)]) * rng.uniform(0.3, 0.65)
        across = np.array([-along[1], along[0]]) * rng.uniform(0.15, 0.5)
        step = np.linspace(0, np.pi, 20)[:, None]
        edge = root + along * (1 - np.cos(step)) / 2
        tile.polygon(np.concatenate([edge + across * np.sin(step), (edge - across * np.sin(step))[::-1]]), tile.any_color())
        tile.line(np.stack([root, root + along]), 0.03, tile.colors[1])


def _bricks(tile: Tile) -> None:
    """Bricks, a crumpled paper, a gem: neighbouring faces of different light."""
    rng = tile.rng
    corners = rng.uniform(-0.9, 0.9, (int(rng.integers(5, 16)), 2))
    divided = cv2.Subdiv2D((-2, -2, 4, 4))
    for corner in corners:
        divided.insert((float(corner[0]), float(corner[1])))
    for triangle in np.asarray(divided.getTriangleList()).reshape(-1, 3, 2):
        if np.abs(triangle).max() <= 1:  # the others reach to what surrounds all
            tone = rng.uniform(0.5, 1.2)
            tile.polygon(triangle.astype(np.float64), tuple(min(250.0, tone * part) for part in tile.colors[0]))  # type: ignore[arg-type]


def _pen(tile: Tile) -> None:
    """A felt pen, a pencil, a screw, a brush: a bar of some lengths with a tip."""
    rng, (base, dark, light, bold) = tile.rng, tile.colors
    thick = rng.uniform(0.05, 0.2)
    edges = np.sort(rng.uniform(-0.9, 0.7, 3))
    for left, right, color in zip((-0.95, *edges), (*edges, 0.75), (bold, base, light, base), strict=True):
        tile.box((left + right) / 2, 0, (right - left) / 2, thick, color)
    tile.polygon(np.array([[0.75, -thick], [0.98, 0], [0.75, thick]]), dark)
    if rng.random() < 0.5:  # a clip
        tile.box(-0.6, -0.4 * thick, 0.3, 0.25 * thick, dark)


_DRAWN: tuple[Callable[[Tile], None], ...] = (_card, _card, _round, _device, _toy, _tool, _cable, _leaf, _bricks, _pen)
