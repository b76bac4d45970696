"""Our latency beside LiteRT's own benchmark of the same file, in turns.

LiteRT's command prints milliseconds rounded to 0.01, useless for a model of 20 µs; its throughput figure (megabytes of input a
second, to 0.01) holds the same mean with three digits more. It times its run call alone. Ours times what a digit costs a
program: quantise, set, invoke, get and the calibrated decision, for a digit alone and for each of a page's worth at once.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digitedge.bench.models import drawn_fields, one_digit
from digitedge.bench.stats import Ratio, ratio_json, ratio_paired
from digitedge.errors import ModelError
from digitedge.runtime.classifier import Classifier

PAGE = 24  # digits at once: what a frame typically holds
_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What the comparison found.

    Attributes:
        file: The model.
        threads: Of both.
        repeats: Pairs measured.
        runs: Calls in each.
        litert_us: Median over the repeats of LiteRT's mean.
        alone_us: The same of ours, one digit a call.
        page_us: The same of ours, a digit of `PAGE` at once.
        alone: Ratio of ``alone_us`` to LiteRT's, of the pairs.
        page: Ratio of ``page_us`` to LiteRT's, of the pairs.
    """

    file: Path
    threads: int
    repeats: int
    runs: int
    litert_us: float
    alone_us: float
    page_us: float
    alone: Ratio
    page: Ratio

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        rounded = {name: round(getattr(self, name), 3) for name in ("litert_us", "alone_us", "page_us")}
        counts = {"file": str(self.file), "threads": self.threads, "repeats": self.repeats, "runs": self.runs, "page": PAGE}
        return {**counts, **rounded, "alone": ratio_json(self.alone), "each_of_page": ratio_json(self.page)}


def against_litert(
    file: Path, threads: int = 1, repeats: int = 20, runs: int = 2_000, told: Callable[[int], None] | None = None
) -> CrossCheck:
    """Measure a file in turns with LiteRT's command and with ours.

    Args:
        file: A .tflite file.
        threads: Of both.
        repeats: How many pairs.
        runs: Calls in each turn.
        told: Called with the number of pairs done.

    Raises:
        InputError, ModelError: As `Classifier` does; also if LiteRT's command fails.
    """
    classifier = Classifier(file, threads)
    input_bytes = math.prod(classifier.input.shape) * np.dtype(classifier.input.dtype).itemsize
    fields = drawn_fields(classifier, PAGE)
    alone = one_digit(classifier)
    rows = []
    _mean_us(alone, runs)  # warm-up
    for done in range(repeats):
        theirs = _litert_mean_us(file, threads, runs, input_bytes)
        ours = _mean_us(alone, runs)
        page = _mean_us(lambda: classifier.probabilities(fields), -(-runs // PAGE)) / PAGE
        rows.append((theirs, ours, page))
        if told is not None:
            told(done + 1)
    theirs_us, alone_us, page_us = (list(column) for column in zip(*rows, strict=True))
    return CrossCheck(
        file=file,
        threads=threads,
        repeats=repeats,
        runs=runs,
        litert_us=float(np.median(theirs_us)),
        alone_us=float(np.median(alone_us)),
        page_us=float(np.median(page_us)),
        alone=ratio_paired(alone_us, theirs_us),
        page=ratio_paired(page_us, theirs_us),
    )


def _mean_us(call: Callable[[], object], calls: int) -> float:
    """Return the mean microseconds of a call, timed one by one as LiteRT's command does."""
    total = 0
    for _ in range(calls):
        start = time.perf_counter_ns()
        call()
        total += time.perf_counter_ns() - start
    return total / calls / 1e3


def _litert_mean_us(file: Path, threads: int, runs: int, input_bytes: int) -> float:
    with tempfile.TemporaryDirectory(prefix="digitedge-bench-") as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", "ai_edge_litert.tools.benchmark_litert_model", "--model", str(file)]
        command += ["--num_runs", str(runs), "--warmup_runs", str(max(1, runs // 10)), "--num_threads", str(threads)]
        try:
            subprocess.run(
                [*command, "--result_json", str(result)], check=True, capture_output=True, text=True, timeout=_TIMEOUT_S
            )
            megabytes_per_s = float(json.loads(result.read_text(encoding="utf-8"))["throughput_mb_s"])
        except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            detail = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
            raise ModelError(
                f"{file}: LiteRT's benchmark fails ({detail}).", "Try it alone: litert-benchmark --model FILE"
            ) from error
    return mean_us_of_throughput(megabytes_per_s, input_bytes)


def mean_us_of_throughput(megabytes_per_s: float, input_bytes: int) -> float:
    """Return the mean microseconds of a run that takes ``input_bytes``, from LiteRT's throughput (MB of 2²⁰ bytes a second).

    >>> round(mean_us_of_throughput(49.85, 784), 2)
    15.0
    """
    return input_bytes / (megabytes_per_s * 2**20) * 1e6
