from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitedge.export.jointfit import Joined, collect, fit, gaps_of, parts_of, true_digits, true_kinds
from digitedge.models import SHIPPED
from digitedge.reading.gaps import GAP_MODEL, GAP_PX
from digitedge.reading.grouping import pairs_of
from digitedge.reading.joints import APART, JOINED, POINT
from digitedge.reading.page import Page, Reading, no_boxes
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.truth import Scene, TrueDigit, TrueNumber


def page_of(text: str, step: int, gap: int, unread: int = -1) -> tuple[Page, Scene]:
    """A line of numbers parted by spaces: digits 24 wide and 40 high, points 5 wide between them."""
    x, digits, numbers, signs = 10, [], [], []
    for word in text.split():
        first = len(digits)
        for character in word:
            if character.isdigit():
                digits.append(TrueDigit(int(character), (x, 20, 24, 40)))
                x += 24 + step
            elif character == ".":
                signs.append((x - step // 2, 55, 5, 5))
                x += 5 + step
        numbers.append(TrueNumber(word, (0, 0, 1, 1), tuple(range(first, len(digits)))))
        x += gap
    scene = Scene(np.zeros((100, x, 3), np.uint8), tuple(digits), tuple(numbers), (), "rows")
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    read = [Reading(digit.digit, 1.0, digit.box_xywh, field, scores) for i, digit in enumerate(digits) if i != unread]
    return Page((x, 100), tuple(read), (), {}, np.array(signs, np.int32).reshape(-1, 4)), scene


def blank(pairs: list[tuple[Reading, Reading]]) -> NDArray[np.uint8]:
    return np.zeros((len(pairs), GAP_PX, GAP_PX), np.uint8)


def test_the_truth_of_pairs_is_that_of_the_pages_numbers() -> None:
    page, scene = page_of("-12.5 7 33", 8, 30)
    readings = list(page.digits)
    kinds = true_kinds(true_digits(readings, scene), pairs_of(readings), scene)
    assert kinds.tolist() == [JOINED, POINT, APART, APART, JOINED]


def test_neighbours_with_an_unread_digit_between_them_are_apart() -> None:
    page, scene = page_of("123", 8, 30, unread=1)
    readings = list(page.digits)
    assert true_kinds(true_digits(readings, scene), pairs_of(readings), scene).tolist() == [APART]


def test_lines_are_learnt_from_by_themselves_too() -> None:
    page, scene = page_of("12 34", 8, 30)
    parts = parts_of(page, scene, np.random.default_rng(0), blank)
    assert len(parts) == 4 and all(part.kinds.tolist() == [JOINED, APART, JOINED] for part in parts)


def test_a_fitted_model_knows_what_it_learnt() -> None:
    rng, learnt = np.random.default_rng(2), []
    for _ in range(120):
        text = " ".join(
            "".join(rng.choice(list("1234567890"), rng.integers(1, 4))) + (".5" * int(rng.integers(2))) for _ in range(6)
        )
        page, scene = page_of(text, int(rng.integers(4, 12)), int(rng.integers(24, 50)))
        learnt += parts_of(page, scene, rng, blank)
    model = fit(learnt)
    page, scene = page_of("12.5 407 3.5 99", 8, 36)
    held_out = parts_of(page, scene, rng, blank)[0]
    assert model.judge(held_out.pairs).tolist() == held_out.kinds.tolist()


def test_a_point_that_only_the_gaps_picture_shows_is_heard() -> None:
    rng, learnt = np.random.default_rng(3), []
    for _ in range(60):
        page, scene = page_of(" ".join(rng.choice(["1.5", "15"], 6)), 8, 36)
        unsigned = replace(page, signs=no_boxes())
        learnt += [_told(part) for part in parts_of(unsigned, scene, rng, blank)]
    model = fit(learnt)
    page, scene = page_of("3.5 35", 8, 36)
    seen = parts_of(replace(page, signs=no_boxes()), scene, rng, blank)[0]
    assert seen.kinds.tolist() == [POINT, APART, JOINED]
    assert model.judge(_told(seen).pairs).tolist() == seen.kinds.tolist()
    assert POINT not in model.judge(seen.pairs).tolist(), "nobody looked"


def _told(part: Joined) -> Joined:
    """The same with a gap network that is never wrong."""
    return replace(part, pairs=replace(part.pairs, gaps=(8 * np.eye(3, dtype=np.float32))[part.kinds]))


def test_the_gaps_of_a_drawn_page_are_pictures_of_its_pairs() -> None:
    (parts,) = collect([8_000_005], SHIPPED / "cnn-tiny-int8.tflite", None, workers=1)
    gaps = gaps_of(parts)
    assert gaps.pictures.shape == (len(gaps.labels), GAP_PX, GAP_PX) and (gaps.labels == POINT).any()
    assert (gaps.pictures.max(axis=(1, 2)) > 150).all()
    assert np.isfinite(parts[0].seen_with(Classifier(GAP_MODEL)).pairs.gaps).all()
