"""Draws a report as a picture: a histogram for each model, a bar for each stage of a frame.

Pillow draws it, which the board has, so that the plot needs no workstation. Its font has neither the micro nor the times sign.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from digitedge.bench.labels import file_labels, threads_label

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

_SCALE = 2  # drawn twice as large and shrunk: smooth edges
_WIDTH, _MARGIN, _LABEL = 900, 24, 190
_HISTOGRAM, _BAR = 120, 22
_INK, _MUTED, _FILL, _ACCENT, _PAPER = "#1f2933", "#697586", "#4c78a8", "#d1495b", "#ffffff"


def plot_report(report: dict[str, Any]) -> bytes:
    """Return a PNG of a report of one machine."""
    from PIL import Image, ImageDraw

    models, stages = report["models"], (report["pipeline"] or {}).get("stages_ms", {})
    height = _MARGIN * 2 + 34 + len(models) * (_HISTOGRAM + 52) + (70 + len(stages) * _BAR if stages else 0)
    image = Image.new("RGB", (_WIDTH * _SCALE, height * _SCALE), _PAPER)
    canvas = _Canvas(ImageDraw.Draw(image))
    board = report["board"]
    canvas.text((_MARGIN, _MARGIN), f"digitedge bench · {board['model'] or board['soc'] or board['machine']}", 18)
    top = _MARGIN + 40
    # One scale for all, so that the histograms can be compared by eye.
    low = min(model["histogram_us"]["edges"][0] for model in models)
    high = max(model["latency_us"]["p99"] for model in models) * 1.05
    labels = file_labels(model["file"] for model in models)
    for model in models:
        _histogram(canvas, model, labels[model["file"]], top, (low, high))
        top += _HISTOGRAM + 52
    if stages:
        _stages(canvas, report["pipeline"], top)
    png = io.BytesIO()
    image.resize((_WIDTH, height), Image.Resampling.LANCZOS).save(png, "PNG")
    return png.getvalue()


class _Canvas:
    """Draws in pixels of the finished picture."""

    def __init__(self, draw: ImageDraw) -> None:
        self._draw = draw

    def text(self, at_xy: tuple[float, float], words: str, size: int = 13, color: str = _INK, anchor: str = "la") -> None:
        self._draw.text((at_xy[0] * _SCALE, at_xy[1] * _SCALE), words, color, _font(size * _SCALE), anchor)

    def box(self, box_ltrb: tuple[float, float, float, float], color: str) -> None:
        left, top, right, bottom = _scaled(box_ltrb)
        self._draw.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), color)

    def line(self, ends: tuple[float, float, float, float], color: str, width: float = 1) -> None:
        self._draw.line(_scaled(ends), color, round(width * _SCALE))


def _histogram(canvas: _Canvas, model: dict[str, Any], label: str, top: float, range_us: tuple[float, float]) -> None:
    low, high = range_us
    left, right, bottom = _MARGIN, _WIDTH - _MARGIN, top + 22 + _HISTOGRAM

    def x_of(microseconds: float) -> float:
        return left + (min(microseconds, high) - low) / (high - low) * (right - left)

    canvas.text((left, top), f"{label} · {model['quantize']} · {threads_label(model['threads'])}", 13)
    canvas.text((right, top), f"{model['runs']} runs", 12, _MUTED, "ra")
    counts, edges = model["histogram_us"]["counts"], model["histogram_us"]["edges"]
    tallest = max(*counts, 1)
    for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
        canvas.box((x_of(start), bottom - count / tallest * _HISTOGRAM, x_of(end), bottom), _FILL)
    canvas.line((left, bottom, right, bottom), _MUTED)
    taken_right = -1.0
    for name in ("p50", "p90", "p99"):
        x = x_of(model["latency_us"][name])
        canvas.line((x, top + 24, x, bottom), _ACCENT, 1)
        words = f"{name} {model['latency_us'][name]:.1f} us"
        start = min(max(x, taken_right + 8), right - 90)
        canvas.text((start, bottom + 4), words, 12, _ACCENT)
        taken_right = start + 82


def _stages(canvas: _Canvas, pipeline: dict[str, Any], top: float) -> None:
    width, height = pipeline["size"]
    whole = pipeline["total_ms"]["p50"]
    canvas.text((_MARGIN, top), f"A frame of {width} x {height}, {pipeline['digits']} digits: p50 {whole:.2f} ms", 13)
    longest = max(stage["p90"] for stage in pipeline["stages_ms"].values())
    room = _WIDTH - 2 * _MARGIN - _LABEL
    for row, (name, stage) in enumerate(pipeline["stages_ms"].items()):
        y = top + 30 + row * _BAR
        canvas.text((_MARGIN, y + 2), name, 13)
        canvas.text((_MARGIN + _LABEL - 14, y + 2), f"{stage['p50']:.3f} ms", 12, _MUTED, "ra")
        start = _MARGIN + _LABEL
        canvas.box((start, y + 2, start + stage["p50"] / longest * room, y + _BAR - 4), _FILL)
        middle = y + _BAR / 2 - 1
        canvas.line((start + stage["p50"] / longest * room, middle, start + stage["p90"] / longest * room, middle), _ACCENT, 1)
    canvas.text(
        (_MARGIN + _LABEL, top + 32 + len(pipeline["stages_ms"]) * _BAR),
        "bar: median, line: to the 90th percentile",
        11,
        _MUTED,
    )


def _scaled(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(value * _SCALE) for value in values)


def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
