"""``digitedge bench``: latency that can be believed."""

from __future__ import annotations

from pathlib import Path

import typer


def bench(
    models: list[Path] = typer.Argument(None, help="Files to compare, .tflite; default: the shipped model."),
    threads: str = typer.Option("1", help="Threads to try, such as 1,2,4."),
    image: Path = typer.Option(None, help="Picture whose stages are timed; default: a drawn scene."),
    runs: int = typer.Option(1000, min=5, help="At least so many runs of each."),
    seconds: float = typer.Option(2.0, min=0.0, help="At least so many seconds of each."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Measure latency: one digit, and each stage of a frame."""
    import json

    from digitedge import board
    from digitedge.bench.latency import Plan
    from digitedge.bench.machine import board_facts, software_facts
    from digitedge.bench.models import time_models
    from digitedge.bench.report import report
    from digitedge.cli.bench_frame import time_frame
    from digitedge.models import DEFAULT_MODEL

    files = models or [DEFAULT_MODEL]
    facts = board_facts()
    timed = time_models(files, [int(count) for count in threads.split(",")], Plan(runs=runs, seconds=seconds))
    frame = time_frame(files[0], image, seconds)
    result = report(facts, software_facts(), timed, frame, board.rss_mb())
    if as_json:
        print(json.dumps(result))
        return
    for model in result["models"]:
        print(model["file"], model["threads"], model["latency_us"])
    print(result["pipeline"])
