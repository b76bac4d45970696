"""Digits in circles that touch them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitedge.reading.candidates import Candidate, find_candidates
from digitedge.reading.ink import ink_layers
from digitedge.reading.rings import inside, is_hollow
from digitedge.reading.splits import split


def paper() -> NDArray[np.uint8]:
    return np.full((240, 320), 220, np.uint8)


def four(image: NDArray[np.uint8], x: int, y: int, thickness: int = 4) -> tuple[int, int, int, int]:
    """Write a 4 whose bar ends at x + 40; return its box."""
    points = np.array([(x + 20, y), (x, y + 28), (x + 40, y + 28)], np.int32)
    cv2.polylines(image, [points], False, 40, thickness, cv2.LINE_AA)
    cv2.line(image, (x + 30, y + 14), (x + 30, y + 50), 40, thickness, cv2.LINE_AA)
    return x, y, 40, 50


def pieces(image: NDArray[np.uint8]) -> list[Candidate]:
    return [c for c in find_candidates(list(ink_layers(image)))[0] if c.how == "piece" and c.level == 0]


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


@pytest.mark.parametrize("shape", ["circle", "box"])
def test_a_digit_that_touches_its_ring_is_offered_without_it(shape: str) -> None:
    image = paper()
    box = four(image, 140, 95)
    if shape == "circle":
        cv2.circle(image, (146, 120), 36, 40, 4, cv2.LINE_AA)
    else:
        cv2.rectangle(image, (112, 80), (180, 160), 40, 4)
    found = [candidate for piece in pieces(image) for candidate in inside(piece)]
    assert max(overlap(candidate.box_xywh, box) for candidate in found) > 0.6
    assert all(candidate.whole is None and candidate.patch.max() > 200 for candidate in found)


def test_two_digits_in_a_ring_are_parted_after_it() -> None:
    image = paper()
    boxes = four(image, 112, 95), four(image, 156, 95)
    cv2.line(image, (152, 123), (158, 123), 40, 4)
    cv2.ellipse(image, (158, 120), (66, 44), 0, 0, 360, 40, 4, cv2.LINE_AA)
    cv2.line(image, (198, 123), (222, 123), 40, 4)
    whole = pieces(image)
    parts = list(split(whole))
    for box in boxes:
        assert max(overlap(part.box_xywh, box) for part in parts) > 0.6


def test_a_ring_within_a_ring_is_looked_into() -> None:
    image = paper()
    box = four(image, 140, 95)
    cv2.circle(image, (146, 120), 36, 40, 4, cv2.LINE_AA)
    cv2.rectangle(image, (70, 60), (230, 200), 40, 4)
    cv2.line(image, (70, 120), (112, 120), 40, 4)
    found = [candidate for piece in pieces(image) for candidate in inside(piece)]
    assert max(overlap(candidate.box_xywh, box) for candidate in found) > 0.6


def test_a_nought_is_empty_and_what_is_compact_is_not_asked() -> None:
    image = paper()
    cv2.ellipse(image, (160, 120), (24, 40), 0, 0, 360, 40, 5, cv2.LINE_AA)
    (nought,) = pieces(image)
    assert is_hollow(nought.patch)
    assert not list(inside(nought))
    assert not is_hollow(np.full((60, 40), 200, np.uint8))
    assert not is_hollow(np.eye(20, dtype=np.uint8))


def test_in_a_diagram_each_ring_is_a_room_of_its_own() -> None:
    image = np.full((400, 420), 220, np.uint8)
    places = (40, 60), (300, 60), (170, 300)
    boxes = [four(image, x, y) for x, y in places]
    for x, y in places:
        cv2.circle(image, (x + 6, y + 25), 36, 40, 4, cv2.LINE_AA)
    for (x, y), (other_x, other_y) in ((places[0], places[2]), (places[1], places[2])):
        cv2.line(image, (x + 6, y + 61), (other_x + 6, other_y - 11), 40, 4, cv2.LINE_AA)
    (whole,) = pieces(image)
    found = [candidate.box_xywh for candidate in inside(whole)]
    assert all(max(overlap(one, box) for one in found) > 0.6 for box in boxes)


def test_what_leans_on_the_side_of_a_cell_drawn_by_hand_is_offered_without_it() -> None:
    image = np.full((240, 420), 220, np.uint8)
    along = np.linspace(0, 1, 60)
    wave = 3 * np.sin(along * 14)
    across = [(40 + 330 * along, y + wave) for y in (60, 180)]
    down = [(x + wave, 60 + 120 * along) for x in (40, 150, 260, 370)]
    cv2.polylines(image, [np.rint(np.stack(line, axis=1)).astype(np.int32) for line in (*across, *down)], False, 40, 4)
    boxes = [four(image, x - 40, 95) for x in (150, 260)]
    found = [candidate.box_xywh for piece in pieces(image) for candidate in inside(piece)]
    assert all(max(overlap(one, box) for one in found) > 0.6 for box in boxes)
