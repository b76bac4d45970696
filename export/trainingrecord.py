"""How a Keras file was trained, where a record of it lies beside the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_KEPT = ("recipe", "parameters", "seed", "settings", "data", "validation", "seconds", "versions")


def training_record(model: Path, sha256: str) -> dict[str, Any] | None:
    """Return what is known of a model's training: recipe, seed, settings, data with checksums, validation accuracy.

    Args:
        model: The Keras file; metrics.json in its folder (as training leaves it) or NAME.json beside NAME.keras is read.
        sha256: Of the model; a record of another file is none of this one.

    Returns:
        None where there is no such record.
    """
    for path in (model.with_suffix(".json"), model.parent / "metrics.json"):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["model"]["sha256"] == sha256:
                return {key: record[key] for key in _KEPT if key in record}
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None
