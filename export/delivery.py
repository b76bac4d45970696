"""What becomes of an export: the report, the gate, then the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge.export.card import write_card
from digitedge.export.comparison import gate
from digitedge.export.exporting import Export
from digitedge.export.proof import write_proof
from digitedge.export.results import export_json
from digitedge.export.storing import store


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where an export goes and what it is held to.

    Attributes:
        targets: Mode to file.
        form: "tflite" or "c".
        max_drop_pp: Largest drop of accuracy allowed, percentage points.
        report: Folder for the report, or None.
        card: Whether a model card is written beside each file.
    """

    targets: dict[str, Path]
    form: str
    max_drop_pp: float
    report: Path | None
    card: bool = False


def deliver(export: Export, delivery: Delivery) -> dict[str, Any]:
    """Write the report, then, if every mode passes the gate, the files; return the result as in the contract.

    Raises:
        GateError: A mode lost more accuracy than allowed; the report is written, the targets are untouched.
        OutputError: Something cannot be written; the targets are untouched.
        ModelError: A file read back from the disk is not what was asked for; the targets are untouched.
    """
    result = export_json(export, delivery.targets, delivery.max_drop_pp)
    if delivery.report is not None:
        write_proof(delivery.report, export, delivery.targets, delivery.max_drop_pp)
    for made in export.modes:
        gate(made.comparison, made.mode, delivery.max_drop_pp)
    store(export, delivery.targets, delivery.form)
    if delivery.card:
        for target in delivery.targets.values():
            write_card(export.model.path, target, export.request.data)
    return result
