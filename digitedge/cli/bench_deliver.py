"""Prints, writes and judges a report: table, JSON, Markdown, plot, the older report, the gate."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge.bench.compare import Change, compare, differences, read_report
from digitedge.bench.tables import Table, boards_table, changes_table, report_tables, to_markdown
from digitedge.errors import GateError
from digitedge.files import check_target, write_bytes, write_text


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a report goes and what it is held to.

    Attributes:
        as_json: JSON on stdout.
        markdown: Markdown on stdout; else a table.
        plot: PNG to draw.
        out: File for the JSON.
        force: Replace files that exist.
        strict: Doubts fail.
        older: Report to compare with.
        max_slowdown: Allowed slow-down against it; 0.1 is ten per cent.
    """

    as_json: bool
    markdown: bool
    plot: Path | None
    out: Path | None
    force: bool
    strict: bool
    older: dict[str, Any] | None
    max_slowdown: float

    def check_targets(self) -> None:
        """Raise OutputError, before anything is measured, if a file exists and may not be replaced, or cannot be written."""
        for target, flag in ((self.plot, "--plot"), (self.out, "--out")):
            if target is not None:
                check_target(target, self.force, flag)


def read_older(path: Path | None) -> dict[str, Any] | None:
    """Return the older report before any time is spent on a new one."""
    return None if path is None else read_report(path)


def deliver(report: dict[str, Any], delivery: Delivery) -> None:
    """Write and print a report. Raises GateError for doubts under ``strict`` and for what became too slow."""
    changes: list[Change] = []
    if delivery.older is not None and "hosts" not in report:
        changes = compare(report, delivery.older, delivery.max_slowdown)
        _tell(differences(report, delivery.older))
        report = {**report, "changes": [change.to_json() for change in changes]}
    _tell(f"not to be believed: {doubt}" for doubt in _doubts(report))
    if delivery.out is not None:
        write_text(delivery.out, json.dumps(report, indent=2) + "\n")
    if delivery.plot is not None:
        from digitedge.cli.bench_plot import plot_report

        write_bytes(delivery.plot, plot_report(report))
    failure = _failure(report, changes, delivery)
    if not (delivery.as_json and failure):
        _print(report, changes, delivery)
    if failure:
        raise GateError(*failure)


def _print(report: dict[str, Any], changes: list[Change], delivery: Delivery) -> None:
    if delivery.as_json:
        print(json.dumps(report))
        return
    tables = [boards_table(report["hosts"])] if "hosts" in report else report_tables(report)
    if changes:
        tables.append(changes_table(changes))
    if delivery.markdown:
        print(to_markdown(tables))
    else:
        _print_tables(tables)


def _print_tables(tables: list[Table]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable

    # Into a pipe nothing is cut off: a reader there has no terminal whose width could be asked.
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False, emoji=False)
    for table in tables:
        drawn = RichTable(title=table.title, title_justify="left", box=SIMPLE_HEAD)
        for index, column in enumerate(table.columns):
            drawn.add_column(column, justify="right" if index and len(table.columns) > 2 else "left")
        for row in table.rows:
            drawn.add_row(*row)
        console.print(drawn)


def _doubts(report: dict[str, Any]) -> list[str]:
    if "hosts" in report:
        return [f"{host}: {doubt}" for host, one in report["hosts"].items() for doubt in one["doubts"]]
    return [str(doubt) for doubt in report["doubts"]]


def _failure(report: dict[str, Any], changes: list[Change], delivery: Delivery) -> tuple[str, str] | None:
    slower = [f"{change.what} takes {change.ratio.ratio:.2f} × as long" for change in changes if change.is_slower]
    if slower:
        return f"Slower than before: {'; '.join(slower)}.", "Run both again; if it stays, find what changed."
    if "changes" in report and not changes:
        return (
            "Nothing was compared: the older report holds nothing that was measured now.",
            "Measure the same models with as many threads as then.",
        )
    if report.get("failed"):
        return (
            f"Not measured: {', '.join(report['failed'])}.",
            "See above what each of them lacks; --out keeps the others' numbers.",
        )
    doubts = _doubts(report)
    if delivery.strict and doubts:
        return f"The numbers are not to be believed: {'; '.join(doubts)}.", "Cool the board, end what else runs, measure again."
    return None


def _tell(sentences: Any) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
