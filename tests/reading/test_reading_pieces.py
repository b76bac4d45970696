import cv2
import numpy as np
import pytest

from digitedge.reading.pieces import Labels, Pieces


def lines_of_writing(height: int, width: int, seed: int) -> np.ndarray:
    """Return ink with empty rows between its lines, some of them only one or two high."""
    rng = np.random.default_rng(seed)
    mask = np.where(rng.random((height, width)) < 0.3, np.uint8(255), np.uint8(0))
    mask[rng.random(height) < 0.6] = 0
    return mask


@pytest.mark.parametrize("height", [1000, 1001])
@pytest.mark.parametrize("seed", range(4))
def test_pieces_are_numbered_and_placed_as_if_no_row_were_left_out(height: int, seed: int) -> None:
    mask = lines_of_writing(height, 200, seed)
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
    found = Labels.of(mask)
    assert len(found.labels) < height
    assert (found.labels[found.place] == labels).all()
    assert (found.stats[1:] == stats[1:]).all()


def test_the_ink_of_two_pieces_with_empty_rows_between_them() -> None:
    mask = np.zeros((1000, 200), np.uint8)
    mask[100:110, 20:30] = mask[130:140, 22:26] = mask[115:120, 40:50] = 255
    pieces = Pieces.of([mask], [1.0])
    both = np.flatnonzero(pieces.boxes[:, 0] < 40)
    assert pieces.around(both[None]) == [(20, 100, 10, 40)]
    ink = pieces.labels[0].ink(pieces.label[both].tolist(), slice(99, 141), slice(19, 51))
    assert (ink == (mask[99:141, 19:51] > 0) & (np.arange(19, 51) < 40)).all()


def test_a_mask_without_ink_has_no_pieces() -> None:
    pieces = Pieces.of([np.zeros((1000, 200), np.uint8), np.zeros((10, 20), np.uint8)], [1.0, 2.0])
    assert len(pieces.boxes) == len(pieces.seen) == 0
