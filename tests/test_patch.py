import cv2
import numpy as np
import pytest

from digitedge.patch import MNIST_GEOMETRY, Geometry, to_input, to_inputs


def blob(height: int, width: int) -> np.ndarray:
    patch = np.zeros((height + 10, width + 10), np.uint8)
    cv2.ellipse(patch, (width // 2 + 5, height // 2 + 5), (width // 2 - 1, height // 2 - 1), 0, 0, 360, 255, max(2, width // 8))
    return patch


@pytest.mark.parametrize(("height", "width"), [(8, 6), (20, 15), (47, 31), (200, 90), (90, 200), (613, 401)])
def test_the_longer_side_is_twenty_and_the_aspect_is_kept(height: int, width: int) -> None:
    field = to_input(blob(height, width))
    _, _, w, h = cv2.boundingRect(field)
    assert abs(max(w, h) - 20) <= 1
    assert w / h == pytest.approx(width / height, rel=0.15)  # whole pixels: one of nine


def test_the_centre_of_mass_lies_in_the_middle() -> None:
    field = to_input(blob(60, 40)).astype(float)
    total = field.sum()
    assert (field.sum(0) @ np.arange(28)) / total == pytest.approx(14, abs=0.51)
    assert (field.sum(1) @ np.arange(28)) / total == pytest.approx(14, abs=0.51)


def test_no_ink_gives_an_empty_field() -> None:
    assert not to_input(np.zeros((30, 20), np.uint8)).any()


def test_a_lopsided_patch_stays_inside() -> None:
    patch = np.zeros((60, 60), np.uint8)
    patch[:, :3] = 255
    patch[0, :] = 60
    field = to_input(patch)
    assert cv2.boundingRect(field)[2] == 20


def test_what_has_the_geometry_already_passes_unchanged() -> None:
    once = to_input(blob(90, 60))
    assert (to_input(once) == once).all()


def test_a_thin_line_survives_a_large_shrink() -> None:
    patch = np.zeros((800, 800), np.uint8)
    cv2.line(patch, (100, 50), (700, 750), 255, 12)
    assert to_input(patch).max() >= 60


def test_other_geometries() -> None:
    assert to_input(blob(50, 30), Geometry(20, 20, "box")).shape == (20, 20)
    with pytest.raises(ValueError, match="fit_px"):
        Geometry(20, 28)
    with pytest.raises(ValueError, match="center"):
        Geometry(28, 20, "corner")


def test_many_patches_of_many_sizes() -> None:
    assert to_inputs([blob(20, 10), blob(70, 50)], MNIST_GEOMETRY).shape == (2, 28, 28)
    assert to_inputs([]).shape == (0, 28, 28)
