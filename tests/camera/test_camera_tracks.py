"""Tracks, votes and announcements, from readings whose truth is known."""

from dataclasses import replace

import numpy as np
from camera_factory import drawn_page, reading

from digitedge.camera.announce import Announcer, steady_numbers
from digitedge.camera.matching import whole_in_view
from digitedge.camera.tracks import Tracks
from digitedge.reading.joints import JOINED, POINT
from digitedge.reading.page import Box, Gap, Page, Reading

FPS = 30
PAGE = drawn_page([("5", (100, 100))])
EMPTY = drawn_page([])
BOX = (100, 100, 28, 28)


class Follower:
    """Tracks and announcer, fed frame by frame; keeps all news with their moment."""

    def __init__(self) -> None:
        self.tracks, self.announcer = Tracks(), Announcer()
        self.time = 0.0
        self.news: list[tuple[float, tuple[str, ...], tuple[str, ...]]] = []
        self.digits: tuple = ()
        self.numbers: tuple = ()

    def see(self, readings: list[Reading], gray: np.ndarray = EMPTY, seconds: float = 1 / FPS) -> None:
        self.digits, self.numbers = steady_numbers(self.tracks.update(tuple(readings), gray, self.time))
        changed, gone = self.announcer.update(self.numbers, self.time, self.tracks.are_settled)
        if changed or gone:
            self.news.append((self.time, changed, gone))
        self.time += seconds


def test_a_new_digit_is_announced_once_within_half_a_second() -> None:
    follower = Follower()
    for _ in range(10):
        follower.see([])
    appeared_at = follower.time
    for _ in range(60):
        follower.see([reading(5, BOX)], PAGE)
    assert [(changed, gone) for _, changed, gone in follower.news] == [(("5",), ())]
    assert 0.1 < follower.news[0][0] - appeared_at <= 0.5


def test_a_digit_of_one_frame_is_never_announced() -> None:
    follower = Follower()
    for frame in range(90):
        follower.see([reading(5, BOX)] if frame % 10 == 0 else [])
    assert follower.news == []


def test_a_digit_that_flickers_between_two_values_is_announced_once() -> None:
    rng = np.random.default_rng(3)
    follower = Follower()
    for _ in range(3000):
        errs = rng.random() < 0.3
        follower.see([reading(7, BOX, 0.6 if errs else 0.9, says=1 if errs else None)], PAGE)
    assert [changed for _, changed, _ in follower.news] == [("7",)]
    assert follower.digits[0].digit == 7
    assert 0.5 < follower.digits[0].confidence < 0.9  # the disagreement shows


def test_votes_weigh_by_confidence() -> None:
    follower = Follower()
    for frame in range(40):
        follower.see([reading(3, BOX, 0.95 if frame % 2 else 0.3, says=None if frame % 2 else 8)], PAGE)
    assert follower.digits[0].digit == 3


def test_a_digit_written_over_is_announced_within_half_a_second() -> None:
    follower = Follower()
    for _ in range(90):
        follower.see([reading(5, BOX)], PAGE)
    changed_at = follower.time
    for _ in range(30):
        follower.see([reading(8, BOX)], PAGE)
    last_at, changed, gone = follower.news[-1]
    assert (changed, gone) == (("8",), ("5",))
    assert last_at - changed_at <= 0.5
    assert follower.digits[0].id == 1  # the place is the same


def test_a_digit_that_is_not_read_for_a_while_stays_if_its_ink_is_still_there() -> None:
    follower = Follower()
    for _ in range(30):
        follower.see([reading(5, BOX)], PAGE)
    for _ in range(60):
        follower.see([], np.clip(PAGE.astype(np.int16) * 0.8 + 5, 0, 255).astype(np.uint8))  # the light has changed
    assert len(follower.news) == 1
    assert [digit.digit for digit in follower.digits] == [5]


def test_a_digit_that_is_taken_away_is_gone_within_half_a_second() -> None:
    follower = Follower()
    for _ in range(30):
        follower.see([reading(5, BOX)], PAGE)
    removed_at = follower.time
    for _ in range(30):
        follower.see([], EMPTY)
    last_at, changed, gone = follower.news[-1]
    assert (changed, gone) == ((), ("5",))
    assert last_at - removed_at <= 0.5
    assert follower.digits == ()


def test_what_is_never_read_again_does_not_stay_for_ever() -> None:
    follower = Follower()
    for _ in range(30):
        follower.see([reading(5, BOX)], PAGE)
    for _ in range(600):
        follower.see([], PAGE)
    assert follower.digits == ()


