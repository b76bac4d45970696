"""Which seeds draw the pages of which purpose, so that none is learnt from and measured on."""

from __future__ import annotations

from enum import IntEnum

_RANGE = 1_000_000  # pages a purpose may draw with one seed
_PURPOSES = 10


class Purpose(IntEnum):
    """What pages are drawn for; the number tells where its seeds begin."""

    TRAINING = 1  # the classifier learns from what the reader cuts out of them
    CONTEXT = 2  # the context model is fitted on them, and held out from some
    CARD = 3  # the model card's calibration and risk
    GROUPING = 4  # what tells which digits are of one number is fitted on them
    GLIMPSES = 5  # the network that sees candidates amid their surroundings learns from them
    TESTS = 8
    SCORES = 9  # scripts/score-scenes


def page_seeds(purpose: Purpose, count: int, seed: int = 0) -> range:
    """Return the seeds of ``count`` pages of a run with ``seed``; no two purposes and no two runs share one.

    >>> page_seeds(Purpose.CONTEXT, 3)
    range(2000000, 2000003)
    >>> page_seeds(Purpose.CONTEXT, 3, seed=1)
    range(12000000, 12000003)
    """
    if seed < 0 or not 0 <= count <= _RANGE:
        raise ValueError(f"seed must not be negative and count be 0..{_RANGE}, got {seed} and {count}")
    first = (_PURPOSES * seed + purpose) * _RANGE
    return range(first, first + count)
