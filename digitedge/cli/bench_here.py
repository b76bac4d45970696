"""Runs the benchmark on this machine: wires models, reader and camera parts to what `digitedge.bench` measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge import board
from digitedge.bench.latency import Plan


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be measured.

    Attributes:
        models: .tflite files; none means the shipped one.
        threads: Numbers of threads to try.
        image: Picture whose stages are timed; None means a drawn scene.
        data: Data set for the accuracy, or None.
        split: Its split.
        plan: How much is measured.
        against: "litert" or None.
        repeats: Pairs of that comparison.
    """

    models: list[Path]
    threads: list[int]
    image: Path | None
    data: str | None
    split: str
    plan: Plan
    against: str | None
    repeats: int


def measure_here(task: Task) -> dict[str, Any]:
    """Return the report of this machine; progress goes to stderr."""
    from rich.console import Console
    from rich.markup import escape

    from digitedge.bench.litert import against_litert
    from digitedge.bench.machine import board_facts, software_facts
    from digitedge.bench.models import import_runtime_ms, measure_accuracy, time_models
    from digitedge.bench.report import Findings, to_json
    from digitedge.bench.watch import Watch
    from digitedge.cli.bench_frame import time_frame
    from digitedge.data import load
    from digitedge.models import DEFAULT_MODEL

    files = task.models or [DEFAULT_MODEL]
    facts = board_facts()
    import_ms = import_runtime_ms()
    with Console(stderr=True).status("Timing one digit") as status:
        with Watch() as watch:
            timed = time_models(files, task.threads, task.plan)
        status.update("Timing a frame")
        frame = time_frame(files[0], task.image, task.plan.seconds)
        accuracies = {}
        if task.data is not None:
            status.update("Measuring accuracy")
            data = load(task.data, task.split)
            accuracies = {file: measure_accuracy(file, data) for file in files}
        checks = []
        if task.against is not None:
            for file in files:
                name = escape(file.name)
                checks.append(
                    against_litert(
                        file,
                        task.threads[0],
                        task.repeats,
                        told=lambda done, name=name: status.update(
                            f"{name} beside LiteRT's benchmark: {done} of {task.repeats}"
                        ),  # type: ignore[misc]
                    )
                )
    found = Findings(
        board=facts,
        software=software_facts(),
        watch=watch.facts(),
        models=timed,
        accuracies=accuracies,
        pipeline=frame,
        checks=checks,
        import_ms=import_ms,
        rss_mb=board.rss_mb(),
        peak_rss_mb=board.rss_mb(field="VmHWM"),
    )
    return to_json(found)
