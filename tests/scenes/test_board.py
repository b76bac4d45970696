from dataclasses import replace

import cv2
import numpy as np
import pytest

from digitedge.scenes.board import Board, around
from digitedge.scenes.borrowed import BorrowedHands, enlarge
from digitedge.scenes.extras import mark_up, punch_holes, shine_through
from digitedge.scenes.grounds import Ground
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.layouts_numbers import frame_grid
from digitedge.scenes.truth import TrueDigit
from digitedge.scenes.writer import Writer, group, print_text

TILTED = np.array([[0.95, 0.12, 10.0], [-0.08, 1.02, 20.0], [2e-4, -1e-4, 1.0]])
BLACK = (0.0, 0.0, 0.0)


def blank_board(view=TILTED, size_wh=(320, 240)):
    return Board(np.full((size_wh[1], size_wh[0], 3), 255, np.uint8), view, np.random.default_rng(0))


def changed_box(image_bgr):
    """The box of what is darker than the ink's threshold: 72 of 255 covered."""
    ink = image_bgr[:, :, 0] <= 255 - 72
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)


@pytest.mark.parametrize("view", [np.eye(3), TILTED])
def test_the_box_of_a_stroke_is_exactly_its_ink_after_the_warp(view):
    board = blank_board(view)
    path = np.array([[60.0, 50.0], [120.0, 60.0], [100.0, 130.0]])
    assert board.stroke(path, [3], 6.0, BLACK) == changed_box(board.image_bgr)


@pytest.mark.parametrize("view", [np.eye(3), TILTED])
def test_the_box_of_a_stamp_is_exactly_its_ink_after_the_warp(view):
    board = blank_board(view)
    ink = np.zeros((30, 20), np.uint8)
    ink[:, 8:12] = ink[5:9, :] = 255
    assert board.stamp(ink, (100.0, 80.0), 60.0, BLACK) == changed_box(board.image_bgr)


def test_what_does_not_fit_the_picture_is_not_drawn():
    board = blank_board()
    assert board.stroke(np.array([[-30.0, 50.0], [40.0, 50.0]]), [2], 4.0, BLACK) is None
    assert board.stamp(np.full((9, 9), 255, np.uint8), (315.0, 100.0), 30.0, BLACK) is None
    assert (board.image_bgr == 255).all()


def test_projection_and_scale_agree_with_the_homography():
    board = blank_board()
    x, y = board.project(np.array([[100.0, 50.0]]))[0]
    u, v, w = TILTED @ (100.0, 50.0, 1.0)
    assert (x, y) == pytest.approx((u / w, v / w))
    assert blank_board(np.diag([2.0, 2.0, 1.0])).scale_at(10, 10) == pytest.approx(2.0)


def neat_writer(scans=None):
    hand = Hand(0.05, 1.0, 0.0, 0.3, 0.01, 0.01, 0.01, 0.0, 0.02, 5)
    return Writer(hand, Pen("ball", 0.08, 0.1, 0.0, 1.0), BLACK, BLACK, 1.0, 40.0, 0.2, scans=scans)


def test_writing_tells_digits_numbers_and_letters():
    board = blank_board(np.eye(3), (640, 120))
    neat_writer().write(board, "-3.5 ab 12", 20.0, 80.0, 40.0)
    assert [digit.digit for digit in board.digits] == [3, 5, 1, 2]
    assert [number.text for number in board.numbers] == ["-3.5", "12"]
    assert [other.kind for other in board.others] == ["mark", "mark", "letter", "ambiguous"]
    left_edges = [digit.box_xywh[0] for digit in board.digits]
    assert left_edges == sorted(left_edges)
    assert board.numbers[0].box_xywh == around([digit.box_xywh for digit in board.digits[:2]])


def test_brackets_may_be_higher_than_digits_and_commas_larger():
    heights = {}
    for brackets, commas in ((1.0, 1.0), (1.8, 2.0)):
        board = blank_board(np.eye(3), (640, 160))
        replace(neat_writer(), brackets=brackets, commas=commas).write(board, "[8,8]", 20.0, 110.0, 40.0)
        digits = [digit.box_xywh for digit in board.digits]
        opened, comma, closed = (other.box_xywh for other in board.others)
        middle = np.mean([y + h / 2 for _, y, _, h in digits])
        assert abs(opened[1] + opened[3] / 2 - middle) < 6 and abs(closed[1] + closed[3] / 2 - middle) < 6
        heights[brackets] = opened[3], comma[3]
    assert heights[1.8][0] > 1.5 * heights[1.0][0]
    assert heights[1.8][1] > 1.3 * heights[1.0][1]


