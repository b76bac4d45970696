import numpy as np

from digitedge.reading.grouping import group_numbers, in_reading_order
from digitedge.reading.page import Reading


def row(digits: str, *left: int) -> list[Reading]:
    """Digits 24 wide and 40 high whose left edges are given, on one line."""
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    return in_reading_order([Reading(int(d), 1.0, (x, 0, 24, 40), field, scores) for d, x in zip(digits, left, strict=True)])


def texts(readings: list[Reading], *signs: tuple[int, int, int, int]) -> list[str]:
    return [number.text for number in group_numbers(readings, np.array(signs, np.int32).reshape(-1, 4))]


def test_a_point_at_the_foot_joins() -> None:
    assert texts(row("35", 0, 44), (32, 36, 5, 5)) == ["3.5"]


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
        for digit, x in ((4, 0), (5, 30), (6, 74), (7, 104), (8, 148))
    ]
    points = np.array([(62, 36, 4, 4), (136, 36, 4, 4)], np.int32)
    assert [number.text for number in group_numbers(digits, points[:1])] == ["45.678"]
    numbers = group_numbers(digits, points)
    assert [number.text for number in numbers] == ["45", "67", "8"]
    assert [number.members for number in numbers] == [(0, 1), (2, 3), (4,)]
