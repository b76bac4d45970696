"""The exported models written, opened again from the disk and checked, and only then put in their targets' place."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from digitedge.errors import ModelError
from digitedge.export.arena import arena_of
from digitedge.export.carray import CModel, array_in, header, identifier, source
from digitedge.export.exporting import Export, ExportedMode
from digitedge.export.readback import check
from digitedge.files import replacing
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.flatfile import without_metadata
from digitedge.runtime.inspection import inspect_file


def store(export: Export, targets: dict[str, Path], form: str) -> None:
    """Write every mode to its target, all or (short of losing power between two renames) none.

    Args:
        export: What was made.
        targets: Mode to file.
        form: "tflite", or "c" for a .cc and a .h beside it.

    Raises:
        OutputError: A file cannot be written; the targets are untouched.
        ModelError: What lies on the disk is not what was asked for; the targets are untouched.
    """
    with contextlib.ExitStack() as stack:
        for made in export.modes:
            if form == "c":
                _write_c(export, made, targets[made.mode], stack)
            else:
                fresh = stack.enter_context(replacing(targets[made.mode]))
                fresh.write_bytes(made.content)
                _check_written(fresh, made, export.model.value_range)


def _write_c(export: Export, made: ExportedMode, target: Path, stack: contextlib.ExitStack) -> None:
    if made.mode != "int8":
        raise ValueError(f"form c takes int8, got {made.mode}")
    pairs = golden.from_metadata(made.facts.metadata)
    if pairs is None:
        raise ModelError("The export has no golden pairs.", "Export it again.")
    stripped = without_metadata(made.content)
    content = CModel(
        name=identifier(target.stem),
        file_stem=target.stem,
        model=stripped,
        labels=tuple(made.facts.metadata["labels"]),
        golden_input=Classifier(target, content=made.content).quantise(pairs.fields[:1]).reshape(-1),
        golden_output=pairs.outputs[0],
        arena=arena_of(stripped),
        source=f"{export.model.path.name}, int8, {len(stripped)} bytes of model, sha256 {hashlib.sha256(stripped).hexdigest()}",
    )
    fresh_source = stack.enter_context(replacing(target))
    fresh_header = stack.enter_context(replacing(target.with_suffix(".h")))
    fresh_source.write_text(source(content), encoding="utf-8")
    fresh_header.write_text(header(content), encoding="utf-8")
    if array_in(fresh_source.read_text(encoding="utf-8")) != stripped:
        raise ModelError(f"{target}: the array on the disk is not the model.", "Check the disk; run it again.")


def _check_written(path: Path, made: ExportedMode, input_range: tuple[float, float]) -> None:
    facts = inspect_file(path)
    check(facts, made.mode, input_range)
    pairs = golden.from_metadata(facts.metadata)
    if facts.sha256 != made.facts.sha256 or pairs is None or not golden.verify(Classifier(path), pairs).passed:
        raise ModelError(f"The {made.mode} file on the disk is not the one compared.", "Check the disk; run it again.")
