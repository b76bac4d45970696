"""What a model does with hands, pens and strange signs made for the purpose: a table for its card.

Everything here is drawn with seeds and, for the strange signs, in kinds that no training draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.patch import to_inputs
from digitedge.scenes.digit_styles import DIGITS
from digitedge.scenes.glyphs import Patch, finish
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen, draw_path
from digitedge.scenes.strokes import Template

_SEED = 4_000
_SCRIPT_FONTS = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
_SCRIPT_LETTERS = "ABCDEFGHKLMNPQRTUVWXYadefhkmnprtuwxy"
_SMALLEST = 1e-30  # keeps the logarithm finite; float32 goes below


class Model(Protocol):
    """What answers for fields: a Keras model or a .tflite file."""

    def probabilities(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 [N, outputs] for uint8 [N, side, side]."""


@dataclass(frozen=True, slots=True)
class OpenSet:
    """How well digits are told from what is none.

    Attributes:
        auroc: Chance that a digit scores above a non-digit, over all kinds; 0.5 is guessing.
        auroc_by_kind: The same for each kind.
        taken_for_digits: Share of all non-digits for which a digit wins.
        reject_wins: Share of the digits for which reject wins.
    """

    auroc: float
    auroc_by_kind: dict[str, float]
    taken_for_digits: float
    reject_wins: float


def trait_accuracies(model: Model, count: int = 500) -> dict[str, float]:
    """Return the share of rightly read digits for each trait of hand or pen, ``count`` drawn digits each."""
    accuracies = {}
    for number, (name, draw) in enumerate(_TRAITS.items()):
        rng = np.random.default_rng((_SEED, number))
        patches, labels = zip(*(draw(rng) for _ in range(count)), strict=True)
        read = model.probabilities(to_inputs(patches))[:, :10].argmax(axis=1)
        accuracies[name] = float((read == np.array(labels)).mean())
    return accuracies


def open_set(model: Model, digit_fields: NDArray[np.uint8], count: int = 300) -> OpenSet:
    """Return how well a model with a reject output tells digits from kinds of signs that it was never shown.

    Args:
        model: With eleven outputs, reject last.
        digit_fields: uint8 [N, 28, 28], true digits, such as a test split.
        count: Non-digits of each kind.

    Raises:
        ValueError: The model has no reject output.
    """
    probabilities = model.probabilities(digit_fields)
    if probabilities.shape[1] < 11:
        raise ValueError(f"model must have a reject output, got {probabilities.shape[1]} outputs")
    digits = _margin(probabilities)
    margins = {}
    for number, (kind, draw) in enumerate(_STRANGE.items()):
        rng = np.random.default_rng((_SEED, 100 + number))
        margins[kind] = _margin(model.probabilities(to_inputs([draw(rng) for _ in range(count)])))
    others = np.concatenate(list(margins.values()))
    return OpenSet(
        auroc=auroc(digits, others),
        auroc_by_kind={kind: auroc(digits, margin) for kind, margin in margins.items()},
        taken_for_digits=float((others > 0).mean()),
        reject_wins=float((digits < 0).mean()),
    )


def auroc(positives: NDArray[np.floating], negatives: NDArray[np.floating]) -> float:
    """Return the chance that a positive scores above a negative, ties counted half (the Mann-Whitney statistic).

    >>> auroc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left")
    not_above = np.searchsorted(ordered, positives, "right")
    return float((below + not_above).mean() / 2 / len(negatives))


def strange_signs(count: int, seed: int) -> dict[str, list[Patch]]:
    """Return ``count`` patches of each kind of `open_set`'s non-digits: to look at, never to train on."""
    rng = np.random.default_rng(seed)
    return {kind: [draw(rng) for _ in range(count)] for kind, draw in _STRANGE.items()}


