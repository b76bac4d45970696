"""Where the exported files go."""

from __future__ import annotations

from pathlib import Path

from digitedge.errors import OutputError
from digitedge.files import refuse_overwrite

SUFFIXES = {"tflite": (".tflite",), "c": (".cc", ".h")}


def target_paths(model: Path, modes: tuple[str, ...], out: Path | None, form: str, force: bool) -> dict[str, Path]:
    """Return the main file of each mode.

    Args:
        model: The Keras file, whose name is taken where ``out`` is None: NAME-MODE.tflite in the working folder.
        modes: What is exported.
        out: File for one mode, folder for several.
        form: "tflite" or "c".
        force: Whether what ``out`` names may be replaced.

    Raises:
        OutputError: A file that ``out`` names exists, or its folder does not.
    """
    suffix = SUFFIXES[form][0]
    if out is None:
        return {mode: Path(f"{model.stem}-{mode}{suffix}") for mode in modes}
    if len(modes) > 1 or out.is_dir():
        if out.exists() and not out.is_dir():
            raise OutputError(f"{out} is a file, and several modes need a folder.", "Give --out a folder.")
        out.mkdir(parents=True, exist_ok=True)
        targets = {mode: out / f"{model.stem}-{mode}{suffix}" for mode in modes}
    else:
        targets = {modes[0]: out.with_suffix(suffix) if form == "c" else out}
    for target in targets.values():
        if not target.parent.is_dir():
            raise OutputError(f"{target.parent}: no such folder.", f"Make it: mkdir -p {target.parent}")
        for each in SUFFIXES[form]:
            refuse_overwrite(target.with_suffix(each) if form == "c" else target, force)
    return targets
