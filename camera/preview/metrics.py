"""Counters of the live loop in Prometheus's text format (version 0.0.4)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from digitedge import board
from digitedge.camera.live import Health, LiveFrame

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HEALTH_WORDS = ("good", "degraded", "down")


@dataclass(slots=True)
class Counters:
    """What has happened since the start.

    Attributes:
        frames: Frames delivered.
        changes: Numbers announced.
        digits: Steady digits in the newest frame.
        numbers: Steady numbers in the newest frame.
        stage_s: Seconds spent in each stage, and how often it ran.
    """

    frames: int = 0
    changes: int = 0
    digits: int = 0
    numbers: int = 0
    stage_s: dict[str, tuple[float, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, live: LiveFrame) -> None:
        """Count one frame."""
        with self._lock:
            self.frames += 1
            self.changes += len(live.changed)
            self.digits, self.numbers = len(live.digits), len(live.numbers)
            for stage, ms in live.stage_ms.items():
                total, times = self.stage_s.get(stage, (0.0, 0))
                self.stage_s[stage] = (total + ms / 1000, times + 1)

    def text(self, health: Health, age_s: float, watchers: int) -> str:
        """Return everything, one metric after another.

        Args:
            health: How the source does.
            age_s: Seconds since the newest frame; infinite before the first.
            watchers: Open streams and event streams.
        """
        with self._lock:
            stages = dict(self.stage_s)
            metrics = [
                _metric("frames_total", "counter", "Frames read.", {"": self.frames}),
                _metric("changes_total", "counter", "Numbers announced as new or changed.", {"": self.changes}),
                _metric("digits", "gauge", "Steady digits in the newest frame.", {"": self.digits}),
                _metric("numbers", "gauge", "Steady numbers in the newest frame.", {"": self.numbers}),
            ]
        metrics.append(_metric("frame_age_seconds", "gauge", "Since the newest frame.", {"": age_s}))
        metrics.append(
            _metric(
                "health",
                "gauge",
                "1 for the present state.",
                {f'{{state="{word}"}}': int(word == health.word) for word in HEALTH_WORDS},
            )
        )
        metrics.append(_metric("frames_per_second", "gauge", "Read, over the last seconds.", {"": health.fps}))
        metrics.append(_metric("source_reconnects", "gauge", "Reopened in the last hour.", {"": health.reconnects}))
        metrics.append(_metric("source_stalls", "gauge", "Fell silent in the last hour.", {"": health.stalls}))
        metrics.append(_metric("watchers", "gauge", "Open picture and event streams.", {"": watchers}))
        if stages:
            sums = {f'_sum{{stage="{_escape(name)}"}}': total for name, (total, _) in stages.items()}
            counts = {f'_count{{stage="{_escape(name)}"}}': times for name, (_, times) in stages.items()}
            metrics.append(_metric("stage_seconds", "summary", "Time spent in each stage of a frame.", sums | counts))
        return "".join(metrics + _process_metrics())


def _process_metrics() -> list[str]:
    metrics = [_metric("cpu_seconds_total", "counter", "Processor time of the process.", {"": time.process_time()})]
    if (rss := board.rss_mb()) is not None:
        metrics.append(_metric("resident_memory_bytes", "gauge", "Resident memory of the process.", {"": rss * 2**20}))
    if (celsius := board.temperature_c()) is not None:
        metrics.append(_metric("temperature_celsius", "gauge", "The processor's temperature.", {"": celsius}))
    return metrics


def _metric(name: str, kind: str, help_text: str, samples: dict[str, float]) -> str:
    full = f"digitedge_{name}"
    lines = [f"# HELP {full} {help_text}", f"# TYPE {full} {kind}"]
    lines += [f"{full}{suffix} {'+Inf' if value == float('inf') else f'{value}'}" for suffix, value in samples.items()]
    return "\n".join(lines) + "\n"


def _escape(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
