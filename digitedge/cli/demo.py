"""``digitedge demo``: the whole chain on what is built in, offline, in under a minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from digitedge.reading.page import Page
    from digitedge.scenes.truth import Scene


def demo(
    out: Path = typer.Option(Path("demo"), help="Folder for the model and the pictures."),
) -> None:
    """Show the chain offline: export and compare, read a drawn scene, one line of benchmark."""
    from importlib.util import find_spec

    from rich.console import Console

    from digitedge.errors import OutputError
    from digitedge.models import DEFAULT_MODEL

    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made: {error.strerror}.", "Give another folder with --out.") from error
    if find_spec("tensorflow") is None:
        console.print(f"1. Export: needs TensorFlow, which is not on this machine; there is the shipped {DEFAULT_MODEL.name}.")
    else:
        console.print("1. Export: the shipped Keras model becomes int8 and is compared with itself on drawn digits.")
        _export(console, out)
    console.print("\n2. Read: a drawn page with 24 digits, by the shipped model.")
    _read(console, DEFAULT_MODEL, out)
    console.print("\n3. Benchmark: one digit on this machine, one thread.")
    _bench(console, DEFAULT_MODEL)
    console.print(
        f"\nLook at {out / 'scene.png'}. Next: digitedge predict {out / 'page.png'} --save read/, then a photo of yours."
    )


def _export(console: Console, out: Path) -> None:
    from digitedge.export.delivery import Delivery, deliver
    from digitedge.export.exporting import Request, export_model
    from digitedge.export.screen import print_modes
    from digitedge.models import DEFAULT_KERAS

    target = out / "cnn-int8.tflite"
    with _progress() as progress:
        request = Request(DEFAULT_KERAS, ("int8",), "synthetic", "validation", calibration_size=500)
        exported = export_model(request, progress.update)
        result = deliver(exported, Delivery({"int8": target}, "tflite", 0.1, None))
    print_modes(console, result)


def _read(console: Console, model: Path, out: Path) -> None:
    """Read the fixed page; leave it as it is ("page.png"), and with what was read drawn into it ("scene.png")."""
    from digitedge.reading.annotate import annotate
    from digitedge.reading.picture import picture_from_bgr, save_picture
    from digitedge.reading.reader import Reader
    from digitedge.runtime.classifier import Classifier
    from digitedge.scenes.fixed import fixed_scene

    scene = fixed_scene()
    page = Reader(Classifier(model)).read(picture_from_bgr(scene.image_bgr).gray)
    save_picture(out / "page.png", scene.image_bgr)
    save_picture(out / "scene.png", annotate(scene.image_bgr, page))
    _print_numbers(console, page, scene)


def _print_numbers(console: Console, page: Page, scene: Scene) -> None:
    """Print a row a number: what was read, how sure, and whether it stands in the truth."""
    from rich.table import Table

    written = [number.text for number in scene.numbers]
    table = Table(box=None, pad_edge=False)
    for heading, side in (("number read", "left"), ("confidence", "right"), ("where (x, y, w, h)", "left"), ("", "left")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for number in page.numbers:
        verdict = "as written" if number.text in written else "not written so"
        table.add_row(number.text, f"{number.confidence:.3f}", ", ".join(map(str, number.box_xywh)), verdict)
    console.print(table)
    missing = [text for text in written if text not in {number.text for number in page.numbers}]
    if missing:
        console.print(f"Written, but not read: {', '.join(missing)}")


def _bench(console: Console, model: Path) -> None:
    from digitedge.bench.latency import Plan
    from digitedge.bench.machine import board_facts
    from digitedge.bench.models import time_models

    with _progress() as progress:
        progress.update("Timing one digit")
        timed = time_models([model], [1], Plan(runs=500, seconds=1.0))[0]
    latency = timed.timing.latency_us
    facts = board_facts()
    machine = facts["model"] or facts["soc"] or facts["machine"]
    console.print(
        f"{model.name}: p50 {latency.p50:.0f} µs, p99 {latency.p99:.0f} µs a digit, {timed.timing.runs} runs ({machine})"
    )


def _progress() -> Status:
    from rich.console import Console

    return Console(stderr=True).status("")
