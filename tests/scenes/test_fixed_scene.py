import hashlib

import numpy as np

from digitedge.scenes.fixed import fixed_scene

# Whole numbers only, so every machine must draw these bytes; a change here changes the benchmarks' picture.
SHA256 = "286911043561db8a4010cb8f60146a0364c6874acc744ff58bf3c95d188929d4"


def test_the_fixed_page_has_the_same_bytes_everywhere():
    assert hashlib.sha256(fixed_scene().image_bgr.tobytes()).hexdigest() == SHA256


def test_the_fixed_page_holds_24_digits_in_eight_numbers_where_the_truth_says():
    scene = fixed_scene()
    assert scene.image_bgr.shape == (480, 640, 3)
    assert [number.text for number in scene.numbers] == ["1024", "768", "35", "90213", "46", "7", "8159", "620"]
    assert len(scene.digits) == 24 and {digit.digit for digit in scene.digits} == set(range(10))
    gray = scene.image_bgr.mean(axis=2)
    outside = np.ones(gray.shape, bool)
    for digit in scene.digits:
        x, y, width, height = digit.box_xywh
        inside = gray[y : y + height, x : x + width]
        outside[y - 1 : y + height + 1, x - 1 : x + width + 1] = False
        for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
            assert edge.min() < 0.75 * np.median(inside.max(axis=0))
    assert gray[outside].min() > 85  # no ink outside the boxes, even in the shadow


def test_light_is_uneven_and_paper_has_grain():
    image = fixed_scene().image_bgr
    assert image[100:200, 150:250].mean() > 1.5 * image[440:, 600:].mean()
    assert image[10:40, 200:230].std() > 3
