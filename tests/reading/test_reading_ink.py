import cv2
import numpy as np
import pytest

from digitedge.reading.ink import ink_layers, levels, paper_of
from digitedge.reading.reader import candidates_of


def page(height: int = 200, width: int = 300, paper: int = 220) -> np.ndarray:
    return np.full((height, width), paper, np.uint8)


def overlaps(box: tuple[int, int, int, int], truth: tuple[int, int, int, int]) -> float:
    left, top = max(box[0], truth[0]), max(box[1], truth[1])
    right, bottom = min(box[0] + box[2], truth[0] + truth[2]), min(box[1] + box[3], truth[1] + truth[3])
    shared = max(0, right - left) * max(0, bottom - top)
    return shared / (box[2] * box[3] + truth[2] * truth[3] - shared)


def test_empty_paper_has_no_candidate() -> None:
    assert candidates_of(page()) == []


def test_paper_follows_a_shadow_edge_and_ignores_thin_ink() -> None:
    gray = page()
    gray[:, 150:] = 120
    cv2.line(gray, (60, 40), (60, 160), 30, 4)
    paper = paper_of(gray)
    assert abs(int(paper[100, 60]) - 220) <= 8
    assert abs(int(paper[100, 280]) - 120) <= 8


@pytest.mark.parametrize("height", [14, 30, 70, 140, 300])
def test_a_bar_of_any_height_is_one_of_the_candidates(height: int) -> None:
    gray = page(400, 400)
    width = max(2, height // 8)
    truth = (180, 50, width, height)
    gray[50 : 50 + height, 180 : 180 + width] = 40
    assert max(overlaps(candidate.box_xywh, truth) for candidate in candidates_of(gray)) > 0.7


def test_light_ink_on_a_dark_board_is_found_and_marked() -> None:
    gray = page(paper=50)
    cv2.circle(gray, (100, 100), 20, 220, 4)
    found = [candidate for candidate in candidates_of(gray) if candidate.light]
    assert max(overlaps(candidate.box_xywh, (78, 78, 45, 45)) for candidate in found) > 0.8


def test_a_soft_shadow_alone_is_no_candidate() -> None:
    gray = np.repeat(np.linspace(120, 230, 600, dtype=np.float32)[None], 400, axis=0).astype(np.uint8)
    assert candidates_of(gray) == []


def test_what_a_frame_holds_is_found_even_where_it_touches() -> None:
    gray = page(300, 400)
    cv2.rectangle(gray, (40, 40), (360, 260), 60, 3)
    cv2.circle(gray, (150, 150), 22, 60, 4)
    cv2.polylines(gray, [np.array([(230, 205), (262, 205), (240, 262)], np.int32)], False, 60, 4)  # touches the frame
    boxes = [candidate.box_xywh for candidate in candidates_of(gray)]
    assert max(overlaps(box, (126, 126, 49, 49)) for box in boxes) > 0.8
    assert max(overlaps(box, (228, 203, 37, 55)) for box in boxes) > 0.6


def test_levels_halve_and_cover_the_picture() -> None:
    sizes = [(zoom, level.shape) for zoom, level in levels(page(480, 640))]
    assert [shape for _, shape in sizes] == [(480, 640), (240, 320), (120, 160), (60, 80), (30, 40)]
    assert [zoom for zoom, _ in sizes] == [1, 2, 4, 8, 16]


def test_a_huge_picture_is_read_at_no_more_than_its_share_of_pixels() -> None:
    zoom, level = next(levels(np.zeros((3000, 4000), np.uint8)))
    assert level.size <= 2_210_000
    assert zoom == pytest.approx(4000 / level.shape[1])


def bars(height: int, thickness: int) -> np.ndarray:
    """A page with six upright bars."""
    gray = page(480, 640)
    for x in range(60, 600, 100):
        cv2.line(gray, (x, 60), (x, 60 + height), 40, thickness)
    return gray


@pytest.mark.parametrize(("height", "thickness", "deepest"), [(30, 4, 0), (60, 8, 0), (130, 8, 1), (260, 8, 2)])
def test_no_level_is_looked_at_beyond_what_the_ink_is_high_enough_for(height: int, thickness: int, deepest: int) -> None:
    assert max(layer.level for layer in ink_layers(bars(height, thickness))) == deepest


@pytest.mark.parametrize("thickness", [50, 60, 80])
def test_strokes_too_thick_for_the_finest_level_are_seen_at_a_coarser_one(thickness: int) -> None:
    gray = page(480, 640)
    cv2.ellipse(gray, (320, 240), (110, 170), 0, 0, 360, 40, thickness)
    gray = cv2.GaussianBlur(gray, (5, 5), 0)
    truth = (210 - thickness // 2, 70 - thickness // 2, 220 + thickness, 340 + thickness)
    assert max(overlaps(candidate.box_xywh, truth) for candidate in candidates_of(gray)) > 0.7


def test_small_writing_does_not_hide_a_large_digit() -> None:
    gray = page(480, 640)
    for x in range(20, 300, 40):
        cv2.line(gray, (x, 20), (x, 44), 40, 3)
    cv2.line(gray, (480, 100), (480, 420), 40, 60)
    gray = cv2.GaussianBlur(gray, (5, 5), 0)
    assert max(overlaps(candidate.box_xywh, (450, 70, 60, 380)) for candidate in candidates_of(gray)) > 0.7
