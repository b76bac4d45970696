import dataclasses

import cv2
import numpy as np
import pytest

from digitedge.data import load
from digitedge.errors import DataError
from digitedge.export.calibration import REJECT, draw_probe, draw_sets, make_pool, pin_range
from digitedge.export.stability import Trial, describe
from digitedge.patch import MNIST_GEOMETRY, to_inputs
from digitedge.scenes.digits import draw_digits


def bytes_of(fields):
    return {field.tobytes() for field in fields}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A data set of 600 drawn digits in a file, split by the usual rule."""
    images, labels = draw_digits(600, 9)
    path = tmp_path_factory.mktemp("drawn") / "drawn.npz"
    np.savez(path, images=to_inputs(images), labels=labels)
    return str(path)


def held_out(source):
    return [to_inputs(load(source, split).images) for split in ("validation", "test")]


@pytest.fixture(scope="module")
def pool(source):
    return make_pool(source, MNIST_GEOMETRY, held_out(source), seed=1)


def test_calibration_shares_no_picture_with_validation_and_test(source, pool):
    judged = bytes_of(np.concatenate(held_out(source)))
    for calibration in draw_sets(pool, 200, 1):
        assert not bytes_of(calibration.fields) & judged


def test_pictures_that_also_judge_are_left_out_and_counted(source):
    train = to_inputs(load(source, "train").images)
    pool = make_pool(source, MNIST_GEOMETRY, [train[:50]], seed=1)
    assert pool.excluded == 50
    assert not bytes_of(pool.fields) & bytes_of(train[:50])
    with pytest.raises(DataError, match="also judges"):
        make_pool(source, MNIST_GEOMETRY, [train], seed=1)


def test_mnist_calibration_is_disjoint_from_its_validation_and_test(mnist_dir):
    judged = [np.asarray(load(str(mnist_dir), split).images) for split in ("validation", "test")]
    pool = make_pool(str(mnist_dir), MNIST_GEOMETRY, [], seed=1)
    assert pool.source
    assert len(pool.fields) > 3000
    assert not bytes_of(pool.fields) & bytes_of(np.concatenate(judged))


def test_each_digit_gives_equally_many_and_one_in_ten_is_no_digit(pool):
    first, _ = draw_sets(pool, 200, 1)
    counts = np.bincount(first.labels, minlength=11)
    assert counts[:10].tolist() == [18] * 10
    assert counts[REJECT] == 20
    assert first.manifest["per_class"]["non-digits (drawn)"] == 20


def test_two_sets_are_disjoint_and_the_seed_decides_them(pool):
    first, second = draw_sets(pool, 100, 1)
    assert not bytes_of(first.fields) & bytes_of(second.fields)
    again, _ = draw_sets(pool, 100, 1)
    assert again.manifest == first.manifest
    other, _ = draw_sets(pool, 100, 2)
    assert other.manifest["images_sha256"] != first.manifest["images_sha256"]
    assert (draw_probe(pool, 1) == draw_probe(pool, 1)).all()


def test_manifest_names_source_count_hashes_and_seed(source, pool):
    first, _ = draw_sets(pool, 100, 7)
    assert first.manifest["source_sha256"] == load(source, "train").sha256
    assert first.manifest["count"] == len(first.fields) == 100
    assert first.manifest["seed"] == 7
    assert len(first.manifest["images_sha256"]) == len(first.manifest["indices_sha256"]) == 64


def test_0_and_255_are_always_there():
    rng = np.random.default_rng(1)
    dim = rng.integers(3, 200, (20, 28, 28), dtype=np.uint8)
    pinned = pin_range(dim)
    assert (pinned.min(), pinned.max()) == (0, 255)
    assert (pinned != dim).any(axis=(1, 2)).sum() == 1
    full = dim.copy()
    full[0, 0, :2] = 0, 255
    assert pin_range(full) is full
    with pytest.raises(DataError, match="blank"):
        pin_range(np.full((3, 28, 28), 9, np.uint8))


def test_a_small_pool_gives_small_disjoint_sets(pool):
    small = dataclasses.replace(pool, fields=pool.fields[:60], labels=pool.labels[:60])
    first, second = draw_sets(small, 1000, 1)
    assert 10 <= len(first.fields) <= 30
    assert not bytes_of(first.fields) & bytes_of(second.fields)


@pytest.mark.parametrize("ink", ["dark", "bright"])
def test_a_folder_of_ones_own_crops_is_read_whatever_the_polarity(tmp_path, ink):
    images, _ = draw_digits(30, 4)
    for index, image in enumerate(images):
        framed = cv2.copyMakeBorder(image, 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=0)
        cv2.imwrite(str(tmp_path / f"crop-{index}.png"), 255 - framed if ink == "dark" else framed)
    pool = make_pool(str(tmp_path), MNIST_GEOMETRY, [], seed=1)
    crops = pool.fields[pool.labels == -1]
    assert len(crops) == 30
    assert (crops[:, 0] == 0).all()
    assert pool.source == tmp_path.name
    first, second = draw_sets(pool, 1000, 1)
    assert first.manifest["per_class"]["unlabelled"] == 15
    assert not bytes_of(first.fields) & bytes_of(second.fields)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError):
        make_pool(str(tmp_path), MNIST_GEOMETRY, [], seed=1)


def test_the_sentence_says_size_and_stability():
    assert "500 pictures (stable" in describe((Trial(100, 0.2, 0.3, 0.99, False), Trial(500, 0.02, 0.1, 0.999, True)))
    assert "NOT stable" in describe((Trial(20, 0.2, 0.3, 0.9, False),))
