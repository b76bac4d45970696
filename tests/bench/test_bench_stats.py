import doctest

import numpy as np
import pytest

import digitedge.bench.litert
import digitedge.bench.stages
import digitedge.bench.stats
import digitedge.bench.tables
import digitedge.bench.watch
from digitedge.bench.stats import Ratio, best_threads, exponent, quantiles, ratio_paired, ratio_unpaired, spread


@pytest.mark.parametrize(
    "module",
    [digitedge.bench.stats, digitedge.bench.stages, digitedge.bench.tables, digitedge.bench.watch, digitedge.bench.litert],
    ids=lambda module: module.__name__,
)
def test_the_examples_in_the_docstrings_hold(module):
    done = doctest.testmod(module)
    assert done.attempted > 0 and done.failed == 0


def test_quantiles_of_a_known_distribution():
    found = quantiles(np.arange(1001.0))
    assert (found.min, found.p50, found.p90, found.p99, found.mean) == (0.0, 500.0, 900.0, 990.0, 500.0)


def test_no_samples_is_the_callers_mistake():
    with pytest.raises(ValueError, match="at least one"):
        quantiles([])


def test_windows_that_agree_have_no_spread_and_one_odd_window_is_seen():
    assert spread([7.0] * 5) == 0.0
    assert spread([10.0, 10.0, 10.0, 10.0, 14.0]) == pytest.approx(0.4)


def test_pairs_see_a_difference_that_drift_hides():
    """A machine that slows down threefold while both are measured: 2 % between the two is still found."""
    rng = np.random.default_rng(1)
    drift = np.linspace(10, 30, 200)
    first = drift * rng.normal(1, 0.01, 200)
    second = 1.02 * drift * rng.normal(1, 0.01, 200)
    found = ratio_paired(list(second), list(first))
    assert found.low > 1.0
    assert found.ratio == pytest.approx(1.02, abs=0.005)


def test_the_unpaired_interval_holds_its_promise():
    """Ten windows each of equal distributions: the 95 % interval holds 1 in about 95 % of all trials."""
    rng = np.random.default_rng(2)
    holds = 0
    for trial in range(200):
        new, old = rng.normal(20, 1, 10), rng.normal(20, 1, 10)
        found = ratio_unpaired(list(new), list(old), seed=trial)
        holds += found.low <= 1.0 <= found.high
    assert holds >= 180  # binomial(200, 0.95): fewer than 180 has a probability of 0.2 %


def test_a_seed_gives_the_same_interval_again():
    assert ratio_unpaired([1.0, 2.0, 3.0], [2.0, 2.5], seed=3) == ratio_unpaired([1.0, 2.0, 3.0], [2.0, 2.5], seed=3)


def test_unequal_pairs_are_refused():
    with pytest.raises(ValueError, match="2 and 1"):
        ratio_paired([1.0, 2.0], [1.0])


def test_an_identical_ratio_has_no_width():
    assert ratio_paired([3.0, 3.0], [2.0, 2.0]) == Ratio(1.5, 1.5, 1.5)


@pytest.mark.parametrize("power", [0.5, 1.0, 1.7])
def test_the_exponent_of_a_noisy_power_law(power):
    sizes = np.geomspace(1, 200, 12)
    costs = 3 * sizes**power * np.random.default_rng(4).normal(1, 0.03, sizes.size)
    assert exponent(list(sizes), list(costs)) == pytest.approx(power, abs=0.05)


def test_more_threads_must_earn_their_keep():
    assert best_threads({1: 100.0, 2: 60.0, 4: 58.0}) == 2
    assert best_threads({1: 14.0, 2: 140.0}) == 1
