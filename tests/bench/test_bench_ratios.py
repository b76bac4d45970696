from pathlib import Path

from digitedge.bench.latency import Plan
from digitedge.bench.ratios import latency_ratios

GOLDEN = Path(__file__).parent.parent / "golden"


def test_the_model_is_measured_against_each_other_file():
    """The reference network has thirty times the multiplications of the tiny one; no load of the machine turns that round."""
    tiny, reference = GOLDEN / "tiny-int8.tflite", GOLDEN / "reference-int8.tflite"
    (own, one), (other, ratio) = latency_ratios(tiny, [reference], Plan(runs=640, seconds=0.0, warmup_seconds=0.1))
    assert (own.file, other.file, one.ratio) == (tiny, reference, 1.0)
    assert len(own.timing.turn_medians_us) == len(other.timing.turn_medians_us) >= 20
    assert ratio.low <= ratio.ratio <= ratio.high < 1
