import numpy as np

from digitedge.reading.neighbours import followers


def chain(*boxes: tuple[int, int, int, int]) -> list[int]:
    return followers(np.array(boxes, np.float32).reshape(-1, 4))


def test_no_digits_follow_each_other_where_there_are_none() -> None:
    assert chain() == []


def test_in_climbing_lines_each_follows_its_own_line() -> None:
    def line(y: int) -> list[tuple[int, int, int, int]]:
        return [(30 * place, y - 8 * place, 20, 40) for place in range(5)]

    assert chain(*line(0), *line(48)) == [1, 2, 3, 4, -1, 6, 7, 8, 9, -1]


def test_a_digit_follows_only_one_other() -> None:
    assert chain((0, 0, 20, 40), (2, 24, 20, 40), (30, 10, 20, 40)).count(2) == 1
