"""Comparisons as a table for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table


def print_modes(console: Console, result: dict[str, Any]) -> None:
    """Print what an export or comparison found (as `results` returns it), a row a mode, and a line for each file."""
    modes: list[dict[str, Any]] = result.get("modes", [result])
    data, first = modes[0]["data"], modes[0]["float"]
    console.print(
        f"{first['file']}: {_percent(first['accuracy'])} of {data['count']} pictures of {data['name']}, {data['split']}"
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("mode", "bytes", "accuracy", "pp", "drop ≤ (95 %)", "McNemar", "agree", "drift"):
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for mode in modes:
        quantized = mode["quantized"]
        table.add_row(
            quantized["quantize"],
            f"{quantized['size_bytes']:,}",
            _percent(quantized["accuracy"]),
            f"{mode['delta_pp']:+.3f}",
            f"{mode['drop_bound_pp']:.3f}",
            f"{mode['mcnemar_p']:.3f}",
            _percent(mode["agreement"]),
            f"{mode['confidence_drift']['p99']:.4f}",
        )
    console.print(table)
    for mode in modes:
        quantized = mode["quantized"]
        operators = ", ".join(f"{count} {kind}" for kind, count in quantized["operators"].items())
        integer = "fully integer" if quantized["fully_integer"] else "not fully integer"
        console.print(f"{quantized['file']}: {integer}; {operators}", soft_wrap=True)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
