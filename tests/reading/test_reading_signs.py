from dataclasses import replace

import cv2
import numpy as np

from digitedge.reading.candidates import NOTHING, Candidate, find_candidates
from digitedge.reading.grouping import group_numbers, in_reading_order
from digitedge.reading.ink import ink_layers
from digitedge.reading.page import Reading
from digitedge.reading.signs import signs_between


def row(digits: str, *left: int) -> list[Reading]:
    """Digits 24 wide and 40 high whose left edges are given, on one line."""
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    return in_reading_order([Reading(int(d), 1.0, (x, 0, 24, 40), field, scores) for d, x in zip(digits, left, strict=True)])


def texts(readings: list[Reading], *signs: tuple[int, int, int, int]) -> list[str]:
    return [number.text for number in group_numbers(readings, np.array(signs, np.int32).reshape(-1, 4))]


def test_a_point_at_the_foot_joins() -> None:
    assert texts(row("35", 0, 44), (32, 36, 5, 5)) == ["3.5"]


def test_a_point_may_be_a_dash_or_hang_below_the_feet() -> None:
    assert texts(row("35", 0, 50), (29, 34, 16, 10)) == ["3.5"]
    assert texts(row("35", 0, 44), (32, 42, 6, 6)) == ["3.5"]
    for comma in ((31, 40, 7, 14), (31, 36, 7, 16), (30, 34, 6, 20)):
        assert texts(row("35", 0, 44), comma) == ["3", "5"]


def test_a_point_beside_a_small_digit_stands_at_the_feet_of_the_large_one() -> None:
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    digits = [Reading(3, 1.0, (0, 0, 24, 40), field, scores), Reading(0, 1.0, (44, 12, 16, 20), field, scores)]
    assert texts(digits, (32, 36, 5, 5)) == ["3.0"]


def test_a_point_on_a_ruled_line_is_seen_and_the_line_is_none() -> None:
    gray = np.full((200, 400), 225, np.uint8)
    cv2.line(gray, (10, 121), (390, 121), 150, 2)
    cv2.circle(gray, (200, 117), 4, 40, -1)
    marks = find_candidates(list(ink_layers(gray)))[1]
    beside = marks[(marks[:, 0] > 150) & (marks[:, 0] < 250)]
    assert len(beside) == 1 and abs(beside[0, 0] - 196) <= 2 and beside[0, 2] <= 11


def test_a_ruled_line_that_waves_leaves_no_points() -> None:
    gray = np.full((200, 600), 225, np.uint8)
    x = np.arange(10, 590)
    cv2.polylines(gray, [np.column_stack([x, 120 + np.rint(1.2 * np.sin(x / 23)).astype(int)]).astype(np.int32)], False, 90, 2)
    assert len(find_candidates(list(ink_layers(gray)))[1]) == 0


def test_a_minus_may_climb() -> None:
    assert texts(row("42", 40, 72), (12, 10, 24, 18)) == ["-42"]
    assert texts(row("42", 40, 72), (12, 22, 24, 18)) == ["42"], "a small letter"


def test_a_comma_parts_neighbours_that_stand_close() -> None:
    assert texts(row("35", 0, 40)) == ["35"]
    assert texts(row("35", 0, 40), (29, 34, 6, 16)) == ["3", "5"]


def test_a_plus_parts() -> None:
    assert texts(row("35", 0, 44), (26, 12, 16, 16)) == ["3", "5"]


def test_a_speck_high_above_parts_nothing() -> None:
    assert texts(row("35", 0, 34), (28, -30, 5, 5)) == ["35"]


def test_a_minus_belongs_to_the_number_it_stands_before() -> None:
    assert texts(row("42", 40, 72), (14, 18, 16, 4)) == ["-42"]


def test_a_minus_between_two_numbers_is_a_sum() -> None:
    assert texts(row("74", 0, 76), (38, 18, 16, 4)) == ["7", "4"]


def test_two_points_join_nothing() -> None:
    assert texts(row("35", 0, 44), (32, 36, 5, 5), (32, 14, 5, 5)) == ["3", "5"]


