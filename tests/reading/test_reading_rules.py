"""What is left of rules and frames: marks that part the numbers of a table."""

import cv2
import numpy as np

from digitedge.reading.candidates import find_candidates
from digitedge.reading.ink import ink_layers


def marks_of(gray: np.ndarray) -> np.ndarray:
    return find_candidates(list(ink_layers(gray)))[1]


def test_upright_rules_leave_marks_along_their_length_and_level_ones_none() -> None:
    gray = np.full((300, 400), 220, np.uint8)
    for x in (100, 250):
        cv2.line(gray, (x, 20), (x, 280), 60, 3)
    cv2.line(gray, (20, 150), (380, 150), 60, 3)
    marks = marks_of(gray)
    x, y, width, height, contrast = marks.T
    for rule in (100, 250):
        along = np.sort(y[np.abs(x + width / 2 - rule) <= 3])
        assert len(along) >= 14  # 260 pixels in pieces of 16
        assert along[0] < 60 and along[-1] > 240
    assert ((np.abs(x - 100) <= 4) | (np.abs(x - 250) <= 4)).all()
    assert width.max() <= 5 and (height == 16).all() and contrast.min() > 100


def test_paper_without_rules_has_no_marks() -> None:
    assert len(marks_of(np.full((300, 400), 220, np.uint8))) == 0
