"""What a benchmark found, as JSON that scripts and later runs rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from digitedge.bench.models import ModelTiming
from digitedge.bench.stages import StageTimes
from digitedge.bench.stats import Quantiles


@dataclass(frozen=True, slots=True)
class PipelineTiming:
    """A whole frame, timed.

    Attributes:
        size_wh: Size of the frame, pixels.
        digits: Digits read in it.
        scene: What the frame was: a file's name or "drawn scene".
        times: Its stages.
    """

    size_wh: tuple[int, int]
    digits: int
    scene: str
    times: StageTimes


def report(
    board: dict[str, Any],
    software: dict[str, str],
    models: Sequence[ModelTiming],
    pipeline: PipelineTiming | None,
    rss_mb: float | None,
) -> dict[str, Any]:
    """Return the whole as JSON."""
    return {
        "board": board,
        "software": software,
        "models": [_model(model) for model in models],
        "pipeline": _pipeline(pipeline) if pipeline else None,
        "rss_mb": rss_mb,
    }


def _model(model: ModelTiming) -> dict[str, Any]:
    timing = model.timing
    counts, edges = timing.histogram
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
        "latency_us": _rounded(timing.latency_us),
        "window_medians_us": [round(value, 3) for value in timing.window_medians_us],
        "spread": round(timing.spread, 4),
        "cpu_share": round(timing.cpu_share, 3),
        "histogram_us": {"counts": list(counts), "edges": [round(edge, 3) for edge in edges]},
    }


def _pipeline(pipeline: PipelineTiming) -> dict[str, Any]:
    times = pipeline.times
    return {
        "size": list(pipeline.size_wh),
        "digits": pipeline.digits,
        "scene": pipeline.scene,
        "frames": times.frames,
        "stages_ms": {name: _rounded(stage) for name, stage in times.stages_ms.items()},
        "total_ms": _rounded(times.total_ms),
        "window_medians_ms": [round(value, 4) for value in times.window_medians_ms],
        "spread": round(times.spread, 4),
    }


def _rounded(values: Quantiles) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(values).items()}