def test_several_points_in_a_row_of_digits_part_it_like_commas() -> None:
    digits = [
        Reading(digit, 1.0, (x, 0, 24, 40), np.zeros((28, 28), np.uint8), np.zeros(11, np.float32))
        for digit, x in ((4, 0), (5, 30), (6, 74), (7, 104), (8, 142))
    ]
    points = np.array([(62, 36, 4, 4), (132, 36, 4, 4)], np.int32)
    assert [number.text for number in group_numbers(digits, points[:1])] == ["45.678"]
    numbers = group_numbers(digits, points)
    assert [number.text for number in numbers] == ["45", "67", "8"]
    assert [number.members for number in numbers] == [(0, 1), (2, 3), (4,)]


def test_a_comma_in_the_row_makes_a_small_one_a_comma_too() -> None:
    assert texts(row("356", 0, 44, 100), (32, 36, 5, 10), (82, 36, 6, 14)) == ["3", "5", "6"]


def test_a_small_point_stays_one_beside_large_commas() -> None:
    assert texts(row("356", 0, 44, 88), (32, 36, 4, 5), (78, 34, 6, 14)) == ["3.5", "6"]


def test_a_point_with_a_space_after_it_ends_an_item() -> None:
    assert texts(row("35", 0, 60), (26, 36, 5, 5)) == ["3", "5"]


def test_a_sign_found_twice_counts_once() -> None:
    assert texts(row("35", 0, 44), (32, 36, 5, 5), (31, 35, 7, 7)) == ["3.5"]


def test_what_reaches_over_both_neighbours_parts_nothing() -> None:
    assert texts(row("35", 0, 34), (-4, 30, 70, 6)) == ["35"]


def test_an_equals_sign_and_an_operator_are_no_minus() -> None:
    assert texts(row("42", 40, 72), (14, 12, 16, 4), (14, 24, 16, 4)) == ["42"]
    letter = (-16, 6, 22, 30)
    assert texts(row("42", 40, 72), letter, (14, 18, 16, 4)) == ["42"]


def test_what_joins_two_digits_is_a_sign_when_they_are_cut_out() -> None:
    patch = np.zeros((42, 92), np.uint8)
    patch[1:41, 1:25] = patch[1:41, 67:91] = 255
    patch[19:24, 25:67] = 255
    whole = Candidate((10, 10, 90, 40), patch, (9, 9), 100.0, 10.0, False, 0, 1.0)
    part = replace(whole, patch=patch[:, :26], how="split", whole=whole)
    parts = [replace(part, box_xywh=(x, 10, 24, 40), corner_xy=(x - 1, 9)) for x in (10, 76)]
    ((x, y, w, h),) = signs_between([whole, *parts], [1, 2], NOTHING).tolist()
    assert 34 <= x <= 38 and 36 <= w <= 42 and 26 <= y <= 30 and 4 <= h <= 6


def test_a_point_under_a_slanted_digits_box_is_a_sign_and_the_digits_own_ink_is_none() -> None:
    patch = np.zeros((42, 26), np.uint8)
    cv2.line(patch, (23, 2), (4, 38), 255, 3)
    digit = Candidate((10, 10, 24, 40), patch, (9, 9), 100.0, 10.0, False, 0, 1.0)
    marks = np.array([(28, 45, 4, 4, 90, 0), (12, 42, 4, 6, 90, 0), (28, 45, 4, 4, 90, 1)], np.float32)
    assert signs_between([digit], [0], marks).tolist() == [[28, 45, 4, 4]]


def test_a_column_of_decimals_keeps_its_points() -> None:
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    digits, points = [], []
    for line, text in enumerate(("25", "36", "84")):
        for place, digit in enumerate(text):
            digits.append(Reading(int(digit), 1.0, (44 * place, 100 * line, 24, 40), field, scores))
        points.append((32, 100 * line + 36, 5, 5))
    assert texts(digits, *points) == ["2.5", "3.6", "8.4"]
