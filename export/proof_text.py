"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

MODE_HEADINGS = ("mode", "bytes", "accuracy", "change (points)", "true drop ≤ (95 %)", "McNemar p", "agreement", "drift p99")

TRIAL_HEADINGS = ("set size", "scales differ (median)", "worst", "answers alike", "stable")


def markdown(content: dict[str, Any]) -> str:
    """Return the report (as `proof.proof` makes it) as one Markdown document."""
    return "\n".join(_lines(content)) + "\n"


def mode_row(mode: dict[str, Any]) -> tuple[str, ...]:
    """Return one mode's cells under `MODE_HEADINGS`."""
    quantized = mode["quantized"]
    return (
        quantized["quantize"],
        f"{quantized['size_bytes']:,}",
        f"{100 * quantized['accuracy']:.2f} %",
        f"{mode['delta_pp']:+.3f}",
        f"{mode['drop_bound_pp']:.3f}",
        f"{mode['mcnemar_p']:.3f}",
        f"{100 * mode['agreement']:.2f} %",
        f"{mode['confidence_drift']['p99']:.4f}",
    )


def float_row(content: dict[str, Any]) -> tuple[str, ...]:
    """Return the float model's cells under `MODE_HEADINGS`."""
    accuracy = content["modes"][0]["float"]["accuracy"]
    return ("Keras, float32", f"{content['model']['float_size_bytes']:,}", f"{100 * accuracy:.2f} %", "", "", "", "", "")


def layer_cells(layer: dict[str, Any]) -> tuple[str, ...]:
    """Return one layer's cells: name, operator, shape, decibels."""
    noise = "none" if layer["sqnr_db"] is None else f"{layer['sqnr_db']:.1f}"
    return layer["name"], layer["operator"], "×".join(map(str, layer["shape"])), noise


def trial_row(trial: dict[str, Any]) -> tuple[str, ...]:
    """Return one tried size of the calibration set under `TRIAL_HEADINGS`."""
    return (
        str(trial["size"]),
        f"{100 * trial['scale_difference']:.1f} %",
        f"{100 * trial['worst_scale_difference']:.1f} %",
        f"{100 * trial['agreement']:.2f} %",
        "yes" if trial["stable"] else "no",
    )


def answer_text(answer: dict[str, Any]) -> str:
    """Return "7 (0.93)"; "rejected, 7 (0.03)" where no digit won."""
    return f"{'rejected, ' if answer['rejected'] else ''}{answer['digit']} ({answer['confidence']:.2f})"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a Markdown table's lines."""
    cells = list(headings)
    yield "| " + " | ".join(cells) + " |"
    yield "|" + "---|" * len(cells)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _lines(content: dict[str, Any]) -> Iterator[str]:
    modes, model = content["modes"], content["model"]
    data = modes[0]["data"]
    yield f"# Export of {model['file']}: {'passed' if content['passed'] else 'FAILED'}"
    yield ""
    yield from (f"- {mode['sentence']}" for mode in modes)
    yield from ("", f"Compared on {data['count']} pictures of {data['name']}, split {data['split']}.", "")
    yield from table(MODE_HEADINGS, (float_row(content), *map(mode_row, modes)))
    for mode in modes:
        yield from _mode(mode)
    yield from ("", "## Made from", "", f"- {model['file']}, {model['parameters']:,} parameters, sha256 `{model['sha256']}`")
    yield from (f"- {name} {version}" for name, version in content["made_with"].items())


def _mode(mode: dict[str, Any]) -> Iterator[str]:
    quantized = mode["quantized"]
    yield from ("", f"## {quantized['quantize']}", "")
    operators = ", ".join(f"{count} {kind}" for kind, count in quantized["operators"].items())
    yield f"`{quantized['file']}`, sha256 `{quantized['sha256']}`; {operators}; fully integer: {quantized['fully_integer']}."
    yield ""
    yield from table(
        ("digit", "pictures", "float", "exported"),
        (
            (str(each["digit"]), str(each["count"]), f"{100 * each['float']:.2f} %", f"{100 * each['quantized']:.2f} %")
            for each in mode["per_class"]
        ),
    )
    if mode["layers"]:
        yield from ("", "Signal to quantisation noise, worst first:", "")
        yield from table(("layer", "operator", "shape", "dB"), map(layer_cells, mode["layers"]))
    if mode["changed_pictures"]:
        yield from ("", "Answers that changed:", "")
        yield from table(
            ("picture", "truth", "float", "exported"),
            (
                (str(each["index"]), str(each["truth"]), answer_text(each["float"]), answer_text(each["quantized"]))
                for each in mode["changed_pictures"]
            ),
        )
    if calibration := mode["calibration"]:
        yield from (
            "",
            f"Calibrated on {calibration['count']} pictures of {calibration['source']}, seed {calibration['seed']}.",
            "",
        )
        yield from table(
            TRIAL_HEADINGS,
            (trial_row(trial) for trial in calibration["trials"]),
        )
