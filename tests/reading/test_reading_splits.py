"""Where touching digits are cut."""

import cv2
import numpy as np
import pytest

from digitedge.reading.candidates import MAX_ASPECT, Candidate
from digitedge.reading.reader import candidates_of
from digitedge.reading.splits import split
from digitedge.scenes.scoring import overlap

Box = tuple[int, int, int, int]


def written(boxes: list[Box], slant: float = 0.0) -> np.ndarray:
    """Paper with dark ellipses, each as large as its box, and so near that they touch."""
    gray = np.full((120, 60 + max(x + w for x, _, w, _ in boxes)), 230, np.uint8)
    for x, y, w, h in boxes:
        cv2.ellipse(gray, ((x + w / 2 - 0.5, y + h / 2 - 0.5), (w - 4, h - 4), 0), 40, 3)
    if slant:
        matrix = np.array([[1, -slant, 60 * slant], [0, 1, 0]])
        gray = cv2.warpAffine(gray, matrix, gray.shape[::-1], borderValue=230)
    return gray


def best_overlap(candidates: list[Candidate], box: Box) -> float:
    return max((overlap(candidate.box_xywh, box) for candidate in candidates), default=0.0)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_each_of_a_chain_of_touching_digits_is_offered(count: int) -> None:
    boxes = [(30 + 26 * number, 40, 28, 42) for number in range(count)]
    candidates = candidates_of(written(boxes))
    for box in boxes:
        assert best_overlap(candidates, box) > 0.6
    assert all(candidate.box_xywh[2] <= MAX_ASPECT * candidate.box_xywh[3] for candidate in candidates)


def test_leaning_neighbours_whose_boxes_overlap_are_parted() -> None:
    boxes = [(40, 40, 28, 42), (66, 40, 28, 42)]
    offered = candidates_of(written(boxes, slant=0.35))
    for box in boxes:
        leaning = (box[0] - 8, box[1], box[2] + 14, box[3])
        assert best_overlap(offered, leaning) > 0.5


def test_what_stands_high_is_not_cut() -> None:
    (candidate,) = (c for c in candidates_of(written([(40, 40, 20, 44)])) if c.how == "piece")
    assert list(split([candidate])) == []


def test_of_what_is_a_digit_only_the_wide_is_cut() -> None:
    narrow, wide = (next(c for c in candidates_of(written([(40, 40, width, 44)])) if c.how == "piece") for width in (24, 40))
    sure, unsure = np.full(1, 0.95, np.float32), np.full(1, 0.5, np.float32)
    assert list(split([narrow], unsure)) and not list(split([narrow], sure))
    assert list(split([wide], sure))


def test_parts_keep_the_place_and_the_soft_edge_of_a_piece() -> None:
    gray = written([(30, 40, 28, 42), (100, 40, 28, 42)])
    apart = [candidate for candidate in candidates_of(gray) if candidate.how == "piece"]
    assert len(apart) == 2
    touching = written([(30, 40, 28, 42), (56, 40, 28, 42)])
    parts = [candidate for candidate in candidates_of(touching) if candidate.how == "split"]
    first = max(parts, key=lambda part: overlap(part.box_xywh, apart[0].box_xywh))
    (x, y, _, h), (other_x, other_y, _, other_h) = first.box_xywh, apart[0].box_xywh
    assert (x, y, h) == (other_x, other_y, other_h)
    for part in (first, apart[0]):  # one pixel more on each side
        assert np.subtract(part.patch.shape, part.box_xywh[3:1:-1]).tolist() == [2, 2]


def test_lines_of_writing_that_touch_are_parted() -> None:
    apart = [(40, 30, 24, 36), (80, 30, 24, 36), (120, 30, 24, 36), (160, 30, 24, 36)]
    touching = [(200, 10, 24, 38), (200, 46, 24, 38), (200, 82, 24, 36)]
    offered = candidates_of(written([*apart, *touching]))
    for box in touching:
        assert best_overlap(offered, box) > 0.7, box
