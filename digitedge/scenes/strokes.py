"""Stroke templates: a glyph as the path a pen takes.

A template is written as text, because that is how one thinks of handwriting: the points a pen passes, ``x,y`` in hundredths of
the glyph's height with y downwards, one stroke after the other, strokes separated by ``;``. A curve goes smoothly through the
points (Catmull-Rom); ``!`` after a point makes it a corner::

    "3,4 58,2! 22,100 ; 16,50 54,46"        3,4 ────── 58,2
                                                     ╱
    a seven with a cross bar                   ──── ╱ ──
                                                  ╱
                                               22,100

A Catmull-Rom curve is linear in its control points, so the whole glyph is one matrix product: ``path = basis @ controls``.
Two matrices are kept, one that turns sharply at the corners and one that rounds them; a hand is somewhere between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SAMPLES_PER_UNIT = 16  # path points on a length of one glyph height
_MIN_SAMPLES = 2


@dataclass(frozen=True, slots=True)
class Template:
    """One way of writing one glyph.

    Attributes:
        label: The character, or the name of what it shows.
        style: What tells it from other ways of writing the same, "crossed".
        weight: How common it is beside the other styles of its label.
        controls: float64 [K, 2], x and y in glyph heights, y down; strokes one after the other.
        starts: True in [K] where a stroke begins.
        sharp: float64 [M, K]: path with corners.
        round: float64 [M, K]: path with rounded corners.
        stroke_ends: Index one past the last path point of each stroke.
    """

    label: str
    style: str
    weight: float
    controls: NDArray[np.float64]
    starts: NDArray[np.bool_]
    sharp: NDArray[np.float64]
    round: NDArray[np.float64]
    stroke_ends: tuple[int, ...]


def parse_template(label: str, path: str, style: str = "plain", weight: float = 1.0) -> Template:
    """Return the template that ``path`` describes (see the module's head).

    Raises:
        ValueError: A stroke has fewer than two points.

    >>> seven = parse_template("7", "3,4 58,2! 22,100 ; 16,50 54,46", "crossed")
    >>> len(seven.stroke_ends), seven.controls.shape
    (2, (5, 2))
    """
    strokes = [stroke.split() for stroke in path.split(";")]
    if any(len(stroke) < 2 for stroke in strokes):
        raise ValueError(f"path of {label!r}: each stroke needs two points or more, got {path!r}")
    controls: list[tuple[float, float]] = []
    starts: list[bool] = []
    blocks: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for stroke in strokes:
        corners = [token.endswith("!") for token in stroke]
        points = [tuple(float(value) / 100 for value in token.rstrip("!").split(",")) for token in stroke]
        controls += [(x, y) for x, y in points]
        starts += [position == 0 for position in range(len(points))]
        counts = _sample_counts(np.array(points))
        blocks.append((_basis(counts, corners), _basis(counts, [False] * len(corners))))
    ends = np.cumsum([block.shape[0] for block, _ in blocks])
    return Template(
        label,
        style,
        weight,
        np.array(controls),
        np.array(starts),
        _block_diagonal([sharp for sharp, _ in blocks]),
        _block_diagonal([rounded for _, rounded in blocks]),
        tuple(int(end) for end in ends),
    )


def parse_templates(paths: Mapping[str, Sequence[str]]) -> dict[str, tuple[Template, ...]]:
    """Return the templates of each label's paths, all as common as each other; a style is named by its number."""
    return {
        label: tuple(parse_template(label, path, f"{label}{number}") for number, path in enumerate(of_label))
        for label, of_label in paths.items()
    }


def _sample_counts(points: NDArray[np.float64]) -> list[int]:
    lengths = np.hypot(*(points[1:] - points[:-1]).T)
    return [max(_MIN_SAMPLES, int(np.ceil(length * _SAMPLES_PER_UNIT))) for length in lengths]


def _basis(counts: list[int], corners: list[bool]) -> NDArray[np.float64]:
    """Return [M, K]: weights of K control points for the M points of one stroke's path.

    Uniform Catmull-Rom: with u in [0, 1] between P1 and P2 and neighbours P0, P3,
    ``p = P1 + u/2 (P2 - P0) + u²/2 (2 P0 - 5 P1 + 4 P2 - P3) + u³/2 (3 P1 - P0 - 3 P2 + P3)``;
    at an end or a corner the neighbour beyond is the point itself.
    """
    total = len(corners)
    rows = []
    for segment, count in enumerate(counts):
        first, second = segment, segment + 1
        before = first if segment == 0 or corners[first] else first - 1
        after = second if second == total - 1 or corners[second] else second + 1
        for u in np.arange(count) / count:
            rows.append(_catmull_rom(float(u), (before, first, second, after), total))
    rows.append(_catmull_rom(1.0, (total - 1,) * 4, total))
    return np.array(rows)


def _catmull_rom(u: float, points: tuple[int, int, int, int], total: int) -> NDArray[np.float64]:
    row = np.zeros(total)
    weights = (
        -0.5 * u + u * u - 0.5 * u**3,
        1 - 2.5 * u * u + 1.5 * u**3,
        0.5 * u + 2 * u * u - 1.5 * u**3,
        -0.5 * u * u + 0.5 * u**3,
    )
    for point, weight in zip(points, weights, strict=True):
        row[point] += weight
    return row


def _block_diagonal(blocks: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    rows, columns = (sum(block.shape[axis] for block in blocks) for axis in (0, 1))
    whole = np.zeros((rows, columns))
    row = column = 0
    for block in blocks:
        whole[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return whole
