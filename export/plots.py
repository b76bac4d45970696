"""Pictures of a training and of what a model reads: curves, confusion matrix, sample predictions, mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.export.metrics import DIGITS, Scores
from digitedge.export.runs import Epoch
from digitedge.export.workstation import import_pyplot
from digitedge.files import replacing

_TRAINING, _VALIDATION, _WRONG, _TEXT, _FAINT = "#3b6fb6", "#d9822b", "#c0392b", "#222222", "#8a8a8a"
_COLUMNS, _ROWS = 10, 5
_DPI = 130
_STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _TEXT,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
    "figure.facecolor": "white",
}


def draw_curves(path: Path, history: list[Epoch]) -> None:
    """Write a PNG of loss and accuracy over the epochs. Raises MissingExtraError, OutputError."""
    plt = import_pyplot()
    epochs = [row.epoch for row in history]
    with plt.rc_context(_STYLE):
        figure, (losses, errors) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
        _two_curves(losses, epochs, [row.loss for row in history], [row.val_loss for row in history])
        losses.set(title="Loss (cross-entropy)", xlabel="epoch")
        losses.set_ylim(bottom=0)
        _two_curves(errors, epochs, [_error(row.accuracy) for row in history], [_error(row.val_accuracy) for row in history])
        errors.set(title="Error, % of pictures (log scale)", xlabel="epoch", yscale="log")
        errors.yaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        low, high = errors.get_ylim()
        labelled = "2357" if high < 50 * low else "5" if high < 500 * low else ""
        errors.yaxis.set_minor_formatter(lambda value, _position: f"{value:g}" if f"{value:e}"[0] in labelled else "")
        last = history[-1]
        errors.annotate(
            f"{100 * last.val_accuracy:.2f} % right", (last.epoch, max(1e-3, 100 * (1 - last.val_accuracy))), (-8, 10),
            textcoords="offset points", ha="right", color=_VALIDATION,
        )  # fmt: skip
        losses.legend(frameon=False)
        _save(figure, path)


def draw_confusion(path: Path, scores: Scores, title: str) -> None:
    """Write a PNG of the confusion matrix with each digit's precision and recall. Raises MissingExtraError, OutputError."""
    plt = import_pyplot()
    shares = scores.confusion / np.maximum(scores.confusion.sum(axis=1, keepdims=True), 1)
    wrong = np.where(np.eye(DIGITS, dtype=bool), np.nan, shares)
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(7.2, 6.2), layout="constrained")
        axes.imshow(np.where(np.eye(DIGITS, dtype=bool), 1.0, np.nan), cmap="Blues", vmin=0, vmax=6)
        highest = max(0.01, float(np.nanmax(wrong)))
        axes.imshow(np.where(wrong > 0, wrong, np.nan), cmap="OrRd", vmin=0, vmax=highest)
        for label, read in np.ndindex(DIGITS, DIGITS):
            if count := int(scores.confusion[label, read]):
                is_dark = label != read and wrong[label, read] > 0.6 * highest
                weight = "bold" if label == read else "normal"
                axes.text(read, label, count, ha="center", va="center", weight=weight, color="white" if is_dark else _TEXT)
        per_class = scores.per_class()
        axes.set_xticks(range(DIGITS), [f"{one.digit}\n{100 * one.precision:.1f}" for one in per_class])
        axes.set_yticks(range(DIGITS), [f"{100 * one.recall:.1f}   {one.digit}" for one in per_class])
        axes.set_xticks(np.arange(-0.5, DIGITS), minor=True)
        axes.set_yticks(np.arange(-0.5, DIGITS), minor=True)
        axes.grid(which="minor", color="#e6e6e6", linewidth=0.6)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="read as (below: precision, %)", ylabel="label (left: recall, %)")
        axes.set_title(f"{title}: {100 * scores.accuracy:.2f} % of {scores.count:,} right", loc="left")
        _save(figure, path)


def draw_predictions(
    path: Path, fields: NDArray[np.uint8], labels: NDArray[np.int64], probabilities: NDArray[np.float32], title: str
) -> None:
    """Write a PNG with five sample pictures of each digit under what was read. Raises MissingExtraError, OutputError."""
    columns = [np.flatnonzero(labels == digit)[:_ROWS] for digit in range(DIGITS)]
    shown = np.array([column[row] for row in range(_ROWS) for column in columns if row < len(column)], np.int64)
    _draw_grid(path, fields, labels, probabilities, shown, f"{title}: sample predictions")


def draw_mistakes(
    path: Path, fields: NDArray[np.uint8], labels: NDArray[np.int64], probabilities: NDArray[np.float32], title: str
) -> None:
    """Write a PNG of the mistakes, the surest first. Raises MissingExtraError, OutputError."""
    wrong = np.flatnonzero(probabilities[:, :DIGITS].argmax(axis=1) != labels)
    surest = wrong[np.argsort(-probabilities[wrong, :DIGITS].max(axis=1), kind="stable")]
    many = f", the {_ROWS * _COLUMNS} surest" if len(wrong) > _ROWS * _COLUMNS else ""
    heading = f"{title}: {len(wrong):,} of {len(labels):,} read wrongly{many}"
    _draw_grid(path, fields, labels, probabilities, surest[: _ROWS * _COLUMNS], heading)


def _draw_grid(
    path: Path,
    fields: NDArray[np.uint8],
    labels: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    shown: NDArray[np.int64],
    heading: str,
) -> None:
    plt = import_pyplot()
    rows = max(1, -(-len(shown) // _COLUMNS))
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(rows, _COLUMNS, figsize=(9.6, 0.55 + 1.16 * rows), squeeze=False, layout="constrained")
        figure.suptitle(heading, x=0.01, ha="left", fontsize=10)
        for cell in axes.flat:
            cell.axis("off")
        for cell, index in zip(axes.flat, shown, strict=False):
            digit = int(probabilities[index, :DIGITS].argmax())
            is_right = digit == labels[index]
            said = f"{digit}" if is_right else f"{labels[index]} → {digit}"
            cell.imshow(fields[index], cmap="gray_r", vmin=0, vmax=255)
            cell.set_title(
                f"{said}  {100 * probabilities[index, digit]:.0f} %", fontsize=8, pad=2, color=_TEXT if is_right else _WRONG
            )
        _save(figure, path)


def _two_curves(axes: Any, epochs: list[int], training: list[float], validation: list[float]) -> None:
    marker = "o" if len(epochs) < 12 else ""
    axes.plot(epochs, training, color=_TRAINING, marker=marker, markersize=3, label="training")
    axes.plot(epochs, validation, color=_VALIDATION, marker=marker, markersize=3, label="validation")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color="#eeeeee", linewidth=0.8)
    axes.set_axisbelow(True)


def _error(accuracy: float) -> float:
    """Return per cent read wrongly, not a number where there is nothing to show on a logarithmic scale."""
    return 100 * (1 - accuracy) if accuracy < 1 else float("nan")


def _save(figure: Any, path: Path) -> None:
    try:
        with replacing(path) as unfinished:
            figure.savefig(unfinished, dpi=_DPI, format="png")
    finally:
        import_pyplot().close(figure)
