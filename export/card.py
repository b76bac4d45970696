"""The model card beside a shipped file: what it is, what it was measured to do, where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digitedge.export.comparing import compare_files
from digitedge.export.proof_text import table
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
    card = _card(float_model, exported, source)
    write_text(exported.with_suffix(".json"), json.dumps(card, indent=1) + "\n")
    write_text(exported.with_suffix(".md"), card_markdown(card))
    return card


def card_markdown(card: dict[str, Any]) -> str:
    """Return the card, as `write_card` returns it, for people."""
    return "\n".join(_lines(card)) + "\n"


def _card(float_model: Path, exported: Path, source: str) -> dict[str, Any]:
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


def _lines(card: dict[str, Any]) -> Iterator[str]:
    given, taken = card["input"], card["output"]
    yield from (f"# {card['file']}", "", card["use"], "", "## Measured", "")
    yield from table(
        ("data", "split", "pictures", "this file", "float", "drop ≤ (95 %)", "same answers", "reject wins"),
        map(_row, card["measured"]),
    )
    yield from (
        "",
        "The file is chosen on the validation split; the test split only tells how well it went.",
        "",
        "## The file",
        "",
    )
    yield f"- {card['size_bytes']:,} bytes, sha256 `{card['sha256']}`"
    yield f"- {card['parameters']:,} parameters; {', '.join(f'{count} {kind}' for kind, count in card['operators'].items())}"
    yield f"- number types: {card['quantize']}{', fully integer' if card['fully_integer'] else ''}"
    yield f"- input {given['dtype']} {given['shape']}, scale {given['scale']:g}, zero point {given['zero_point']}"
    yield f"- output {taken['dtype']} {taken['shape']}, scale {taken['scale']:g}, zero point {taken['zero_point']}"
    yield from (f"- {key}: {_plain(value)}" for key, value in card["interface"].items())
    yield from ("", "## Limits", "", card["limits"], "", "## Where it comes from", "")
    yield f"- made by `{card['made_by']}` from {card['float']['file']} (sha256 `{card['float']['sha256']}`)"
    if training := card["training"]:
        yield f"- trained: {_plain({key: value for key, value in training.items() if key != 'data'})}"
        yield from (f"- {split} pictures: {_plain(each)}" for split, each in training.get("data", {}).items())
    if calibration := card["calibration"]:
        yield f"- calibrated: {_plain(calibration)}"
    yield f"- {_plain(card['made_with'])}"
    yield from (f"- {card['credit']}", f"- licence {card['license']}")


def _row(each: dict[str, Any]) -> tuple[str, ...]:
    rejected = each["rejected_digits"]
    return (
        each["name"],
        each["split"],
        str(each["count"]),
        f"{100 * each['accuracy']:.2f} %",
        f"{100 * each['float_accuracy']:.2f} %",
        f"{each['drop_bound_pp']:.3f} points",
        f"{100 * each['agreement']:.2f} %",
        "" if rejected is None else f"{100 * rejected['quantized']:.2f} %",
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(_plain(each) for each in value)
    return str(value)
