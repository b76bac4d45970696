"""``digitedge predict``: find and read digits in pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from digitedge.reading.page import Page


def predict(
    images: list[Path] = typer.Argument(..., help="Pictures of paper, boards, screens: JPEG, PNG, WebP, TIFF, BMP."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a picture on stdout, and nothing else."),
    save: Path | None = typer.Option(None, help="Folder for copies with boxes, digits and confidence drawn in."),
    roi: str | None = typer.Option(None, help="Read only this part of the picture: x,y,w,h in pixels."),
    min_confidence: float | None = typer.Option(None, min=0.0, max=1.0, help="Drop digits less certain than this."),
    explain: Path | None = typer.Option(None, help="Folder for a picture of every stage, with the reason for each drop."),
    model: Path | None = typer.Option(None, help="A .tflite model; default: the shipped one."),
) -> None:
    """Find and read handwritten digits in pictures."""
    from digitedge.cli.options import reader_settings
    from digitedge.models import DEFAULT_MODEL
    from digitedge.reading.album import Task, read_album

    task = Task(model or DEFAULT_MODEL, reader_settings(roi, min_confidence), save, explain)
    failed = False
    for answer in read_album(images, task):
        if answer.page is None:
            print(f"digitedge: {answer.error}", file=sys.stderr)
            failed = True
            continue
        print(json.dumps(_as_json(answer.image, answer.page)) if as_json else _as_text(answer.image, answer.page))
        if answer.page.advice:
            print(f"{answer.image}: {answer.page.advice}", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def _as_json(image: Path, page: Page) -> dict[str, object]:
    return {
        "image": str(image),
        "size": list(page.size_wh),
        "digits": [
            {"digit": digit.digit, "confidence": round(digit.confidence, 4), "box": list(digit.box_xywh)}
            for digit in page.digits
        ],
        "numbers": [
            {"text": number.text, "confidence": round(number.confidence, 4), "box": list(number.box_xywh)}
            for number in page.numbers
        ],
        "advice": page.advice,
        "ms": {stage: round(ms, 3) for stage, ms in page.stage_ms.items()},
    }


def _as_text(image: Path, page: Page) -> str:
    return f"{image}: {'  '.join(number.text for number in page.numbers) or 'no digits found'}"
