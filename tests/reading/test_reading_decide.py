from dataclasses import replace

import cv2
import numpy as np

from digitedge.reading.candidates import find_candidates
from digitedge.reading.decide import select
from digitedge.reading.ink import ink_layers


def _page(*strokes: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    gray = np.full((160, 200), 230, np.uint8)
    for start, end in strokes:
        cv2.line(gray, start, end, 30, 4, cv2.LINE_AA)
    return gray


def _pieces(gray: np.ndarray) -> list:
    candidates, *_ = find_candidates(list(ink_layers(gray)))
    return [candidate for candidate in candidates if candidate.level == 0 and not candidate.light and candidate.how == "piece"]


def test_slanted_neighbours_whose_boxes_overlap_both_stand() -> None:
    pieces = _pieces(_page(((80, 120), (110, 60)), ((95, 120), (125, 60))))
    assert len(pieces) == 2
    boxes = sorted(piece.box_xywh for piece in pieces)
    assert boxes[1][0] - boxes[0][0] < 0.6 * boxes[0][2]  # more than a third is shared
    selection = select(pieces, np.arange(2), np.array([0.9, 0.8], np.float32), 0.5)
    assert sorted(selection.standing) == [0, 1]
    assert selection.rivals.tolist() == [-1, -1]


def test_of_two_explanations_of_the_same_ink_the_surer_one_stands() -> None:
    (piece,) = _pieces(_page(((80, 120), (110, 60))))
    selection = select([piece, piece], np.arange(2), np.array([0.8, 0.9], np.float32), 0.5)
    assert selection.standing == [1]
    assert selection.rivals.tolist() == [1, -1]


def test_a_part_that_reads_as_the_whole_does_must_beat_it_clearly() -> None:
    (whole,) = _pieces(_page(((80, 60), (110, 60)), ((110, 60), (90, 120))))
    part = replace(whole, how="split", whole=whole)

    def stands(confidence_of_whole: float, digit_of_part: int = 7) -> list[int]:
        best, confidence = np.array([7, digit_of_part]), np.array([confidence_of_whole, 0.99], np.float32)
        return select([whole, part], best, confidence, 0.45).standing

    assert stands(0.9) == [0]
    assert stands(0.6) == [1]
    assert stands(0.9, digit_of_part=1) == [1]
    assert stands(0.4) == [1]  # what is no digit by itself has no say


def test_what_a_ring_encloses_competes_with_the_ring() -> None:
    gray = _page(((100, 65), (100, 95)))
    cv2.circle(gray, (100, 80), 28, 30, 4, cv2.LINE_AA)
    pieces = _pieces(gray)
    assert len(pieces) == 2
    assert len(select(pieces, np.arange(2), np.array([0.9, 0.8], np.float32), 0.5).standing) == 1
