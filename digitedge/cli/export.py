"""``digitedge export``: a Keras model as .tflite or C, proven equal to what it was made from."""

from __future__ import annotations

from pathlib import Path

import typer

_MODES = ("none", "float16", "dynamic", "int8", "int16x8")


def export(
    model: Path | None = typer.Argument(None, help="Keras model, .keras; default: the shipped one."),
    quantize: str = typer.Option("int8", help=f"Number types: {', '.join(_MODES)}; several with commas."),
    out: Path | None = typer.Option(None, help="File to write (a folder for several modes); default: NAME-MODE.tflite here."),
    form: str = typer.Option("tflite", "--format", help="tflite, or c: a .h and .cc for microcontrollers."),
    calibrate: str | None = typer.Option(None, help="Calibration pictures: a data source or a folder of your own crops."),
    calibration_size: int | None = typer.Option(None, min=20, help="How many of them; default: a stability check decides."),
    data: str = typer.Option("auto", help="Data source to compare on: auto, mnist, synthetic or a path."),
    split: str = typer.Option("validation", help="Its split: validation or test."),
    max_drop: float = typer.Option(0.1, help="Largest drop of accuracy allowed, percentage points."),
    report: Path | None = typer.Option(None, help="Folder for a report: HTML, Markdown and JSON."),
    card: bool = typer.Option(False, "--card", help="Measure validation and test, and write a model card beside the file."),
    input_range: str | None = typer.Option(None, help="LOW,HIGH the model wants for no ink and full ink; default: found out."),
    seed: int = typer.Option(1, min=0, help="Of every draw."),
    force: bool = typer.Option(False, "--force", help="Replace what --out names."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Export a Keras model: convert, read back, compare with the float model; write it only if it is as good."""
    import json

    from rich.console import Console

    from digitedge.export.delivery import Delivery, deliver
    from digitedge.export.exporting import Request, export_model
    from digitedge.export.screen import print_modes
    from digitedge.export.targets import target_paths
    from digitedge.models import DEFAULT_KERAS

    modes = _parse_modes(quantize)
    _check_choice(form, ("tflite", "c"), "--format")
    if form == "c" and (card or modes != ("int8",)):
        raise typer.BadParameter("c takes --quantize int8 alone, and no --card", param_hint="--format")
    _check_choice(split, ("validation", "test"), "--split")
    source = model or DEFAULT_KERAS
    delivery = Delivery(target_paths(source, modes, out, form, force), form, max_drop, report, card)
    request = Request(source, modes, data, split, calibrate, calibration_size, seed, _parse_range(input_range))
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    result = deliver(export_model(request, console.print), delivery)
    if as_json:
        print(json.dumps(result))
    else:
        print_modes(Console(highlight=False, markup=False, emoji=False), result)


def _parse_modes(text: str) -> tuple[str, ...]:
    modes = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    for mode in modes:
        _check_choice(mode, _MODES, "--quantize")
    return modes


def _parse_range(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f'expected LOW,HIGH such as 0,1, got "{text}"', param_hint="--input-range") from None
    if not low < high:
        raise typer.BadParameter(f'expected LOW below HIGH, got "{text}"', param_hint="--input-range")
    return low, high


def _check_choice(given: str, allowed: tuple[str, ...], flag: str) -> None:
    if given not in allowed:
        raise typer.BadParameter(f'expected {", ".join(allowed)}, got "{given}"', param_hint=flag)
