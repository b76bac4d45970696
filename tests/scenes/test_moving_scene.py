from itertools import islice

import numpy as np
import pytest

from digitedge.scenes.moving import MovingScene


def ink_share(frame_bgr, box_xywh, grow=0):
    x, y, width, height = box_xywh
    part = frame_bgr[y - grow : y + height + grow, x - grow : x + width + grow].mean(axis=2)
    return part < 0.62 * np.median(frame_bgr)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_truth_follows_the_ink(seed):
    scene = MovingScene(seed)
    for index in (0, 40, 200):
        frame, truth = scene.frame(index)
        assert frame.shape == (480, 640, 3) and frame.dtype == np.uint8
        for digit in truth.digits:
            x, y, width, height = digit.box_xywh
            assert x >= 2 and y >= 2 and x + width <= 638 and y + height <= 478
            ink = np.argwhere(ink_share(frame, digit.box_xywh, grow=0))
            low, high = ink.min(axis=0), ink.max(axis=0)
            # lens blur takes up to two pixels of a stroke's end below the threshold
            assert low.max() <= 3 and high[0] >= height - 4 and high[1] >= width - 4


def test_numbers_are_made_of_the_digits():
    _, truth = MovingScene(4).frame(7)
    for number in truth.numbers:
        assert number.text == "".join(str(truth.digits[member].digit) for member in number.members)


def test_a_frame_can_be_drawn_again():
    scene = MovingScene(5)
    first, truth = scene.frame(33)
    scene.frame(900)
    again, truth_again = scene.frame(33)
    assert np.array_equal(first, again) and truth == truth_again


def test_the_scene_moves_and_its_counter_steps():
    frames = MovingScene(6, fps=30, change_every_s=2)
    boxes = {frames.frame(index)[1].digits[0].box_xywh for index in range(0, 60, 10)}
    assert len(boxes) > 3
    texts = [frames.frame(index)[1].numbers[-1].text for index in (0, 59, 60, 119, 120)]
    assert texts[0] == texts[1] and texts[2] == texts[3] and len(set(texts)) == 3
    rest = [[number.text for number in frames.frame(index)[1].numbers[:-1]] for index in (0, 60)]
    assert rest[0] == rest[1]


def test_held_still_only_light_and_sensor_change():
    scene = MovingScene(7, moving=False, change_every_s=0)
    (first, truth), (second, truth_later) = islice(iter(scene), 2)
    assert truth == truth_later == scene.frame(5000)[1]
    assert not np.array_equal(first, second)
    assert abs(first.astype(int) - second).mean() < 8


def test_sizes_that_hold_nothing_are_refused():
    with pytest.raises(ValueError, match="at least 160x120"):
        MovingScene(size_wh=(20, 20))
