"""``digitedge bench``: latency that can be believed."""

from __future__ import annotations

from pathlib import Path

import typer


def bench(
    context: typer.Context,
    models: list[Path] = typer.Argument(None, help="Files to time side by side, .tflite; default: the shipped model."),
    threads: str = typer.Option("1", help="LiteRT's threads to try, such as 1,2,4."),
    image: Path | None = typer.Option(None, help="Picture whose stages are timed; default: a drawn scene with 24 digits."),
    data: str | None = typer.Option(None, help="Data set whose accuracy is shown beside the latency: auto, mnist, a path."),
    split: str = typer.Option("test", help="Its split: validation, test, all."),
    runs: int = typer.Option(1000, min=5, help="At least so many runs of each."),
    seconds: float = typer.Option(2.0, min=0.0, help="At least so many seconds of each."),
    against: str | None = typer.Option(None, help='"litert": run LiteRT\'s own benchmark too, in turns with ours.'),
    repeats: int = typer.Option(20, min=2, help="Pairs measured by --against."),
    compare: Path | None = typer.Option(None, help="Older JSON: tell what became slower; exit 1 past the bound."),
    max_slowdown: float = typer.Option(10.0, min=0.0, help="That bound, per cent."),
    strict: bool = typer.Option(False, "--strict", help="Exit 1 if the board was held back or the windows disagree."),
    host: list[str] = typer.Option([], help="Run on another machine by ssh, such as pi@raspberrypi; may be repeated."),
    hosts: Path | None = typer.Option(None, help="File with one such machine a line; all run at once."),
    wheels: Path | None = typer.Option(None, help="Folder of wheels to install there from, without the package index."),
    ssh_config: Path | None = typer.Option(None, help="Configuration file for ssh, instead of your own."),
    keep: bool = typer.Option(False, "--keep", help="Leave the folder on the other machine."),
    plot: Path | None = typer.Option(None, help="PNG to draw: histograms and stages."),
    out: Path | None = typer.Option(None, help="File to write the JSON to."),
    force: bool = typer.Option(False, "--force", help="Replace files that exist."),
    markdown: bool = typer.Option(False, "--markdown", help="Print Markdown."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Measure latency: one digit, and each stage of a frame."""
    from digitedge.bench.latency import Plan
    from digitedge.cli.bench_deliver import Delivery, deliver, read_older
    from digitedge.cli.bench_here import Task, measure_here
    from digitedge.cli.bench_there import There, machines, measure_there, refuse_idle, refuse_lost
    from digitedge.cli.options import given_flags

    if against not in (None, "litert"):
        raise typer.BadParameter(f'expected litert, got "{against}"', param_hint="--against")
    there = There(machines(host, hosts), wheels, ssh_config, keep)
    if there.hosts:
        refuse_lost(there.hosts, models or [], given_flags(context))
    else:
        refuse_idle(given_flags(context))
    delivery = Delivery(as_json, markdown, plot, out, force, strict, read_older(compare), max_slowdown / 100)
    delivery.check_targets()
    counts = parse_threads(threads)
    if there.hosts:
        options = ["--threads", threads, "--runs", str(runs), "--seconds", str(seconds)]
        report = measure_there(there, models or [], image, options)
    else:
        report = measure_here(Task(models or [], counts, image, data, split, Plan(runs, seconds), against, repeats))
    deliver(report, delivery)


def parse_threads(text: str) -> list[int]:
    """Return "1,2,4" as numbers; raise typer.BadParameter (exit 2) for anything else."""
    try:
        counts = [int(part) for part in text.split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1 or max(counts) > 256:
        raise typer.BadParameter(f'expected numbers of threads such as 1,2,4, got "{text}"', param_hint="--threads")
    return counts
