"""``digitedge camera``: find and read digits live."""

from __future__ import annotations

import math
import os
import re
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer

from digitedge.cli.settings import apply_config

if TYPE_CHECKING:
    from digitedge.camera.live import Controls


def camera(
    context: typer.Context,
    source: str = typer.Option(
        "auto",
        help="auto, 0, /dev/video0, csi, rtsp://…, http://…, tcp://…, - (raw frames on stdin), VIDEO, FOLDER of frames, demo.",
    ),
    list_cameras: bool = typer.Option(False, "--list", help="Show the cameras of this machine and end."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a frame on stdout, and nothing else."),
    on_change: bool = typer.Option(False, help="Only frames with news: a number that is new, changed or gone."),
    window: bool = typer.Option(False, help="Show a window; q ends."),
    serve: str | None = typer.Option(None, metavar="[HOST:]PORT", help="Serve a page with the live picture."),
    token: str | None = typer.Option(
        None,
        envvar="DIGITEDGE_TOKEN",
        help="What the page asks for; default: nothing on loopback, else a fresh one each start.",
    ),
    record: Path | None = typer.Option(None, help="Annotated video: .mp4, .mkv or .avi."),
    crops: Path | None = typer.Option(None, help="Folder for a small picture of each digit, a sub-folder a digit."),
    csv: Path | None = typer.Option(None, help="CSV file that gets a row a change; appended to."),
    mqtt: str | None = typer.Option(
        None, metavar="URL", help="mqtt://HOST: numbers and health to a broker and to Home Assistant."
    ),
    webhook: str | None = typer.Option(None, metavar="URL", help="Address that gets a POST with JSON for each change."),
    max_mb: float = typer.Option(1000.0, min=0.1, help="A recording ends at this size, and the folder of crops is full."),
    force: bool = typer.Option(False, help="Replace a recording that exists."),
    frames: int | None = typer.Option(None, min=1, help="End after so many frames."),
    seconds: float | None = typer.Option(None, min=0.0, help="End after this time."),
    every_frame: bool = typer.Option(False, help="Recordings: read every frame, however long it takes."),
    reads: float = typer.Option(4.0, min=0.1, max=240.0, help="Readings a second of a picture that moves but shows no news."),
    wait: bool = typer.Option(False, help="Keep trying when the camera is not there yet."),
    size: str | None = typer.Option(None, metavar="WxH", help="Of the frames; raw frames need it. Default 640x480."),
    fps: float | None = typer.Option(None, min=0.01, max=240.0, help="Frames a second asked of the source."),
    pixels: str = typer.Option("bgr24", help="Raw frames: bgr24, rgb24, gray or yuv420p."),
    stall: float = typer.Option(1.5, min=0.1, help="A camera silent for so many seconds has stalled."),
    roi: str | None = typer.Option(None, help="Read only this part of the frame: x,y,w,h in pixels."),
    min_confidence: float | None = typer.Option(None, min=0.0, max=1.0, help="Drop digits less certain than this."),
    model: Path | None = typer.Option(None, help="A .tflite model; default: the shipped one."),
    config: Path | None = typer.Option(
        None, is_eager=True, callback=apply_config, help="TOML file with these flags, without their dashes; flags win."
    ),
) -> None:
    """Find and read digits in what a camera sees, always in its newest frame."""
    if list_cameras:
        _print_cameras()
        return
    from digitedge.camera.live import Controls
    from digitedge.camera.loop import Limits
    from digitedge.camera.session import Wishes, run_session
    from digitedge.camera.sources import SourceOptions
    from digitedge.cli.options import given_flags, reader_settings
    from digitedge.files import refuse_overwrite
    from digitedge.models import DEFAULT_MODEL
    from digitedge.reading.reader import Reader
    from digitedge.runtime.classifier import Classifier

    _check_serve(serve)
    if source != "-" and "--pixels" in given_flags(context):
        raise typer.BadParameter(
            "is about raw frames, and this source gives none; add --source -, or leave it out", param_hint="--pixels"
        )
    if record is not None:
        refuse_overwrite(record, force, "--record")
    settings = reader_settings(roi, min_confidence)
    wishes = Wishes(
        source=source,
        options=SourceOptions(_size(size), fps, pixels, stall),
        limits=Limits(frames, seconds),
        every_frame=every_frame,
        reads_per_s=reads,
        wait_for_source=wait,
        json_lines=as_json,
        on_change=on_change,
        window=window,
        serve=serve,
        token=token,
        record=record,
        crops=crops,
        changes=csv,
        mqtt=mqtt,
        webhook=webhook,
        max_bytes=_bytes(max_mb),
    )
    reader = Reader(Classifier(model or DEFAULT_MODEL), settings)
    controls = Controls(roi_xywh=settings.roi_xywh)
    was_signalled = _stop_on_signals(controls)
    ending = run_session(wishes, reader, controls, lambda sentence: print(sentence, file=sys.stderr, flush=True))
    code = 1 if ending.has_failed else 130 if was_signalled else 0
    if not ending.is_released:  # a thread hangs in a camera's driver; Python's own way out could crash in it, and all is closed
        sys.stdout.flush()
        os._exit(code)
    raise typer.Exit(code)


def _stop_on_signals(controls: Controls) -> list[int]:
    """Let Ctrl-C and SIGTERM end the loop between two frames; the second one ends it at once. Returns what came."""
    came: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)
        controls.stop = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return came


def _bytes(megabytes: float) -> int:
    """Return it as bytes; raise typer.BadParameter (exit 2) for what is no number or more than a number can be."""
    if not math.isfinite(megabytes * 1e6):
        raise typer.BadParameter(f"expected megabytes such as 1000, got {megabytes:g}", param_hint="--max-mb")
    return round(megabytes * 1e6)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    given = re.fullmatch(r"0*([1-9]\d{0,8})[xX]0*([1-9]\d{0,8})", text)  # Python reads no number of over 4,300 digits
    if given is None:
        shown = text if len(text) < 40 else f"{text[:40]}…"
        raise typer.BadParameter(f'expected WIDTHxHEIGHT such as 640x480, got "{shown}"', param_hint="--size")
    return int(given[1]), int(given[2])


def _check_serve(text: str | None) -> None:
    if text is not None:
        from digitedge.camera.preview import parse_serve

        try:
            parse_serve(text)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--serve") from None


def _print_cameras() -> None:
    from digitedge.camera.discover import list_cameras

    lines = list_cameras()
    print("\n".join(lines) if lines else "No camera was found, neither CSI nor USB.")
