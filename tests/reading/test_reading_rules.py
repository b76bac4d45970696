"""What is left of rules and frames: marks that part the numbers of a table."""

import cv2
import numpy as np

from digitedge.reading.candidates import find_candidates
from digitedge.reading.grouping import group_numbers, in_reading_order
from digitedge.reading.ink import ink_layers
from digitedge.reading.page import Reading


def rules_of(gray: np.ndarray) -> np.ndarray:
    return find_candidates(list(ink_layers(gray)))[2]


def test_upright_rules_leave_marks_along_their_length_and_level_ones_none() -> None:
    gray = np.full((300, 400), 220, np.uint8)
    for x in (100, 250):
        cv2.line(gray, (x, 20), (x, 280), 60, 3)
    cv2.line(gray, (20, 150), (380, 150), 60, 3)
    marks = rules_of(gray)
    x, y, width, height, contrast, _ = marks.T
    for rule in (100, 250):
        along = np.sort(y[np.abs(x + width / 2 - rule) <= 3])
        assert len(along) >= 14  # 260 pixels in pieces of 16
        assert along[0] < 60 and along[-1] > 240
    assert ((np.abs(x - 100) <= 4) | (np.abs(x - 250) <= 4)).all()
    assert width.max() <= 6 and np.isin(height, (16, 32)).all() and contrast.min() > 100


def test_paper_without_rules_has_no_marks() -> None:
    assert len(rules_of(np.full((300, 400), 220, np.uint8))) == 0


def pieces(*x: int, top: int = 0, bottom: int = 48) -> np.ndarray:
    return np.array([(left, y, 2, 16) for left in x for y in range(top, bottom, 16)], np.int32).reshape(-1, 4)


def texts(digits: list[tuple[int, tuple[int, int, int, int]]], rules: np.ndarray, signs: np.ndarray | None = None) -> list[str]:
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    readings = in_reading_order([Reading(digit, 1.0, box, field, scores) for digit, box in digits])
    return [number.text for number in group_numbers(readings, signs, rules)]


def test_a_tables_rule_parts_what_stands_close() -> None:
    digits = [(3, (54, 5, 24, 40)), (7, (100, 5, 24, 40))]
    assert texts(digits, pieces(top=-48)) == ["37"]
    assert texts(digits, pieces(20, 88, 156, top=-48, bottom=96)) == ["3", "7"]


def test_a_mark_across_a_tables_rule_is_no_minus() -> None:
    digits, mark = [(3, (100, 5, 24, 40))], np.array([(80, 22, 14, 4)], np.int32)
    assert texts(digits, pieces(20, 160, top=-48, bottom=96), mark) == ["-3"], "in its cell"
    assert texts(digits, pieces(20, 93, 160, top=-48, bottom=96), mark) == ["3"]
    assert texts(digits, pieces(*range(0, 220, 19), top=-48, bottom=96), mark) == ["-3"], "squared paper"


def test_the_cells_of_a_comb_hold_one_number() -> None:
    digits = [(digit, (12 + 48 * place, 5, 24, 40)) for place, digit in enumerate((3, 7, 0))]
    assert texts(digits, pieces(0, 48, 96, 144, 192)) == ["370"]


def test_the_lines_of_squared_paper_part_nothing() -> None:
    digits = [(digit, (12 + 28 * place, 5, 24, 40)) for place, digit in enumerate((3, 7, 0, 1))]
    assert texts(digits, pieces(*range(0, 200, 20), top=-96, bottom=144)) == ["3701"]


def test_rules_that_lean_leave_marks_too() -> None:
    gray = np.full((300, 400), 220, np.uint8)
    for x in (100, 250):
        cv2.line(gray, (x, 20), (x + 20, 280), 60, 1)
    assert len(rules_of(gray)) >= 20
