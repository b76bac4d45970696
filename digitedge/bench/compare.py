"""A report against an older one: what became slower, and whether that is more than the windows' own disagreement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge.bench.labels import case_label, counterparts, file_labels
from digitedge.bench.stats import Ratio, ratio_json, ratio_unpaired
from digitedge.errors import InputError


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that both reports measured.

    Attributes:
        what: "cnn-int8.tflite, 1 thread" or "frame".
        ratio: New latency over old, from the medians of the windows, which were not measured side by side.
        is_slower: Whether it is slower by more than was allowed, and its whole interval lies above 1.
    """

    what: str
    ratio: Ratio
    is_slower: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"what": self.what, **ratio_json(self.ratio), "slower": self.is_slower}


def read_report(path: Path) -> dict[str, Any]:
    """Return an older report of one machine that holds what a comparison needs. Raises InputError if it is missing or none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(report, dict) and "hosts" in report:
            raise InputError(f"{path}: holds the reports of several machines.", 'Give one of those under "hosts", as a file.')
        _check(report)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}.", "Give a file that `digitedge bench --json` wrote.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: is no report of a benchmark.", "Give a file that `digitedge bench --json` wrote.") from error
    return report


def _check(report: dict[str, Any]) -> None:
    """Raise ValueError, KeyError, TypeError or AttributeError unless the report holds what a comparison looks at."""
    windows = _windows(report, _labels(report, report)[0])
    if not windows or not all(medians and min(medians) > 0 for medians in windows.values()):
        raise ValueError("nothing was measured")
    differences(report, report)


def compare(new: dict[str, Any], old: dict[str, Any], max_slowdown: float) -> list[Change]:
    """Return a change for everything that both reports hold, in the new one's order.

    Args:
        new: A report.
        old: An older report.
        max_slowdown: Allowed slow-down; 0.1 is ten per cent.
    """
    labels, old_labels = _labels(new, old)
    before, changes = _windows(old, old_labels), []
    for what, medians in _windows(new, labels).items():
        if what in before:
            ratio = ratio_unpaired(medians, before[what])
            changes.append(Change(what, ratio, ratio.ratio > 1 + max_slowdown and ratio.low > 1))
    return changes


def differences(new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    """Return in what the two reports' conditions differ, each a sentence: such a difference may be the whole change."""
    found = []
    for group, keys in (
        ("board", ("model", "soc", "governor", "kernel")),
        ("software", ("digitedge", "ai-edge-litert", "numpy")),
    ):
        for key in keys:
            now, then = new[group].get(key), old[group].get(key)
            if now != then:
                found.append(f"{group} {key}: {then or 'unknown'} then, {now or 'unknown'} now")
    labels, old_labels = _labels(new, old)
    hashes = {what: model["sha256"] for what, model in _models(old, old_labels).items()}
    unclear = {Path(model["file"]).name for model in old["models"] if model["file"] not in old_labels}
    compared = set(old_labels.values())
    for what, model in _models(new, labels).items():
        if labels[model["file"]] not in compared and Path(model["file"]).name in unclear:
            found.append(f"{what}: not compared, as the folders do not tell which file of that name it was then")
        elif what not in hashes:
            found.append(f"{what}: not in the older report")
        elif hashes[what] != model["sha256"]:
            found.append(f"{what}: another file of the same name")
    return found


def _labels(new: dict[str, Any], old: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the files of both are called: those of the old one as the new one's, and none that the new one lacks."""
    files, old_files = ([model["file"] for model in report["models"]] for report in (new, old))
    labels = file_labels(files)
    return labels, {then: labels[now] for now, then in counterparts(files, old_files).items()}


def _models(report: dict[str, Any], labels: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return what a report holds of the files that have a label, under what each is called."""
    models = [model for model in report["models"] if model["file"] in labels]
    return {case_label(labels[model["file"]], model["threads"]): model for model in models}


def _windows(report: dict[str, Any], labels: dict[str, str]) -> dict[str, list[float]]:
    """Return the medians of the windows of everything a report measured, of its files those that have a label."""
    models = _models(report, labels)
    medians = {what: [float(value) for value in model["window_medians_us"]] for what, model in models.items()}
    pipeline = report.get("pipeline")
    if pipeline:
        medians[f"frame ({Path(pipeline['scene']).name})"] = [float(value) for value in pipeline["window_medians_ms"]]
    return medians
