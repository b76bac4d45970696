"""Letters in the shapes of a font, written with any pen. The font is the one that Pillow brings."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from digitedge.scenes.board import Board
from digitedge.scenes.borrowed import BorrowedHands
from digitedge.scenes.digits import write_digits
from digitedge.scenes.fonts import WRITTEN, advance, digit_height, write_glyph
from digitedge.scenes.hand import Hand
from digitedge.scenes.ink import Pen
from digitedge.scenes.pages import draw_page
from digitedge.scenes.writer import Writer

STEADY = Hand(0.12, 1.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0)


def hands(*fonts: Path) -> BorrowedHands:
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 6:22, 12:16] = 255
    return BorrowedHands(images, np.arange(10), fonts)


@pytest.mark.parametrize("width", [0.08, 0.12, 0.2])
def test_a_glyph_is_as_bold_as_the_pen(font: Path, width: float) -> None:
    bar = write_glyph(font, "l", 100, width, STEADY, np.random.default_rng(0))
    assert bar is not None
    assert (bar.ink[20:80] >= 128).sum(axis=1) == pytest.approx(100 * width, abs=2)


def test_capitals_and_digits_stand_on_the_line_and_tails_hang_below(font: Path) -> None:
    drawn = {character: write_glyph(font, character, 100, 0.1, STEADY, np.random.default_rng(0)) for character in "Hx7p"}
    top = {character: glyph.top for character, glyph in drawn.items() if glyph}
    foot = {character: glyph.top + glyph.ink.shape[0] * glyph.pixel for character, glyph in drawn.items() if glyph}
    assert foot["H"] == pytest.approx(0, abs=0.06) and foot["7"] == pytest.approx(0, abs=0.06)
    assert top["H"] == pytest.approx(-1, abs=0.06) and -0.9 < top["x"] < -0.5 < 0.1 < foot["p"]


@pytest.mark.parametrize("aspect", [0.6, 1.7])
def test_stretched_it_is_as_bold_as_the_pen_between_upright_and_level_strokes(font: Path, aspect: float) -> None:
    hand = Hand(0.12, aspect, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
    h = write_glyph(font, "H", 200, 0.1, hand, np.random.default_rng(0))
    assert h is not None
    rows, columns = h.ink.shape
    upright, level = (h.ink[rows // 5] >= 128).sum() / 2, (h.ink[:, columns // 2] >= 128).sum()
    assert (upright * level) ** 0.5 == pytest.approx(20, abs=2)


def test_a_slash_leans_whoever_writes_it(font: Path) -> None:
    board = Board(np.full((300, 300, 3), 255, np.uint8), np.eye(3), np.random.default_rng(1))
    backwards = Hand(-0.3, 0.7, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
    writer = Writer(backwards, Pen("felt", 0.08, 0, 0, 1.0), (0, 0, 0), (0, 0, 0), 1.0, 100, 0.1, font=font)
    writer.write(board, "/", 100, 200, 100)
    _, _, width, height = board.others[0].box_xywh
    assert width > 0.3 * height


def test_digits_are_as_high_as_the_writer_means_them(font: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitedge.scenes.writer.digit_height", lambda _: 0.5)  # a font with small digits
    board = Board(np.full((400, 400, 3), 255, np.uint8), np.eye(3), np.random.default_rng(1))
    writer = Writer(STEADY, Pen("felt", 0.08, 0, 0, 1.0), (0, 0, 0), (0, 0, 0), 1.0, 100, 0.1, font=font)
    writer.write(board, "7", 100, 300, 100)
    assert board.digits[0].box_xywh[3] == pytest.approx(200, abs=20)


def test_how_high_its_digits_are_is_measured(font: Path) -> None:
    sevens = write_glyph(font, "7", 100, 0.1, STEADY, np.random.default_rng(0))
    assert sevens is not None
    assert digit_height(font) == pytest.approx(sevens.ink.shape[0] / 100, abs=0.06)


def test_a_hand_leans_and_widens_what_the_font_has_upright(font: Path) -> None:
    leaning = Hand(0.6, 1.6, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
    upright, leant = (write_glyph(font, "l", 100, 0.1, hand, np.random.default_rng(0)) for hand in (STEADY, leaning))
    assert upright is not None and leant is not None
    centres = [float(np.average(np.arange(row.size), weights=row)) for row in (leant.ink[8], leant.ink[-8])]
    assert centres[0] - centres[1] > 15
    assert leant.advance > 1.2 * upright.advance == pytest.approx(1.2 * advance(font, "l"))


def test_every_character_it_is_asked_for_is_there(font: Path) -> None:
    drawn = {character: write_glyph(font, character, 40, 0.1, STEADY, np.random.default_rng(0)) for character in WRITTEN}
    assert all(glyph is not None and glyph.ink.max() == 255 for glyph in drawn.values())
    assert write_glyph(font, " ", 40, 0.1, STEADY, np.random.default_rng(0)) is None


def test_pages_are_written_with_it_and_their_truth_lies_on_the_ink(font: Path) -> None:
    def page(seed: int, *fonts: Path):
        return draw_page(seed, hands(*fonts), 0.0, (640, 480), "text")

    pairs = [(page(seed), page(seed, font)) for seed in range(8_000_000, 8_000_006)]
    changed = [typed for drawn, typed in pairs if not np.array_equal(drawn.image_bgr, typed.image_bgr)]
    assert 1 <= len(changed) < len(pairs)  # some writers, not all
    for scene in changed:
        grey = cv2.cvtColor(scene.image_bgr, cv2.COLOR_BGR2GRAY).astype(float)
        assert sum(other.kind in ("letter", "ambiguous") for other in scene.others) > 5
        boxes = [other.box_xywh for other in scene.others if other.kind == "letter"]
        boxes += [digit.box_xywh for digit in scene.digits]
        for x, y, width, height in boxes:
            assert height > 5 and np.ptp(grey[y : y + height, x : x + width]) > 15


def test_digits_of_fonts_come_tight_balanced_and_the_same_again(font: Path) -> None:
    patches, labels = write_digits(60, 3, [font])
    again, _ = write_digits(60, 3, [font])
    assert np.bincount(labels).tolist() == [6] * 10
    assert all(np.array_equal(one, other) for one, other in zip(patches, again, strict=True))
    for patch in patches:
        assert patch.dtype == np.uint8 and patch.max() > 150
        assert patch[0].any() and patch[-1].any() and patch[:, 0].any() and patch[:, -1].any()
    heights = [patch.shape[0] for patch in patches]
    assert 15 <= min(heights) < 45 and 75 < max(heights) <= 130
