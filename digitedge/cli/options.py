"""What several commands take on the command line, turned into settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from digitedge.reading.page import Box
    from digitedge.reading.reader import ReaderSettings


def parse_box(text: str, flag: str) -> Box:
    """Return "x,y,w,h" as whole pixels; raise typer.BadParameter (exit 2) for anything else."""
    try:
        x, y, w, h = (int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f'expected x,y,w,h in pixels such as 100,50,320,240, got "{text}"', param_hint=flag) from None
    if x < 0 or y < 0 or w < 1 or h < 1:
        raise typer.BadParameter(f'expected x, y ≥ 0 and w, h ≥ 1, got "{text}"', param_hint=flag)
    return x, y, w, h


def given_flags(context: typer.Context) -> set[str]:
    """Return the flags that stand on the command line, such as "--ssh-config"; not those that a settings file gives."""
    sources = {max(param.opts, key=len): context.get_parameter_source(str(param.name)) for param in context.command.params}
    # By its name: Click's class is another one where Typer brings its own Click.
    return {flag for flag, source in sources.items() if source is not None and source.name == "COMMANDLINE"}


def reader_settings(roi: str | None, min_confidence: float | None) -> ReaderSettings:
    """Return the reader's settings; what is None keeps its default."""
    from dataclasses import replace

    from digitedge.reading.reader import ReaderSettings

    settings = ReaderSettings(roi_xywh=parse_box(roi, "--roi") if roi is not None else None)
    return settings if min_confidence is None else replace(settings, min_confidence=min_confidence)