def _margin(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the logarithm of best digit over reject: above 0 a digit wins."""
    logs = np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST))
    return np.asarray(logs[:, :10].max(axis=1) - logs[:, 10:].max(axis=1), np.float64)


def _written(template: Template, pen: Pen, rng: np.random.Generator) -> Patch:
    height_px = rng.uniform(28, 80)
    path_px = Hand.random(rng).trace(template, rng) * height_px
    ink, _ = draw_path(path_px, template.stroke_ends, max(1.2, pen.width * height_px), pen.pressure, rng)
    return finish(ink, pen, rng)


def _any_digit(pen: Callable[[np.random.Generator], Pen]) -> Callable[[np.random.Generator], tuple[Patch, int]]:
    def draw(rng: np.random.Generator) -> tuple[Patch, int]:
        digit = int(rng.integers(10))
        common = [template for template in DIGITS[digit] if template.weight >= 1]
        return _written(common[int(rng.integers(len(common)))], pen(rng), rng), digit

    return draw


def _in_style(digit: int, styles: Sequence[str]) -> Callable[[np.random.Generator], tuple[Patch, int]]:
    chosen = [template for template in DIGITS[digit] if template.style in styles]

    def draw(rng: np.random.Generator) -> tuple[Patch, int]:
        return _written(chosen[int(rng.integers(len(chosen)))], Pen.random(rng), rng), digit

    return draw


_TRAITS: dict[str, Callable[[np.random.Generator], tuple[Patch, int]]] = {
    "thin pencil": _any_digit(lambda rng: Pen("pencil", rng.uniform(0.025, 0.04), 0.3, rng.uniform(0.2, 0.5), 0.8)),
    "faint pencil": _any_digit(lambda rng: Pen("pencil", rng.uniform(0.03, 0.06), 0.3, 0.3, rng.uniform(0.3, 0.45))),
    "thick felt": _any_digit(lambda rng: Pen("felt", rng.uniform(0.17, 0.22), 0.1, 0.05, 1.0)),
    "chalk": _any_digit(lambda rng: Pen.random(rng, "chalk")),
    "crossed 7": _in_style(7, ("crossed", "serif-crossed")),
    "footed 1": _in_style(1, ("foot", "hook-foot")),
    "1 with long upstroke": _in_style(1, ("long-upstroke",)),
    "open 4": _in_style(4, ("open", "tall-open")),
    "slashed 0": _in_style(0, ("slashed",)),
}


def _canvas(rng: np.random.Generator) -> tuple[NDArray[np.uint8], int]:
    return np.zeros((96, 96), np.uint8), int(rng.integers(3, 9))


def _inked(canvas: NDArray[np.uint8], rng: np.random.Generator) -> Patch:
    return finish(canvas, Pen.random(rng, "ball"), rng)


def _script_letter(rng: np.random.Generator) -> Patch:
    canvas, width = _canvas(rng)
    letter = _SCRIPT_LETTERS[int(rng.integers(len(_SCRIPT_LETTERS)))]
    cv2.putText(canvas, letter, (20, 68), _SCRIPT_FONTS[int(rng.integers(2))], 2.2, 255, max(2, width // 2), cv2.LINE_AA)
    return _inked(canvas, rng)


def _strange_script(rng: np.random.Generator) -> Patch:
    """Four to seven short strokes in all directions, as a script that one cannot read."""
    canvas, width = _canvas(rng)
    for _ in range(int(rng.integers(4, 8))):
        start, angle, length = rng.uniform(20, 76, 2), rng.uniform(0, np.pi), rng.uniform(20, 50)
        reach = length * np.array([np.cos(angle), np.sin(angle)])
        bend = rng.normal(0, 8, 2)
        points = np.array([start - reach / 2, start + bend, start + reach / 2]).round().astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, width, cv2.LINE_AA)
    return _inked(canvas, rng)


def _bars(rng: np.random.Generator) -> Patch:
    canvas, _ = _canvas(rng)
    x = 10
    while x < 84:
        width = int(rng.integers(2, 8))
        cv2.rectangle(canvas, (x, 20), (x + width, 76), 255, -1)
        x += width + int(rng.integers(4, 12))
    return _inked(canvas, rng)


def _star(rng: np.random.Generator) -> Patch:
    """Four to seven rays from one point."""
    canvas, width = _canvas(rng)
    rays = int(rng.integers(4, 8))
    for angle in rng.uniform(0, np.pi) + 2 * np.pi * np.arange(rays) / rays:
        end = (round(48 + 34 * np.cos(angle)), round(48 + 34 * np.sin(angle)))
        cv2.line(canvas, (48, 48), end, 255, width, cv2.LINE_AA)
    return _inked(canvas, rng)


def _hatching(rng: np.random.Generator) -> Patch:
    canvas, width = _canvas(rng)
    step, lean = int(rng.integers(10, 18)), int(rng.integers(-30, 31))
    for x in range(16, 84, step):
        cv2.line(canvas, (x, 20), (x + lean, 76), 255, width // 2 + 1, cv2.LINE_AA)
        cv2.line(canvas, (12, x), (84, x - lean // 3), 255, width // 2 + 1, cv2.LINE_AA)
    return _inked(canvas, rng)


def _polygon(rng: np.random.Generator) -> Patch:
    """A filled or empty polygon with five to nine corners, alternately near and far."""
    canvas, width = _canvas(rng)
    corners = int(rng.integers(5, 10))
    angles = rng.uniform(0, np.pi) + 2 * np.pi * np.arange(corners) / corners
    radii = np.where(np.arange(corners) % 2, rng.uniform(10, 18), rng.uniform(30, 38))
    points = (48 + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)).round().astype(np.int32)
    if rng.random() < 0.5:
        cv2.fillPoly(canvas, [points], 255, cv2.LINE_AA)
    else:
        cv2.polylines(canvas, [points], True, 255, width, cv2.LINE_AA)
    return _inked(canvas, rng)


_STRANGE: dict[str, Callable[[np.random.Generator], Patch]] = {
    "script letters": _script_letter,
    "strange script": _strange_script,
    "bars": _bars,
    "rays": _star,
    "hatching": _hatching,
    "polygons": _polygon,
}
