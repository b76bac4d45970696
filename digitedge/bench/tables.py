"""A report as tables of text, to be printed by a terminal or written as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from digitedge.bench.compare import Change
from digitedge.bench.labels import file_labels


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of the columns and rows of equal length; the first column is text, the others are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def to_markdown(tables: Sequence[Table]) -> str:
    """Return the tables as Markdown.

    >>> print(to_markdown([Table("Stages", ("stage", "p50"), (("ink", "1.2"),))]))
    **Stages**
    <BLANKLINE>
    | stage | p50 |
    |---|--:|
    | ink | 1.2 |
    """
    parts = []
    for table in tables:
        rule = "|".join(["---", *["--:"] * (len(table.columns) - 1)])
        lines = [f"**{table.title}**", "", _markdown_row(table.columns), f"|{rule}|", *map(_markdown_row, table.rows)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def report_tables(report: dict[str, Any]) -> list[Table]:
    """Return a report's tables: board, models, their ratios, stages."""
    tables = [_board(report), _models(report)]
    if report["ratios"]:
        tables.append(_ratios(report))
    if report["against_litert"]:
        tables.append(_against_litert(report["against_litert"], _labels(report)))
    if report["pipeline"]:
        tables.append(_stages(report["pipeline"]))
    return tables


def changes_table(changes: Sequence[Change]) -> Table:
    """Return the comparison with an older report."""
    rows = tuple(
        (
            change.what,
            f"{change.ratio.ratio:.3f}",
            _interval(change.ratio.low, change.ratio.high),
            "slower" if change.is_slower else "",
        )
        for change in changes
    )
    return Table("New over old", ("what", "ratio", "95 % interval", "verdict"), rows)


def boards_table(reports: dict[str, dict[str, Any]]) -> Table:
    """Return one row a board and model of several boards' reports."""
    rows = []
    for host, report in reports.items():
        labels = _labels(report)
        for model in report["models"]:
            latency = model["latency_us"]
            frame = report["pipeline"]
            rows.append(
                (
                    host,
                    report["board"]["model"] or report["board"]["soc"],
                    labels[model["file"]],
                    str(model["threads"]),
                    *(f"{latency[name]:.1f}" for name in ("p50", "p90", "p99")),
                    f"{frame['total_ms']['p50']:.2f}" if frame else "–",
                    "; ".join(report["doubts"]) or "none",
                )
            )
    columns = ("host", "board", "model", "threads", "p50 µs", "p90", "p99", "frame ms", "doubts")
    return Table("Boards", columns, tuple(rows))


def _board(report: dict[str, Any]) -> Table:
    board, during = report["board"], report["during"]
    facts = {
        "board": board["model"],
        "processor": f"{board['soc']}, {board['cores']} cores, {board['machine']}",
        "memory": f"{board['memory_mb']} MiB" if board["memory_mb"] else "",
        "system": f"{board['os']}, kernel {board['kernel']}, {board['bits']}-bit",
        "governor": board["governor"],
        "frequency": _span(during["frequency_mhz"], "MHz"),
        "temperature": _span(during["temperature_c"], "°C"),
        "power": _span(during["power_w"], "W"),
        "throttled": f"{during['throttled_before']} before, {during['throttled_after']} after"
        if during["throttled_before"]
        else "",
        "software": ", ".join(f"{name} {version}" for name, version in report["software"].items()),
        "memory of this process": f"{report['rss_mb']} MiB, peak {report['peak_rss_mb']} MiB" if report["rss_mb"] else "",
    }
    return Table("Board", ("what", "value"), tuple((name, value) for name, value in facts.items() if value))


def _models(report: dict[str, Any]) -> Table:
    columns = ["model", "mode", "KB", "threads", "min µs", "p50", "p90", "p99", "spread", "load ms", "first µs", "CPU"]
    labels = _labels(report)
    has_accuracy = any(model["accuracy"] for model in report["models"])
    has_energy = any(model["energy_uj"] is not None for model in report["models"])
    rows = []
    for model in report["models"]:
        recommended = report["recommended_threads"][model["file"]] == model["threads"]
        swept = sum(other["file"] == model["file"] for other in report["models"]) > 1
        row = [
            labels[model["file"]],
            model["quantize"],
            f"{model['size_bytes'] / 1000:.1f}",
            f"{model['threads']}{' (best)' if recommended and swept else ''}",
            *(f"{model['latency_us'][name]:.1f}" for name in ("min", "p50", "p90", "p99")),
            f"{model['spread']:.1%}",
            f"{model['load_ms']:.1f}",
            f"{model['first_us']:.0f}",
            f"{model['cpu_share']:.2f}",
        ]
        if has_accuracy:
            row.append(f"{model['accuracy']['value']:.2%}" if model["accuracy"] else "–")
        if has_energy:
            row.append("–" if model["energy_uj"] is None else f"{model['energy_uj']:.0f}")
        rows.append(tuple(row))
    columns += ["accuracy"] * has_accuracy + ["µJ"] * has_energy
    return Table(f"One digit ({report['models'][0]['runs']} runs each, in turns)", tuple(columns), tuple(rows))


def _ratios(report: dict[str, Any]) -> Table:
    first, labels = report["ratios"][0], _labels(report)
    rows = tuple(
        (f"{labels[row['file']]}, {row['threads']}", f"{row['ratio']:.3f}", _interval(row["low"], row["high"]))
        for row in report["ratios"]
    )
    return Table(
        f"Latency over {labels[first['over']]}, {first['over_threads']}", ("model, threads", "ratio", "95 % interval"), rows
    )


def _against_litert(checks: list[dict[str, Any]], labels: dict[str, str]) -> Table:
    rows = []
    for check in checks:
        name = f"{labels[check['file']]}, {check['threads']}"
        rows.append((name, "LiteRT's benchmark", f"{check['litert_us']:.1f}", "", ""))
        for key, what, cost in (("alone", "a digit alone", "alone_us"), ("each_of_page", f"one of {check['page']}", "page_us")):
            ratio = check[key]
            interval = _interval(ratio["low"], ratio["high"])
            rows.append((name, what, f"{check[cost]:.1f}", f"{ratio['ratio']:.3f}", interval))
    title = f"Beside LiteRT's benchmark ({checks[0]['repeats']} pairs of {checks[0]['runs']} runs)"
    return Table(title, ("model, threads", "what", "mean µs", "ratio", "95 % interval"), tuple(rows))


def _stages(pipeline: dict[str, Any]) -> Table:
    stages = {**pipeline["stages_ms"], "whole frame": pipeline["total_ms"]}
    whole = pipeline["total_ms"]["p50"]
    rows = tuple(
        (name, *(f"{stage[key]:.3f}" for key in ("p50", "p90", "p99")), f"{stage['p50'] / whole:.0%}")
        for name, stage in stages.items()
    )
    width, height = pipeline["size"]
    title = f"A frame of {width}×{height} with {pipeline['digits']} digits ({pipeline['scene']}), {pipeline['frames']} frames"
    return Table(title, ("stage", "p50 ms", "p90", "p99", "share"), rows)


def _labels(report: dict[str, Any]) -> dict[str, str]:
    return file_labels(model["file"] for model in report["models"])


def _span(values: dict[str, float] | None, unit: str) -> str:
    return f"{values['min']:g}–{values['max']:g} {unit}, median {values['median']:g}" if values else ""


def _interval(low: float, high: float) -> str:
    return f"{low:.3f}–{high:.3f}"


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
