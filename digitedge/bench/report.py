"""What a benchmark found, as JSON that scripts and later runs rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from digitedge.bench.labels import case_label, file_labels
from digitedge.bench.litert import CrossCheck
from digitedge.bench.models import Accuracy, ModelTiming
from digitedge.bench.stages import StageTimes
from digitedge.bench.stats import Quantiles, best_threads, ratio_json, ratio_paired

DISAGREEMENT = 0.10  # windows that differ by more were not measured under the same conditions
SHARED = 0.90  # a single-threaded measurement that had the processor for less of the time was disturbed


@dataclass(frozen=True, slots=True)
class PipelineTiming:
    """A whole frame, timed.

    Attributes:
        size_wh: Size of the frame, pixels.
        digits: Digits read in it.
        scene: What the frame was: a file's name or "fixed scene".
        times: Its stages.
    """

    size_wh: tuple[int, int]
    digits: int
    scene: str
    times: StageTimes


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was measured.

    Attributes:
        board: From `digitedge.bench.machine.board_facts`.
        software: Versions.
        watch: What the board did meanwhile, from `digitedge.bench.watch.Watch.facts`.
        models: A timing for each file and number of threads, measured in turns.
        accuracies: Of files, where a data set was given.
        pipeline: A whole frame.
        checks: Files beside LiteRT's own benchmark.
        import_ms: Milliseconds that importing LiteRT took.
        rss_mb: Resident memory at the end, MiB.
        peak_rss_mb: Its peak, MiB.
    """

    board: dict[str, Any]
    software: dict[str, str]
    watch: dict[str, Any]
    models: Sequence[ModelTiming]
    accuracies: dict[Path, Accuracy] = field(default_factory=dict)
    pipeline: PipelineTiming | None = None
    checks: Sequence[CrossCheck] = ()
    import_ms: float = 0.0
    rss_mb: float | None = None
    peak_rss_mb: float | None = None


def to_json(found: Findings) -> dict[str, Any]:
    """Return the report: the contract's keys and more."""
    power = found.watch.get("power_w")
    result = {
        "board": found.board,
        "software": found.software,
        "during": found.watch,
        "models": [_model(model, found.accuracies.get(model.file), power) for model in found.models],
        "ratios": _ratios(found.models),
        "recommended_threads": _recommended(found.models),
        "pipeline": _pipeline(found.pipeline) if found.pipeline else None,
        "against_litert": [check.to_json() for check in found.checks],
        "import_ms": round(found.import_ms, 1),
        "rss_mb": _rounded(found.rss_mb),
        "peak_rss_mb": _rounded(found.peak_rss_mb),
    }
    return {**result, "doubts": doubts(result)}


def doubts(report: dict[str, Any]) -> list[str]:
    """Return why the numbers of a report are not to be believed; [] if nothing speaks against them."""
    found = [f"the board was held back ({what})" for what in report["during"].get("throttled_during", [])]
    if report["during"].get("supply_warning"):
        found.append("the power supply is too weak")
    labels = file_labels(model["file"] for model in report["models"])
    for model in report["models"]:
        name = case_label(labels[model["file"]], model["threads"])
        if model["spread"] > DISAGREEMENT:
            found.append(f"{name}: windows disagree by {model['spread']:.0%}")
        if model["threads"] == 1 and model["cpu_share"] < SHARED:
            found.append(f"{name}: had the processor for only {model['cpu_share']:.0%} of the time")
    if report["pipeline"] and report["pipeline"]["spread"] > DISAGREEMENT:
        found.append(f"frame: windows disagree by {report['pipeline']['spread']:.0%}")
    return found


def _model(model: ModelTiming, accuracy: Accuracy | None, power_w: dict[str, float] | None) -> dict[str, Any]:
    timing = model.timing
    counts, edges = timing.histogram
    energy = None if power_w is None else round(power_w["median"] * timing.latency_us.mean, 2)
    return {
        "file": str(model.file),
        "sha256": model.sha256,
        "size_bytes": model.size_bytes,
        "quantize": model.quantize,
        "threads": model.threads,
        "runs": timing.runs,
        "warmup_runs": timing.warmup_runs,
        "load_ms": round(model.load_ms, 3),
        "first_us": round(timing.first_us, 3),
        "latency_us": _quantiles(timing.latency_us),
        "window_medians_us": [round(value, 3) for value in timing.window_medians_us],
        "spread": round(timing.spread, 4),
        "cpu_share": round(timing.cpu_share, 3),
        "energy_uj": energy,
        "accuracy": None if accuracy is None else {"value": round(accuracy.correct / accuracy.count, 6), **asdict(accuracy)},
        "histogram_us": {"counts": list(counts), "edges": [round(edge, 3) for edge in edges]},
    }


def _pipeline(pipeline: PipelineTiming) -> dict[str, Any]:
    times = pipeline.times
    return {
        "size": list(pipeline.size_wh),
        "digits": pipeline.digits,
        "scene": pipeline.scene,
        "frames": times.frames,
        "stages_ms": {name: _quantiles(stage) for name, stage in times.stages_ms.items()},
        "total_ms": _quantiles(times.total_ms),
        "window_medians_ms": [round(value, 4) for value in times.window_medians_ms],
        "spread": round(times.spread, 4),
    }


def _ratios(models: Sequence[ModelTiming]) -> list[dict[str, Any]]:
    """Return every later model's latency over the first one's, from turns that lay side by side."""
    if not models:
        return []
    first = models[0]
    rows = []
    for model in models[1:]:
        ratio = ratio_paired(model.timing.turn_medians_us, first.timing.turn_medians_us)
        names = {"file": str(model.file), "threads": model.threads, "over": str(first.file), "over_threads": first.threads}
        rows.append({**names, **ratio_json(ratio)})
    return rows


def _recommended(models: Sequence[ModelTiming]) -> dict[str, int]:
    p90s: dict[str, dict[int, float]] = {}
    for model in models:
        p90s.setdefault(str(model.file), {})[model.threads] = model.timing.latency_us.p90
    return {file: best_threads(by_threads) for file, by_threads in p90s.items()}


def _quantiles(values: Quantiles) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(values).items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