def test_print_is_marked_as_print():
    board = blank_board(np.eye(3), (640, 120))
    print_text(board, "A 407", 20.0, 30.0, 40.0, BLACK, font=3)
    assert [(digit.digit, digit.printed) for digit in board.digits] == [(4, True), (0, True), (7, True)]
    assert [number.text for number in board.numbers] == ["407"]
    for digit in board.digits:
        assert 36 <= digit.box_xywh[3] <= 44


def scanned_bars():
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 4:24, 10:18] = 200
    return BorrowedHands(images, np.arange(10))


def test_scanned_digits_stand_where_they_are_written():
    board = blank_board(np.eye(3), (640, 120))
    neat_writer(scanned_bars()).write(board, "7", 100.0, 90.0, 60.0)
    (digit,) = board.digits
    x, y, width, height = digit.box_xywh
    assert abs(x - 100) <= 5 and abs(width - 24) <= 3 and 50 <= height <= 72 and 84 <= y + height <= 96


def test_enlarged_ink_stays_as_bold_as_it_was_and_gets_crisp_edges():
    ink = np.zeros((20, 20), np.uint8)
    ink[:, 8:12] = 255
    large = enlarge(ink, (200, 200))
    assert (large > 127).mean() == pytest.approx(0.2, abs=0.03)
    assert ((large > 25) & (large < 230)).mean() < 0.06


def test_hands_with_a_digit_missing_are_refused():
    with pytest.raises(ValueError, match="every digit"):
        BorrowedHands(np.zeros((3, 28, 28), np.uint8), np.array([1, 2, 3]))


def test_a_date_is_three_numbers_and_a_second_point_ends_a_number():
    digits = [TrueDigit(digit, (10 * digit, 0, 8, 9)) for digit in range(6)]
    date = [("0", 0), ("1", 1), ("/", None), ("2", 2), ("3", 3), ("/", None), ("4", 4), ("5", 5)]
    assert [number.text for number in group(date, digits)] == ["01", "23", "45"]
    dotted = [("0", 0), (".", None), ("1", 1), (".", None), ("2", 2)]
    assert [number.text for number in group(dotted, digits)] == ["0.1", "2"]
    assert [number.members for number in group([("1", 1), ("-", None), ("2", 2)], digits)] == [(1,), (2,)]


def paper_board():
    board = blank_board(np.eye(3), (640, 480))
    return board, Ground("white", (255.0, 255.0, 255.0), False, (40.0, 40.0, 560.0, 400.0), 0.0)


def test_the_reverse_side_is_faint_and_no_truth():
    board, ground = paper_board()
    shine_through(board, ground)
    darkest = int(board.image_bgr.min())
    assert 200 <= darkest < 255 and not board.digits and not board.others


def test_holes_keep_off_the_writing_area():
    board, ground = paper_board()
    punch_holes(board, ground)
    assert board.image_bgr.min() < 100
    assert (board.image_bgr[48:432, 48:592] == 255).all()


def test_marks_around_numbers_leave_the_digits_alone():
    board, _ = paper_board()
    for line in range(5):
        neat_writer().write(board, "28 305 694", 60.0, 90.0 + 75 * line, 36.0)
    before = board.image_bgr.copy()
    for _ in range(6):
        mark_up(board, neat_writer())
    assert any(other.kind == "shape" for other in board.others)
    assert not np.array_equal(before, board.image_bgr)
    for digit in board.digits:
        x, y, width, height = digit.box_xywh
        middle = slice(y + height // 3, y + 2 * height // 3), slice(x + width // 4, x + 3 * width // 4)
        assert np.array_equal(before[middle], board.image_bgr[middle])


def test_joined_letters_hang_together():
    parts = {}
    for joined in (False, True):
        board = blank_board(np.eye(3), (640, 120))
        replace(neat_writer(), joined=joined).write(board, "nuncau", 30.0, 80.0, 40.0)
        parts[joined] = cv2.connectedComponents((board.image_bgr[:, :, 0] < 160).astype(np.uint8))[0]
    assert parts[True] < parts[False]


def test_a_grid_says_whether_upright_lines_part_its_columns():
    ground = Ground("white", (255.0, 255.0, 255.0), False, (0.0, 0.0, 400.0, 400.0), 0.0)
    told: tuple[set[bool], set[bool]] = (set(), set())
    for seed in range(60):
        board = Board(np.full((400, 400, 3), 255, np.uint8), np.eye(3), np.random.default_rng(seed))
        parted = frame_grid(board, neat_writer(), (50, 50, 300, 300), (2, 2), ground, upright=seed >= 30)
        inked = (board.image_bgr[60:190, 185:215] < 250).any(axis=(1, 2))  # beside the middle line, above the level one
        assert parted == (inked.mean() > 0.3)
        told[seed >= 30].add(parted)
    assert told == ({True, False}, {True})
