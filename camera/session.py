"""A whole run of the camera: source, reader and sinks put together from what was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2

from digitedge.camera.behind import Behind
from digitedge.camera.lines import Lines
from digitedge.camera.live import Controls, Sink
from digitedge.camera.loop import Limits, LiveLoop
from digitedge.camera.memory import keep_freed_memory
from digitedge.camera.newest import NewestFrame
from digitedge.camera.notify import Notifier
from digitedge.camera.pace import READS_PER_S
from digitedge.camera.playback import PictureFolder
from digitedge.camera.sources import SourceOptions, make_source
from digitedge.reading.reader import Reader

_LINES_WAITING = 64  # about two seconds of frames; a reader that is slower than that loses the oldest
_NEWS_WAITING = 16


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for.

    Attributes:
        source: See `digitedge.camera.sources.make_source`.
        options: Of the source.
        limits: When the run ends by itself.
        every_frame: A recording is read frame by frame, as fast as that goes.
        reads_per_s: Of a picture that moves without news; see `digitedge.camera.pace`.
        wait_for_source: Keep trying when the source is not there yet.
        json_lines: JSON on standard output.
        on_change: Only frames with news, instead of every frame.
        window: Show a window.
        serve: ``[HOST:]PORT`` of the preview page.
        token: What the page asks for; None makes one where it is needed.
        record: Annotated video.
        crops: Folder for a picture of each digit.
        changes: CSV file of changes.
        mqtt: Address of a broker.
        webhook: Address that gets the news.
        max_bytes: Size at which a recording, or the folder of crops, is full.
    """

    source: str = "auto"
    options: SourceOptions = field(default_factory=SourceOptions)
    limits: Limits = field(default_factory=Limits)
    every_frame: bool = False
    reads_per_s: float = READS_PER_S
    wait_for_source: bool = False
    json_lines: bool = False
    on_change: bool = False
    window: bool = False
    serve: str | None = None
    token: str | None = None
    record: Path | None = None
    crops: Path | None = None
    changes: Path | None = None
    mqtt: str | None = None
    webhook: str | None = None
    max_bytes: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        is_released: False if the source's driver hangs and its thread had to be left behind.
        has_failed: Somebody who stores or sends frames failed on the way; the user was told.
    """

    is_released: bool
    has_failed: bool


def run_session(wishes: Wishes, reader: Reader, controls: Controls, tell: Callable[[str], None]) -> Ending:
    """Run the camera until it ends, a limit is reached or ``controls.stop`` is set.

    Args:
        wishes: What was asked for.
        reader: Reads the frames.
        controls: Shared with whoever may stop the run.
        tell: Takes sentences for the user.

    Raises:
        SourceError: The source cannot be opened, or the page's port is taken.
        OutputError: Standard output or, frame by frame, a file cannot be written, or there is no display.
        BrokenPipeError: The reader of standard output has left.
    """
    keep_freed_memory()
    reader.prepare()
    cv2.setNumThreads(1)  # frames are small: more threads cost more than they save, and capture and sinks have their own
    in_color = wishes.window or any(w is not None for w in (wishes.record, wishes.crops, wishes.serve))
    source = make_source(wishes.source, replace(wishes.options, in_color=in_color))
    newest = NewestFrame(
        source, every_frame=wishes.every_frame, wait_for_source=wishes.wait_for_source, stall_s=wishes.options.stall_s
    )
    with ExitStack() as opened:  # if a later sink cannot be made, the earlier ones are closed
        sinks = [*_sinks(wishes, reader, controls, tell, opened), Notifier()]
        opened.pop_all()
    if isinstance(source, PictureFolder):
        tell("The pictures are taken for frames of one scene; those of different pages are read by: digitedge predict FOLDER/*")
    reads_per_s = None if wishes.every_frame else wishes.reads_per_s
    loop = LiveLoop(newest, reader, sinks, controls=controls, reads_per_s=reads_per_s, in_color=in_color, tell=tell)
    is_released = loop.run(wishes.limits)
    return Ending(is_released, any(isinstance(sink, Behind) and sink.has_failed for sink in sinks))


def _sinks(wishes: Wishes, reader: Reader, controls: Controls, tell: Callable[[str], None], opened: ExitStack) -> list[Sink]:
    sinks: list[Sink] = []

    def add(sink: Sink) -> None:
        opened.callback(sink.close)
        sinks.append(sink)

    def behind(sink: Sink, most_waiting: int = 8, without_picture: bool = False, ends_run: bool = False) -> Sink:
        # Frame by frame there is no hurry, and nothing may be left out.
        if wishes.every_frame:
            return sink
        return Behind(sink, most_waiting, tell, without_picture=without_picture, ends_run=ends_run)

    if wishes.record is not None:
        from digitedge.camera.recording import Recording

        add(behind(Recording(wishes.record, wishes.options.fps or 15.0, wishes.max_bytes)))
    if wishes.crops is not None:
        from digitedge.camera.crops import Crops

        add(behind(Crops(wishes.crops, wishes.max_bytes)))
    if wishes.changes is not None:
        from digitedge.camera.changes import ChangesFile

        add(behind(ChangesFile(wishes.changes), without_picture=True))
    if wishes.webhook is not None:
        from digitedge.camera.webhook import Webhook

        add(Behind(Webhook(wishes.webhook, tell), _NEWS_WAITING, tell, only_news=True, without_picture=True))
    if wishes.mqtt is not None:
        from digitedge.camera.mqtt import Mqtt

        add(Behind(Mqtt(wishes.mqtt, tell), _NEWS_WAITING, tell, only_news=True, without_picture=True))
    if wishes.serve is not None:
        add(_preview(wishes.serve, wishes.token, reader, controls, tell))
    if wishes.window:
        from digitedge.camera.window import Window

        add(Window(controls))
    if wishes.json_lines or wishes.on_change or not sinks:
        lines = Lines(sys.stdout, json_lines=wishes.json_lines, on_change=wishes.on_change or not wishes.json_lines)
        add(behind(lines, _LINES_WAITING, without_picture=True, ends_run=True))
        if not wishes.json_lines and not sinks[:-1]:
            tell("To see the picture, add --serve 8080 for a page in the browser, or --window on a machine with a display.")
    return sinks


def _preview(serve: str, token: str | None, reader: Reader, controls: Controls, tell: Callable[[str], None]) -> Sink:
    from digitedge.camera.preview import PreviewServer, parse_serve

    host, port = parse_serve(serve)
    page = PreviewServer(host, port, token, controls=controls, labels=reader.classifier.info.labels)
    for line in page.lines:
        tell(line)
    return page
