"""What is shown of the gap between two digits, and what that tells."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitedge.models import DEFAULT_MODEL
from digitedge.reading.candidates import Candidate, find_candidates
from digitedge.reading.gaps import GAP_PX, gap_pictures
from digitedge.reading.ink import InkLayer, ink_layers
from digitedge.reading.reader import Reader, ReaderSettings
from digitedge.runtime.classifier import Classifier

MIDDLE = GAP_PX // 2


def two_bars(*, point: bool = False) -> NDArray[np.uint8]:
    gray = np.full((200, 300), 220, np.uint8)
    for x in (100, 130):
        cv2.line(gray, (x, 80), (x, 120), 40, 5)
    if point:
        cv2.circle(gray, (115, 120), 3, 40, -1)
    return gray


def pieces(gray: NDArray[np.uint8]) -> tuple[tuple[Candidate, Candidate], list[InkLayer]]:
    layers = list(ink_layers(gray))
    found = [c for c in find_candidates(layers)[0] if c.box_xywh[3] > 30 and c.how == "piece" and c.level == 0]
    left, right = sorted(found, key=lambda candidate: candidate.box_xywh[0])
    return (left, right), layers


def test_the_gap_is_in_the_middle_and_both_digits_stand_half_as_high_as_the_picture():
    pair, layers = pieces(two_bars(point=True))
    (gap,) = gap_pictures([pair], layers)
    assert gap.dtype == np.uint8 and gap.shape == (GAP_PX, GAP_PX)
    columns = np.flatnonzero((gap > 150).sum(axis=0) > 10)
    assert columns.min() + columns.max() == pytest.approx(GAP_PX - 1, abs=2) and MIDDLE not in columns
    rows = np.flatnonzero((gap > 150).any(axis=1))
    assert np.ptp(rows) == pytest.approx(GAP_PX / 2, abs=3)
    point = gap[rows.max() - 4 : rows.max() + 4, MIDDLE - 3 : MIDDLE + 3]
    assert 60 < point.max() <= 127, "what is neither digit is half as bright"


def test_past_the_edge_of_the_picture_there_is_nothing():
    (left, right), layers = pieces(two_bars()[70:121, 95:140])
    (gap,) = gap_pictures([(left, right)], layers)
    assert gap[: GAP_PX // 2].max() > 150 and not gap[-4:].any()


def test_ink_of_a_digit_that_another_layer_showed_is_other_ink():
    (left, right), layers = pieces(two_bars())
    (gap,) = gap_pictures([(left, replace(right, level=1))], layers)
    assert gap[:, :MIDDLE].max() > 150 and 60 < gap[:, MIDDLE:].max() <= 127


def test_no_pairs_give_no_pictures():
    assert gap_pictures([], []).shape == (0, GAP_PX, GAP_PX)


def written(mark: str) -> NDArray[np.uint8]:
    """Six pairs of numbers with a mark between each two; a point runs into the digit before it."""
    gray = np.full((220, 620), 225, np.uint8)
    for line, row in enumerate(([("3", "5"), ("12", "4"), ("2", "85")], [("6", "7"), ("5", "2"), ("8", "25")])):
        x, foot = 40, 80 + 90 * line
        for before, behind in row:
            width, more = (cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.8, 2)[0][0] for text in (before, behind))
            for text, left in ((before, x), (behind, x + width + 16)):
                cv2.putText(gray, text, (left, foot), cv2.FONT_HERSHEY_SIMPLEX, 1.8, 40, 2, cv2.LINE_AA)
            if mark == ".":
                cv2.circle(gray, (x + width, foot - 2), 2, 40, -1, cv2.LINE_AA)
            if mark == ",":
                cv2.line(gray, (x + width + 6, foot - 5), (x + width, foot + 10), 40, 2, cv2.LINE_AA)
            x += width + more + 86
    return gray


def test_points_that_run_into_a_digit_are_read_and_where_there_are_none_none_are_made_up():
    with_points = ["3.5", "12.4", "2.85", "6.7", "5.2", "8.25"]
    assert texts(written(".")) == with_points
    assert texts(written("")) == [text.replace(".", "") for text in with_points]


def test_a_comma_parts_and_is_no_point():
    assert texts(written(",")) == ["3", "5", "12", "4", "2", "85", "6", "7", "5", "2", "8", "25"]


def test_doubtful_gaps_are_looked_at_unless_nobody_asks():
    gray = written(".")
    seen, unseen = (
        [reading.after for reading in Reader(Classifier(DEFAULT_MODEL), settings).read(gray).digits]
        for settings in (ReaderSettings(), ReaderSettings(looks_between=False))
    )
    looked = [after for after in seen if after is not None]
    assert 0 < len(looked) < len(seen) and all(after.shows.shape == (3,) for after in looked)
    assert unseen == [None] * len(seen)


def texts(gray: NDArray[np.uint8]) -> list[str]:
    return [number.text for number in Reader(Classifier(DEFAULT_MODEL)).read(gray).numbers]
