"""What counts as the same picture."""

import numpy as np
import pytest
from camera_factory import drawn_page

from digitedge.camera.still import READ_AGAIN_S, Stillness, shrunk

PAGE = drawn_page([("52", (100, 100))])
FULL = drawn_page([("31415926535", (20, y)) for y in range(4, 200, 30)])


def _noisy(page, seed, gain=1.0, noise=4.0):
    noise = np.random.default_rng(seed).normal(0, noise, page.shape)
    return shrunk(np.clip(page * gain + noise, 0, 255).astype(np.uint8))


@pytest.fixture
def stillness():
    stillness = Stillness()
    stillness.remember(_noisy(PAGE, 0), 10.0)
    return stillness


def test_noise_and_light_are_no_change(stillness):
    for seed in range(1, 50):
        assert stillness.is_same(_noisy(PAGE, seed, 1 + 0.1 * np.sin(seed)), 10.1)


def test_a_digit_that_comes_goes_or_moves_is_a_change(stillness):
    for other in (
        drawn_page([("52", (100, 100)), ("1", (250, 60))]),
        drawn_page([("5", (100, 100))]),
        drawn_page([("52", (104, 100))]),
        drawn_page([("53", (100, 100))]),
    ):
        assert not stillness.is_same(_noisy(other, 9), 10.1)


@pytest.mark.parametrize("gain", [0.6, 0.8, 1.0, 1.2])
def test_strong_noise_in_other_light_is_no_change(gain):
    page = np.tile(PAGE, (2, 2))
    stillness = Stillness()
    stillness.remember(_noisy(page, 0, noise=20.0), 10.0)
    for seed in range(1, 6):
        assert stillness.is_same(_noisy(page, seed, gain, noise=20.0), 10.1)


def _replaced():
    """What a page may be replaced by: nearly everything in the picture changes at once."""
    height, width = PAGE.shape
    texture = np.random.default_rng(1).normal(0, 40, (height // 8, width // 8))
    return {
        "blank": np.full_like(PAGE, 215),
        "black": np.zeros_like(PAGE),
        "desk": np.clip(45 + np.kron(texture, np.ones((8, 8))), 0, 255),
        "wall": np.tile(np.linspace(60, 220, width), (height, 1)),
        "upside down": FULL[::-1, ::-1],
    }


@pytest.mark.parametrize("name", _replaced())
@pytest.mark.parametrize("noise", [1.0, 4.0, 10.0])
def test_a_page_that_is_replaced_is_a_change_however_wide(name, noise):
    stillness = Stillness()
    stillness.remember(_noisy(FULL, 0, noise=noise), 10.0)
    assert not stillness.is_same(_noisy(_replaced()[name], 1, noise=noise), 10.1)


def test_a_pale_digit_is_seen_too(stillness):
    written = drawn_page([("52", (100, 100)), ("1", (250, 60))]).astype(np.float32)
    assert not stillness.is_same(_noisy(0.7 * PAGE + 0.3 * written, 3), 10.1)
    quiet = Stillness()
    quiet.remember(_noisy(PAGE, 0, noise=1.0), 10.0)
    assert quiet.is_same(_noisy(PAGE, 1, noise=1.0), 10.1)
    assert not quiet.is_same(_noisy(0.88 * PAGE + 0.12 * written, 3, noise=1.0), 10.1)


def test_a_still_picture_is_read_again_now_and_then_and_another_size_always(stillness):
    assert not stillness.is_same(_noisy(PAGE, 1), 10.0 + READ_AGAIN_S)
    assert not stillness.is_same(_noisy(PAGE, 1), 9.0)
    assert not stillness.is_same(shrunk(PAGE[:100]), 10.1)
    assert not Stillness().is_same(shrunk(PAGE), 10.0)
