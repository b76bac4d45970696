"""What the reader's own network is shown, and what it says."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitedge.models import DEFAULT_MODEL
from digitedge.reading.candidates import Candidate, find_candidates
from digitedge.reading.glimpse import FAR_HEIGHTS, GLIMPSE_MODEL, GLIMPSE_PX, NEAR_HEIGHTS, glimpses
from digitedge.reading.ink import InkLayer, ink_layers
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier, softmax
from digitedge.scenes.pages import draw_page

MIDDLE = slice(GLIMPSE_PX // 2 - GLIMPSE_PX // 7, GLIMPSE_PX // 2 + GLIMPSE_PX // 7)


def found(gray: NDArray[np.uint8], x: int) -> tuple[Candidate, list[InkLayer]]:
    layers = list(ink_layers(gray))
    (candidate,) = (c for c in find_candidates(layers)[0] if abs(c.box_xywh[0] - x) < 4 and c.how == "piece" and c.level == 0)
    return candidate, layers


def three_bars(height: int = 200) -> NDArray[np.uint8]:
    gray = np.full((height, 300), 220, np.uint8)
    for x in (60, 100, 140):
        cv2.line(gray, (x, 80), (x, 120), 40, 5)
    return gray


def test_the_candidate_is_bright_in_the_middle_and_its_neighbours_dim_at_its_sides():
    candidate, layers = found(three_bars(), 98)
    (glimpse,) = glimpses([candidate], layers)
    assert glimpse.dtype == np.uint8 and glimpse.shape == (GLIMPSE_PX, GLIMPSE_PX)
    assert glimpse[MIDDLE, MIDDLE].max() > 150
    left, right = glimpse[:, : MIDDLE.start], glimpse[:, MIDDLE.stop :]
    assert 60 < left.max() <= 127 and 60 < right.max() <= 127
    assert np.count_nonzero(glimpse[:, GLIMPSE_PX // 2] > 64) == pytest.approx(GLIMPSE_PX / 4, abs=2)


def test_past_the_edge_of_the_picture_there_is_nothing():
    gray = np.full((200, 300), 220, np.uint8)
    cv2.line(gray, (6, 6), (6, 46), 40, 5)
    candidate, layers = found(gray, 4)
    (glimpse,) = glimpses([candidate], layers)
    assert glimpse[MIDDLE, MIDDLE].max() > 150
    assert not glimpse[: MIDDLE.start - 3].any() and not glimpse[:, : MIDDLE.start].any()


def test_a_glimpse_does_not_depend_on_contrast_or_polarity():
    gray = three_bars()
    pale = (220 - (220 - gray.astype(np.int32)) // 3).astype(np.uint8)
    seen = [found(each, 98) for each in (gray, pale, 255 - gray)]
    shown = [glimpses([candidate], layers)[0].astype(int) for candidate, layers in seen]
    assert np.abs(shown[0] - shown[1]).max() <= 12 and np.abs(shown[0] - shown[2]).max() <= 12


def test_nothing_gives_no_glimpses():
    assert glimpses([], []).shape == (0, GLIMPSE_PX, GLIMPSE_PX)


def test_nearer_by_the_candidate_is_larger():
    candidate, layers = found(three_bars(), 98)
    heights = [
        np.count_nonzero(glimpses([candidate], layers, view)[0][:, GLIMPSE_PX // 2] > 64)
        for view in (FAR_HEIGHTS, NEAR_HEIGHTS)
    ]
    assert heights == [pytest.approx(GLIMPSE_PX / view, abs=2) for view in (FAR_HEIGHTS, NEAR_HEIGHTS)]
    assert heights[0] < heights[1]


def test_what_one_glimpse_leaves_open_is_looked_at_from_nearer_by_too():
    gray = cv2.cvtColor(draw_page(1, kind="rows", size_wh=(640, 480)).image_bgr, cv2.COLOR_BGR2GRAY)
    reader, layers = Reader(Classifier(DEFAULT_MODEL)), list(ink_layers(gray))
    candidates = reader.candidates(layers)[0][:60]
    network = Classifier(GLIMPSE_MODEL)
    far, near = (network.logits(glimpses(candidates, layers, view)) for view in (FAR_HEIGHTS, NEAR_HEIGHTS))
    once, twice = softmax(far, network.info), softmax((far + near) / 2, network.info)
    is_open = once.max(axis=1) < 0.98
    assert 0 < np.count_nonzero(is_open) < len(candidates)
    shown = reader.look(candidates, layers)
    np.testing.assert_allclose(shown, np.where(is_open[:, None], twice, once), atol=1e-6)


@pytest.mark.parametrize(("word", "is_digit"), [("27182", True), ("willow", False)])
def test_a_bar_among_digits_is_one_and_among_letters_none(word: str, is_digit: bool):
    gray = np.full((200, 300), 220, np.uint8)
    left, right = word[: len(word) // 2], word[len(word) // 2 + 1 :]
    cv2.putText(gray, left, (140 - 24 * len(left), 120), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3)
    cv2.putText(gray, right, (165, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3)
    cv2.line(gray, (150, 92), (150, 120), 40, 3)
    candidate, layers = found(gray, 148)
    (shown,) = Reader(Classifier(DEFAULT_MODEL)).look([candidate], layers)
    assert GLIMPSE_MODEL.is_file() and (shown[1] > 0.5) == is_digit, shown.round(3)


def test_a_prepared_reader_loads_nothing_while_it_reads(monkeypatch):
    prepared, other = (Reader(Classifier(DEFAULT_MODEL)) for _ in range(2))
    prepared.prepare()

    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} is loaded late")

    monkeypatch.setattr("digitedge.reading.reader.Classifier", refuse)
    gray = cv2.cvtColor(draw_page(8_000_003).image_bgr, cv2.COLOR_BGR2GRAY)
    assert prepared.read(gray).digits
    with pytest.raises(AssertionError, match="glimpse"):
        other.read(gray)