def test_ids_follow_moving_digits_and_are_never_used_twice() -> None:
    follower = Follower()
    for frame in range(60):
        x = 20 + 4 * frame
        follower.see([reading(5, (x, 100, 28, 28)), reading(2, (x + 60, 100, 28, 28))])
    assert [(digit.id, digit.digit) for digit in follower.digits] == [(1, 5), (2, 2)]
    for _ in range(30):
        follower.see([])
    for _ in range(10):
        follower.see([reading(8, BOX)])
    assert [digit.id for digit in follower.digits] == [3]


def test_the_digits_of_a_number_that_settle_one_by_one_are_announced_together() -> None:
    follower = Follower()
    boxes = [(40 + 30 * i, 100, 26, 28) for i in range(3)]
    for frame in range(40):
        follower.see([reading(d, box) for i, (d, box) in enumerate(zip((2, 4, 6), boxes, strict=True)) if frame >= i])
    assert [changed for _, changed, _ in follower.news] == [("246",)]
    assert follower.numbers[0].members == (0, 1, 2)
    assert [follower.digits[m].digit for m in follower.numbers[0].members] == [2, 4, 6]


def test_a_digit_that_was_hidden_comes_back_under_its_own_id() -> None:
    follower = Follower()
    for frame in range(120):
        hidden = 40 <= frame < 80
        follower.see([] if hidden else [reading(5, BOX)], EMPTY if hidden else PAGE)
    assert [(digit.id, digit.digit) for digit in follower.digits] == [(1, 5)]
    for _ in range(40):
        follower.see([])
    for _ in range(20):
        follower.see([reading(6, BOX)])  # another digit in its place is another one
    assert [(digit.id, digit.digit) for digit in follower.digits] == [(2, 6)]


def test_at_two_frames_a_second_three_frames_are_enough_and_two_for_what_was_there_before() -> None:
    follower = Follower()
    for frame in range(12):
        hidden = 4 <= frame < 7
        digits = [reading(2, (40, 40, 20, 28)), *([] if hidden else [reading(7, (200, 100, 20, 28))])]
        follower.see(digits, EMPTY, 0.5)
    assert [(time, changed, gone) for time, changed, gone in follower.news] == [
        (1.0, ("2", "7"), ()),
        (2.5, (), ("7",)),
        (4.0, ("7",), ()),
    ]


def test_half_a_digit_at_the_edge_of_what_is_read_is_no_digit() -> None:
    boxes = [(0, 50, 20, 28), (50, 0, 20, 28), (300, 50, 20, 28), (50, 212, 20, 28), (100, 100, 20, 28)]
    page = Page((320, 240), tuple(reading(5, box) for box in boxes), (), {})
    assert [whole.box_xywh for whole in whole_in_view(page, None)] == [(100, 100, 20, 28)]
    assert whole_in_view(page, (100, 90, 100, 100)) == ()
    assert len(whole_in_view(page, (90, 90, 400, 400))) == 1


def test_what_a_gap_shows_is_remembered_over_frames_that_differ_or_do_not_look() -> None:
    point, joined = gap(POINT), gap(JOINED)
    assert kinds_seen([None, point, point, joined, None, joined, joined, joined, joined]) == [None, 2, 2, 2, 2, 1, 1, 1, 1]


def test_a_gap_before_another_follower_is_another_gap() -> None:
    of_speck = gap(JOINED, (130, 118, 10, 10))
    assert kinds_seen([gap(POINT), of_speck, gap(POINT)]) == [2, 1, 2]
    assert kinds_seen([gap(POINT), of_speck, None]) == [2, 1, 1]


def test_of_new_ink_no_gap_is_known() -> None:
    tracks = Tracks()
    tracks.update((replace(reading(5, BOX), after=gap(POINT)),), PAGE, 0.0)
    ((_, last),) = tracks.update((reading(5, (*BOX[:2], BOX[2], BOX[3] * 3 // 2)),), PAGE, 1 / FPS)
    assert last.after is None


def kinds_seen(gaps: list[Gap | None]) -> list[int | None]:
    """Return what the gap behind a digit is known to be after each frame that shows this."""
    tracks, seen = Tracks(), []
    for frame, after in enumerate(gaps):
        ((_, last),) = tracks.update((replace(reading(5, BOX), after=after),), PAGE, frame / FPS)
        seen.append(None if last.after is None else int(last.after.shows.argmax()))
    return seen


def gap(kind: int, follower: Box = (140, 100, 28, 28)) -> Gap:
    return Gap.between(BOX, follower, 4 * np.eye(3, dtype=np.float32)[kind])
