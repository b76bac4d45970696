import numpy as np

from digitedge.reading.grouping import group_numbers, in_reading_order
from digitedge.reading.page import Reading


def reading(digit: int, x: int, y: int, height: int = 40, width: int = 24, confidence: float = 1.0) -> Reading:
    return Reading(digit, confidence, (x, y, width, height), np.zeros((28, 28), np.uint8), np.zeros(11, np.float32))


def texts(readings: list[Reading]) -> list[str]:
    return [number.text for number in group_numbers(in_reading_order(readings))]


def test_neighbours_make_a_number_and_a_space_parts_them() -> None:
    assert texts([reading(1, 0, 0), reading(2, 34, 3), reading(3, 150, 0), reading(4, 184, -4)]) == ["12", "34"]


def test_lines_are_read_from_top_to_bottom() -> None:
    assert texts([reading(7, 0, 100), reading(5, 0, 0), reading(6, 34, 0), reading(8, 34, 102)]) == ["56", "78"]


def test_a_column_is_not_a_number() -> None:
    assert texts([reading(1, 0, 0), reading(2, 2, 60), reading(3, 1, 120)]) == ["1", "2", "3"]


def test_a_small_digit_beside_a_large_one_stands_alone() -> None:
    assert texts([reading(1, 0, 0, height=80, width=50), reading(2, 60, 20, height=30)]) == ["1", "2"]


def test_a_number_is_as_sure_as_all_its_digits_together() -> None:
    numbers = group_numbers([reading(1, 0, 0, confidence=0.5), reading(2, 34, 0, confidence=0.5)])
    assert numbers[0].confidence == 0.25
    assert numbers[0].box_xywh == (0, 0, 58, 40)
    assert numbers[0].members == (0, 1)


def test_what_climbs_stays_one_number_beside_the_number_above() -> None:
    def line(y: int) -> list[Reading]:
        return [reading(place, 30 * place, y - 8 * place) for place in range(1, 6)]

    assert sorted(texts(line(100) + line(148))) == ["12345", "12345"]


def test_a_wide_hand_writes_one_number_and_a_space_is_wider() -> None:
    assert texts([reading(4, 0, 0), reading(1, 44, 0, width=8), reading(9, 72, 0)]) == ["419"]
    assert texts([reading(4, 0, 0), reading(9, 50, 0)]) == ["4", "9"]


def test_a_small_nought_on_or_above_the_line_belongs_to_its_number_and_a_raised_digit_does_not() -> None:
    assert texts([reading(6, 0, 0), reading(0, 30, 22, height=18, width=16)]) == ["60"]
    assert texts([reading(6, 0, 0), reading(0, 30, 12, height=18, width=16)]) == ["60"]
    assert texts([reading(5, 0, 0), reading(2, 30, 4, height=18, width=12)]) == ["5", "2"], "a power"
    assert texts([reading(5, 0, 0), reading(2, 30, 30, height=18, width=12)]) == ["5", "2"], "an index"
