"""The exported models written, opened again from the disk and checked, and only then put in their targets' place."""

from __future__ import annotations

import contextlib
from pathlib import Path

from digitedge.errors import ModelError
from digitedge.export.exporting import Export, ExportedMode
from digitedge.export.readback import check
from digitedge.files import replacing
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.inspection import inspect_file


def store(export: Export, targets: dict[str, Path]) -> None:
    """Write every mode to its target, all or (short of losing power between two renames) none.

    Raises:
        OutputError: A file cannot be written; the targets are untouched.
        ModelError: What lies on the disk is not what was asked for; the targets are untouched.
    """
    with contextlib.ExitStack() as stack:
        for made in export.modes:
            fresh = stack.enter_context(replacing(targets[made.mode]))
            fresh.write_bytes(made.content)
            _check_written(fresh, made, export.model.value_range)


def _check_written(path: Path, made: ExportedMode, input_range: tuple[float, float]) -> None:
    facts = inspect_file(path)
    check(facts, made.mode, input_range)
    pairs = golden.from_metadata(facts.metadata)
    if facts.sha256 != made.facts.sha256 or pairs is None or not golden.verify(Classifier(path), pairs).passed:
        raise ModelError(f"The {made.mode} file on the disk is not the one compared.", "Check the disk; run it again.")
