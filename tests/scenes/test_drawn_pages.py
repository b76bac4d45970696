import numpy as np
import pytest

from digitedge.scenes.board import Board
from digitedge.scenes.borrowed import BorrowedHands, enlarge
from digitedge.scenes.digits import draw_digits
from digitedge.scenes.grounds import GROUNDS, lay_ground
from digitedge.scenes.optics import add_noise, light, photograph
from digitedge.scenes.pages import PAGE_KINDS, draw_page, page_size
from digitedge.scenes.textures import DESKS, desk

NO_DIGITS = {"letters", "marks", "desk"}


def small_page(seed, **arguments):
    return draw_page(seed, size_wh=(480, 360), **arguments)


def drawn_hands():
    patches, labels = draw_digits(60, seed=9)
    images = np.zeros((60, 28, 28), np.uint8)
    for image, patch in zip(images, patches, strict=True):
        shrink = 20 / max(patch.shape)
        height, width = (max(1, round(side * shrink)) for side in patch.shape)
        image[4 : 4 + height, 4 : 4 + width] = enlarge(patch, (width, height))
    return BorrowedHands(images, labels)


def test_the_same_seed_draws_the_same_page():
    first, again, other = (draw_page(seed, size_wh=(320, 240)) for seed in (11, 11, 12))
    assert np.array_equal(first.image_bgr, again.image_bgr)
    assert (first.digits, first.numbers, first.others, first.kind) == (again.digits, again.numbers, again.others, again.kind)
    assert not np.array_equal(first.image_bgr, other.image_bgr)


def test_now_and_then_all_numbers_of_a_list_have_as_many_decimals():
    pages = [small_page(seed, kind="list").numbers for seed in range(120)]
    decimals = [{len(number.text.partition(".")[2]) for number in page} for page in pages if len(page) > 4]
    measured = [found for found in decimals if found in ({1}, {2})]
    assert 0.03 < len(measured) / len(decimals) < 0.3
    assert {1} in measured and {2} in measured


@pytest.mark.parametrize("kind", PAGE_KINDS)
def test_every_kind_of_page_is_drawn_and_its_truth_is_consistent(kind):
    count = 0
    for seed in range(2):
        scene = small_page(seed, kind=kind)
        assert scene.kind == kind and scene.image_bgr.shape == (360, 480, 3) and scene.image_bgr.dtype == np.uint8
        boxes = [digit.box_xywh for digit in scene.digits] + [other.box_xywh for other in scene.others]
        for x, y, width, height in boxes:
            assert x >= 0 and y >= 0 and width > 0 and height > 0 and x + width <= 480 and y + height <= 360
        members = [member for number in scene.numbers for member in number.members]
        assert sorted(members) == list(range(len(scene.digits)))
        for number in scene.numbers:
            digits = "".join(character for character in number.text if character.isdigit())
            assert digits == "".join(str(scene.digits[member].digit) for member in number.members)
        count += len(scene.digits)
    assert (count == 0) == (kind in NO_DIGITS)


def test_digits_are_visible_in_their_boxes_even_in_the_worst_photo():
    weak = total = 0
    for seed in range(6):
        scene = small_page(seed, kind=("rows", "table", "scattered")[seed % 3], difficulty=1.0)
        gray = scene.image_bgr.mean(axis=2)
        for digit in scene.digits:
            x, y, width, height = digit.box_xywh
            inside = gray[y : y + height, x : x + width]
            total += 1
            weak += np.quantile(inside, 0.95) - np.quantile(inside, 0.05) < 12
    assert total > 100 and weak / total < 0.03


def test_no_digit_stands_upon_another():
    upon = total = 0
    for seed in range(4):
        scene = small_page(seed, kind=("rows", "list", "sum", "sudoku")[seed % 4])
        boxes = np.array([digit.box_xywh for digit in scene.digits])
        low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        shared = np.clip(np.minimum(high[:, None], high) - np.maximum(low[:, None], low), 0, None).prod(axis=2)
        area = boxes[:, 2:].prod(axis=1)
        np.fill_diagonal(shared, 0)
        upon += (shared > 0.5 * np.minimum(area[:, None], area)).sum() // 2
        total += len(boxes)
    assert total > 60 and upon < 0.03 * total


def test_digits_stay_readable_and_reach_from_small_to_most_of_the_picture():
    heights = [digit.box_xywh[3] for seed in range(8) for digit in small_page(seed).digits if digit.digit != 1]
    assert np.quantile(heights, 0.01) >= 8 and min(heights) < 18
    assert max(digit.box_xywh[3] for seed in range(12) for digit in small_page(seed, kind="single").digits) > 0.6 * 360


def test_pages_have_many_sizes():
    sizes = [page_size(np.random.default_rng(seed)) for seed in range(300)]
    pixels = [width * height for width, height in sizes]
    assert min(pixels) < 20_000 and max(pixels) > 9_000_000 and 3e5 < np.median(pixels) < 1.2e6
    assert any(width < height for width, height in sizes) and any(width > height for width, height in sizes)


def test_scanned_hands_are_used_when_given():
    hands = drawn_hands()
    pages = [(small_page(seed, kind="rows"), small_page(seed, kind="rows", hands=hands)) for seed in range(2)]
    assert any(not np.array_equal(plain.image_bgr, scanned.image_bgr) for plain, scanned in pages)
    assert all(scanned.digits for _, scanned in pages)


def test_print_beside_handwriting_is_told_apart():
    printed = {digit.printed for seed in range(3) for digit in small_page(seed, kind="sudoku").digits}
    assert printed == {True, False}


def test_arguments_out_of_range_are_refused():
    with pytest.raises(ValueError, match="difficulty"):
        draw_page(0, difficulty=2)
    with pytest.raises(ValueError, match="kind must be one of"):
        draw_page(0, kind="novel")


@pytest.mark.parametrize("name", GROUNDS)
def test_every_ground_has_its_tone(name):
    board = Board(np.zeros((120, 160, 3), np.uint8), np.eye(3), np.random.default_rng(1))
    ground = lay_ground(board, name, "none", False, 0.3)
    assert abs(board.image_bgr.mean(axis=(0, 1)) - np.array(ground.color)).max() < 60
    assert (board.image_bgr.mean() < 128) == ground.dark
    x, y, width, height = ground.area
    assert x > 0 and y > 0 and x + width < 160 and y + height < 120


@pytest.mark.parametrize("kind", DESKS)
def test_every_desk_covers_the_picture(kind):
    picture = desk((160, 120), kind, np.random.default_rng(2))
    assert picture.shape == (120, 160, 3) and picture.std() > 0.5


def test_light_never_goes_out_and_noise_has_the_strength_asked_for():
    rng = np.random.default_rng(3)
    for _ in range(20):
        field = light((160, 120), rng, 1.0)
        assert field.shape == (120, 160, 3) and field.min() >= 12 and field.max() > 110
    gray = np.full((300, 700, 3), 128, np.uint8)
    assert add_noise(gray, 6.0, rng).std() == pytest.approx(6.0, rel=0.1)
    assert photograph(gray, rng, 0.5, 20).shape == gray.shape
