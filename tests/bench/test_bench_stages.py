import pytest

from digitedge.bench.stages import time_stages


def test_stages_keep_their_order_and_a_missing_one_counts_nothing():
    frames = iter([{"ink": 2.0, "invoke": 1.0}, {"ink": 2.0}] * 100)
    found = time_stages(lambda: next(frames), frames=20, seconds=0.0)
    assert list(found.stages_ms) == ["ink", "invoke"]
    assert found.stages_ms["ink"].p50 == 2.0
    assert found.stages_ms["invoke"].mean == pytest.approx(0.5)
    assert found.frames == 20
    assert len(found.window_medians_ms) == 5


def test_the_whole_frame_is_timed_from_outside():
    now = [0]

    def step():
        now[0] += 5_000_000
        return {"known": 3.0}

    found = time_stages(step, frames=10, seconds=0.0, clock=lambda: now[0])
    assert found.total_ms.p50 == 5.0
    assert found.spread == 0.0


def test_at_least_the_seconds_asked_for():
    now = [0]

    def step():
        now[0] += 10_000_000
        return {}

    assert time_stages(step, frames=3, seconds=1.0, clock=lambda: now[0]).frames == 100
