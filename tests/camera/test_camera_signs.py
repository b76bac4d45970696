"""Points and minus signs in a live picture: known after some frames, kept through some, carried along."""

import numpy as np
import pytest
from camera_factory import reading
from needs import lacking
from test_camera_steady import News, StillCamera

from digitedge.camera.loop import LiveLoop
from digitedge.camera.newest import NewestFrame
from digitedge.camera.signs import SteadySigns
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.board import Board
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.writer import Writer

DIGITS = (reading(3, (100, 100, 24, 40)), reading(5, (150, 100, 24, 40)))
POINT, FAR = (132, 134, 6, 6), (400, 300, 6, 6)
NONE = np.empty((0, 4), np.int32)


def _signs(*boxes):
    return np.array(boxes, np.int32).reshape(-1, 4)


def test_a_sign_is_steady_after_three_frames_and_one_far_from_all_digits_never():
    signs = SteadySigns()
    seen = [signs.update(_signs(POINT, FAR), DIGITS, (0.0, 0.0)).tolist() for _ in range(4)]
    assert seen == [[], [], [list(POINT)], [list(POINT)]]


def test_a_speck_that_every_third_frame_shows_never_parts_a_number():
    signs = SteadySigns()
    assert not any(len(signs.update(_signs(POINT) if n % 3 == 0 else NONE, DIGITS, (0.0, 0.0))) for n in range(60))


def test_a_steady_sign_outlives_frames_without_it_and_is_forgotten_when_it_is_wiped_away():
    signs = SteadySigns()
    for _ in range(10):
        signs.update(_signs(POINT), DIGITS, (0.0, 0.0))
    left = [len(signs.update(NONE, DIGITS, (0.0, 0.0))) for _ in range(30)]
    assert left[:5] == [1] * 5
    assert left[-1] == 0


def test_a_sign_moves_with_the_digits():
    signs = SteadySigns()
    for step in range(8):
        moved = tuple(reading(5, (150 + 12 * step, 100, 24, 40)) for _ in range(1))
        found = signs.update(_signs((132 + 12 * step, 134, 6, 6)), moved, (12.0 if step else 0.0, 0.0))
    assert found.tolist() == [[132 + 84, 134, 6, 6]]


@pytest.mark.parametrize("text", ["3.75", "-48", "2.5"])
def test_the_live_loop_tells_points_and_minus_signs(text):
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    _assert_told(_sheet(text), [text])


def test_the_live_loop_keeps_two_cells_of_a_table_apart():
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    table, open_sheet = _table(ruled=True), _table(ruled=False)
    assert Reader(Classifier(DEFAULT_MODEL)).read(open_sheet).numbers[0].text == "37", "the gap alone parts them"
    _assert_told(table, ["3", "7", "5", "8"])


def _assert_told(sheet, numbers):
    assert [number.text for number in Reader(Classifier(DEFAULT_MODEL)).read(sheet).numbers] == numbers, "not read even at rest"
    news = News()
    camera = StillCamera(sheet.astype(np.float32), 90, noise=3.0)
    LiveLoop(NewestFrame(camera, every_frame=True), Reader(Classifier(DEFAULT_MODEL)), [news], reads_per_s=None).run()
    assert [(changed, gone) for _, changed, gone in news.told] == [(tuple(numbers), ())]


def _sheet(text):
    """One number by a steady hand, uint8 [240, 320]."""
    board, writer = _hand()
    writer.write(board, text, 60, 140, 48)
    return board.image_bgr[:, :, 1].copy()


def _table(ruled):
    """Two rows of two cells, uint8 [240, 320], the digits close to the rule between."""
    board, writer = _hand()
    for row, line in enumerate(("37", "58")):
        for column, digit in enumerate(line):
            writer.write(board, digit, 113 + 53 * column, 92 + 70 * row, 34)
    if ruled:
        across = [((60, y), (260, y)) for y in (40, 110, 180)]
        board.lines(across + [((x, 40), (x, 180)) for x in (60, 160, 260)], 2.0, (90, 90, 90))
    return board.image_bgr[:, :, 1].copy()


def _hand():
    board = Board(np.full((240, 320, 3), 225, np.uint8), np.eye(3), np.random.default_rng(4))
    hand = Hand.random(np.random.default_rng(12))
    return board, Writer(hand, Pen("ball", 0.09, 0.1, 0.0, 1.0), (40, 30, 30), (40, 30, 30), 1.0, 48.0, 0.25)
