import itertools

import pytest

from digitedge.scenes.seeds import Purpose, page_seeds


def test_no_page_serves_two_purposes_or_two_runs():
    whole = [page_seeds(purpose, 1_000_000, seed) for purpose in Purpose for seed in range(100)]
    ordered = sorted(whole, key=lambda pages: pages.start)
    assert all(before.stop <= after.start for before, after in itertools.pairwise(ordered))
    assert len(ordered) == 100 * len(Purpose)


def test_seed_0_draws_the_pages_it_always_drew():
    firsts = {purpose: page_seeds(purpose, 1).start for purpose in Purpose}
    assert firsts[Purpose.TRAINING] == 1_000_000 and firsts[Purpose.CONTEXT] == 2_000_000
    assert firsts[Purpose.TESTS] == 8_000_000 and firsts[Purpose.SCORES] == 9_000_000


@pytest.mark.parametrize(("count", "seed"), [(1_000_001, 0), (-1, 0), (1, -1)])
def test_a_range_that_would_run_into_the_next_is_refused(count, seed):
    with pytest.raises(ValueError, match="count"):
        page_seeds(Purpose.CARD, count, seed)
