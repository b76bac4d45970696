import time

import pytest

from digitedge.bench.latency import Plan, time_side_by_side


class Ticking:
    """A clock that tests turn by hand: each subject's call takes as long as it says."""

    def __init__(self):
        self.now_ns = 0

    def __call__(self):
        return self.now_ns

    def call_taking(self, microseconds):
        """Return a subject whose calls take the numbers of ``microseconds`` in turn, the last one for ever."""
        waits = list(microseconds)

        def call():
            self.now_ns += round(1000 * (waits.pop(0) if len(waits) > 1 else waits[0]))

        return call


def test_every_number_of_a_subject_with_a_constant_latency():
    clock = Ticking()
    (timing,) = time_side_by_side([clock.call_taking([20.0])], Plan(runs=500, seconds=0.0), clock=clock)
    assert timing.latency_us.min == timing.latency_us.p50 == timing.latency_us.p99 == 20.0
    assert timing.window_medians_us == (20.0,) * 5
    assert timing.spread == 0.0
    assert timing.runs >= 500
    assert sum(timing.histogram[0]) == timing.runs


def test_the_first_call_is_told_apart_and_not_counted():
    clock = Ticking()
    (timing,) = time_side_by_side([clock.call_taking([9_000.0, 20.0])], Plan(runs=100, seconds=0.0), clock=clock)
    assert timing.first_us == 9_000.0
    assert timing.latency_us.p99 == 20.0


def test_warm_up_goes_on_until_two_batches_agree():
    clock = Ticking()
    slow_start = [500.0] * 40 + [100.0] * 40 + [20.0]
    (timing,) = time_side_by_side([clock.call_taking(slow_start)], Plan(runs=100, seconds=0.0), clock=clock)
    assert timing.latency_us.p99 == 20.0
    assert timing.warmup_runs >= 80


def test_warm_up_of_something_that_never_settles_ends():
    clock = Ticking()
    restless = [10.0, 1000.0] * 10_000
    plan = Plan(runs=10, seconds=0.0, warmup_seconds=0.05)
    uneven = [value for block in range(400) for value in [10.0 + block * 7] * 32]
    for waits in (restless, uneven):
        (timing,) = time_side_by_side([clock.call_taking(waits)], plan, clock=clock)
        assert timing.warmup_runs < 20_000


def test_a_machine_that_slows_down_is_seen_in_the_spread_but_not_in_the_ratio():
    clock = Ticking()
    factor = [1.0]

    def slowing(microseconds):
        def call():
            clock.now_ns += round(1000 * microseconds * factor[0])
            factor[0] *= 1.0002

        return call

    fast, slow = time_side_by_side([slowing(10.0), slowing(20.0)], Plan(runs=1000, seconds=0.0), clock=clock)
    assert fast.spread > 0.10
    ratios = [b / a for a, b in zip(fast.turn_medians_us, slow.turn_medians_us, strict=True)]
    assert sorted(ratios)[len(ratios) // 2] == pytest.approx(2.0, rel=0.03)


def test_seconds_are_kept_when_runs_are_few():
    clock = Ticking()
    (timing,) = time_side_by_side([clock.call_taking([100.0])], Plan(runs=10, seconds=0.5), clock=clock)
    assert timing.runs * 100e-6 >= 0.5


def test_the_order_of_turns_depends_on_the_seed_alone():
    def record(seed):
        clock, order = Ticking(), []

        def subject(name):
            def call():
                order.append(name)
                clock.now_ns += 1000

            return call

        time_side_by_side([subject("a"), subject("b"), subject("c")], Plan(runs=200, seconds=0.0), seed, clock)
        return order

    assert record(1) == record(1)
    assert record(1) != record(2)


def test_the_share_of_the_processor_tells_work_from_waiting():
    def work():
        end = time.process_time_ns() + 200_000
        while time.process_time_ns() < end:
            pass

    busy, waiting = time_side_by_side([work, lambda: time.sleep(0.001)], Plan(runs=40, seconds=0.0, warmup_seconds=0.0))
    assert waiting.cpu_share < 0.5 * busy.cpu_share


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"windows": 0}, {"seconds": -1.0}])
def test_a_plan_that_measures_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="at least 1"):
        Plan(**wrong)
