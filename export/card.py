"""The model card beside a shipped file: what it is, what it was measured to do, where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from digitedge.export.card_page import card_markdown
from digitedge.export.comparing import compare_files
from digitedge.files import write_text
from digitedge.runtime.factsheet import file_json
from digitedge.runtime.inspection import inspect_file

_USE = (
    "Reads single digits 0 to 9, handwritten or printed, that were cut out of a picture and laid into the field as the "
    "geometry says; an output after the ten digits, where there is one, says that the patch is no digit."
)
_LIMITS = (
    "Trained on single digits: signs, letters and touching digits it knows only as something to refuse. Accuracy on MNIST says "
    "little about a camera; measure on your own pictures (digitedge evaluate MODEL --data DIR) before relying on it, and let a "
    "person check what money or health depends on."
)
_CREDIT = (
    "MNIST: Y. LeCun, C. Cortes, C. J. C. Burges, derived from NIST Special Databases 1 and 3. None of its pictures is in the "
    "file; the golden pairs are drawn."
)
_INTERFACE = ("labels", "geometry", "input_range", "outputs", "temperature")


def write_card(float_model: Path, exported: Path, source: str) -> dict[str, Any]:
    """Measure the exported file against the float model and write NAME.json and NAME.md beside it; return the card.

    Args:
        float_model: The Keras file.
        exported: The .tflite file, as it lies on the disk.
        source: Data source; its validation and test splits are measured.

    Raises:
        DigitEdgeError: A file is missing or does not fit, the data is missing, or the card cannot be written.
    """
    card = measure_card(float_model, exported, source)
    store_card(card, exported)
    return card


def store_card(card: dict[str, Any], exported: Path) -> None:
    """Write a card beside the .tflite file it is about. Raises OutputError."""
    write_text(exported.with_suffix(".json"), json.dumps(card, indent=1) + "\n")
    write_text(exported.with_suffix(".md"), card_markdown(card))


def measure_card(float_model: Path, exported: Path, source: str) -> dict[str, Any]:
    """Return the card without writing it; arguments and errors as in `write_card`."""
    facts = inspect_file(exported)
    metadata = facts.metadata
    found = [compare_files(float_model, exported, source, split, 0.1) for split in ("validation", "test")]
    measured = [
        {
            **each["data"],
            "float_accuracy": each["float"]["accuracy"],
            "accuracy": each["quantized"]["accuracy"],
            "delta_pp": each["delta_pp"],
            "drop_bound_pp": each["drop_bound_pp"],
            "agreement": each["agreement"],
            "rejected_digits": each["rejected_digits"],
            "per_class": each["per_class"],
        }
        for each in found
    ]
    return {
        **file_json(Path(exported.name), facts),
        "license": "Apache-2.0",
        "use": _USE,
        "limits": _LIMITS,
        "credit": _CREDIT,
        "interface": {key: metadata[key] for key in _INTERFACE if key in metadata},
        "measured": measured,
        "float": {**found[0]["float"], "file": float_model.name},
        "calibration": metadata.get("calibration"),
        "training": metadata.get("training"),
        "made_with": metadata.get("made_with", {}),
        "made_by": f"digitedge export {float_model.name} --quantize {facts.quantize} --card",
    }
