"""Every form of data set ends as the same pictures, or as one sentence and a remedy."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitedge.data import SPLITS, load
from digitedge.data.dataset import first_of_each, make_dataset
from digitedge.data.folders import ink_on_black
from digitedge.data.idx import format_idx
from digitedge.errors import DataError
from digitedge.scenes.digits import draw_digits

LABELS = np.arange(200, dtype=np.int64) % 10


def seven() -> NDArray[np.uint8]:
    """A 20×20 picture that looks like no other when it is turned or mirrored: a bar on top, a stem at the right."""
    picture = np.zeros((20, 20), np.uint8)
    picture[2:4, 3:17] = 255
    picture[4:18, 15:17] = 255
    return picture


def course_rows(count: int) -> NDArray[np.float64]:
    """Rows as MATLAB writes them: each picture column by column, values about 0 and 1."""
    row = seven().flatten(order="F") / 255 * 1.1 - 0.05
    return np.repeat(row[None], count, axis=0)


@pytest.fixture
def forms(tmp_path: Path) -> dict[str, str]:
    """The same 200 pictures in every form that knows no split."""
    loadmat = pytest.importorskip("scipy.io")
    pictures = np.repeat(seven()[None], 200, axis=0)
    loadmat.savemat(tmp_path / "ex3data1.mat", {"X": course_rows(200), "y": np.where(LABELS == 0, 10, LABELS)[:, None]})
    np.savez(tmp_path / "set.npz", images=pictures, labels=LABELS)
    (tmp_path / "own-images-idx3-ubyte").write_bytes(format_idx(pictures))
    (tmp_path / "own-labels-idx1-ubyte").write_bytes(format_idx(LABELS.astype(np.uint8)))
    (tmp_path / "xy").mkdir()
    np.save(tmp_path / "xy" / "X.npy", course_rows(200))
    np.save(tmp_path / "xy" / "y.npy", LABELS)
    for index, label in enumerate(LABELS):
        (tmp_path / "folders" / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - seven()).save(tmp_path / "folders" / str(label) / f"{index:03}.png")
    names = ("ex3data1.mat", "set.npz", "own-images-idx3-ubyte", "xy", "folders")
    return {name: str(tmp_path / name) for name in names}


@pytest.mark.parametrize("name", ["ex3data1.mat", "set.npz", "own-images-idx3-ubyte", "xy", "folders"])
def test_every_form_gives_the_same_upright_pictures(forms: dict[str, str], name: str) -> None:
    data = load(forms[name], "all")
    assert len(data) == 200
    for image in data.images:
        np.testing.assert_array_equal(image, seven())
    assert np.bincount(data.labels).tolist() == [20] * 10
    assert (data.name, data.split) == (name, "all")


@pytest.mark.parametrize("name", ["ex3data1.mat", "folders"])
def test_splits_share_no_picture_and_lose_none(forms: dict[str, str], name: str) -> None:
    counts = [np.bincount(load(forms[name], split).labels).tolist() for split in ("train", "validation", "test")]
    assert counts == [[16] * 10, [2] * 10, [2] * 10]


def test_a_relative_name_is_looked_for_under_the_data_folder(forms: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITEDGE_DATA", str(Path(forms["set.npz"]).parent))
    assert len(load("set.npz", "all")) == 200


def test_an_idx_folder_under_mnists_names_keeps_its_test_set(tmp_path: Path) -> None:
    for part, count in (("train", 120), ("t10k", 20)):
        pictures = np.full((count, 5, 5), count, np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(format_idx(pictures))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(format_idx(np.arange(count, dtype=np.uint8) % 10))
    assert [len(load(str(tmp_path), split)) for split in SPLITS] == [110, 10, 20, 140]
    assert int(np.asarray(load(str(tmp_path), "test").images).max()) == 20


@pytest.mark.parametrize(
    ("name", "write", "what"),
    [
        ("no.npz", lambda path: None, "no such data set"),
        ("a.npz", lambda path: path.write_bytes(b"PK\x03\x04 cut"), "cannot read"),
        ("a.npz", lambda path: np.savez(path, images=np.zeros((3, 4, 4), np.uint8)), "no readable images and labels"),
        ("a.npz", lambda path: np.savez(path, images=np.zeros((3, 4)), labels=np.zeros(3)), "expected uint8"),
        (
            "a.npz",
            lambda path: np.savez(path, images=np.zeros((3, 4, 4), np.uint8), labels=np.zeros(2, int)),
            "3 pictures but 2",
        ),
        ("a.npz", lambda path: np.savez(path, images=np.zeros((1, 4, 4), np.uint8), labels=np.array([11])), "11 to 11"),
        ("a.npz", lambda path: np.savez(path, images=np.zeros((0, 4, 4), np.uint8), labels=np.zeros(0, int)), "no pictures"),
        ("a.mat", lambda path: path.write_bytes(b"MATLAB 5.0" + bytes(300)), "cannot be read"),
        ("a.csv", lambda path: path.write_text("1,2"), "not a data set"),
        ("folder", lambda path: path.mkdir(), "no data set in this folder"),
        ("folder", lambda path: (path / "3").mkdir(parents=True), "no pictures in its sub-folders"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(tmp_path: Path, name: str, write: object, what: str) -> None:
    write(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(DataError, match=what) as raised:
        load(str(tmp_path / name), "all")
    assert raised.value.remedy


def test_course_files_of_another_shape_are_told(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", np.zeros((5, 784)))
    np.save(tmp_path / "y.npy", np.zeros(5))
    with pytest.raises(DataError, match=r"expected numbers \[N, 400\]"):
        load(str(tmp_path), "all")
    np.save(tmp_path / "X.npy", np.zeros((5, 400)))
    (tmp_path / "y.npy").unlink()
    with pytest.raises(DataError, match="belong together"):
        load(str(tmp_path), "all")


def test_a_picture_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(DataError, match=r"broken\.png"):
        load(str(tmp_path), "all")


def test_an_unknown_split_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="train, validation, test, all"):
        load("synthetic", "training")


def test_ink_comes_out_bright_on_black_whatever_the_paper() -> None:
    drawn = draw_digits(20, seed=4)[0]
    for patch in (np.pad(patch, 6) for patch in drawn):
        np.testing.assert_array_equal(ink_on_black(patch), patch)
        grain = np.random.default_rng(0).integers(0, 12, patch.shape)
        shaded = np.clip(215 - patch.astype(int) * 0.7 + grain, 0, 255).astype(np.uint8)
        found = ink_on_black(shaded)
        assert (found[0] == 0).all()
        assert np.corrcoef(found.ravel(), patch.ravel())[0, 1] > 0.95  # the faintest quarter of the ink counts as paper
    assert not ink_on_black(np.full((8, 8), 200, np.uint8)).any()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "I;16", "LA", "CMYK"])
def test_pictures_of_every_mode_are_read(tmp_path: Path, mode: str) -> None:
    (tmp_path / "7").mkdir()
    suffix = "tif" if mode == "CMYK" else "png"
    on_white = Image.fromarray(255 - seven())
    picture = Image.fromarray((255 - seven()).astype(np.uint16) * 257) if mode == "I;16" else on_white.convert(mode)
    picture.save(tmp_path / "7" / f"one.{suffix}")
    np.testing.assert_allclose(load(str(tmp_path), "all").images[0], seven(), atol=2)


def test_drawn_splits_differ_and_repeat() -> None:
    test, validation = load("synthetic", "test"), load("synthetic", "validation")
    assert isinstance(test.images, list)
    assert test.sha256 == load("synthetic", "test").sha256 != validation.sha256
    assert not {image.tobytes() for image in test.images} & {image.tobytes() for image in validation.images}
    assert np.bincount(test.labels).tolist() == [200] * 10


def test_the_checksum_sees_pixels_sizes_labels_and_order() -> None:
    images, labels = np.arange(200, dtype=np.uint8).reshape(10, 4, 5), np.arange(10)

    def sum_of(images: NDArray[np.uint8] | list[NDArray[np.uint8]], labels: NDArray[np.int64]) -> str:
        return make_dataset(images, labels, "set", "all").sha256

    changed = images.copy()
    changed[9, 3, 4] += 1
    sums = {
        sum_of(images, labels),
        sum_of(changed, labels),
        sum_of(images.reshape(10, 5, 4), labels),
        sum_of(images[::-1], labels),
        sum_of(images, labels[::-1]),
    }
    assert len(sums) == 5


def test_the_first_of_each_digit_are_taken_in_order() -> None:
    labels = np.array([1, 1, 0, 1, 0, 7])
    data = make_dataset(np.arange(6, dtype=np.uint8).reshape(6, 1, 1), labels, "set", "train")
    chosen = first_of_each(data, 2)
    assert np.asarray(chosen.images).ravel().tolist() == [0, 1, 2, 4, 5]
    assert chosen.labels.tolist() == [1, 1, 0, 0, 7]


def test_reading_data_needs_neither_tensorflow_nor_scipy() -> None:
    code = "import sys, digitedge.data as d; d.load('synthetic', 'test'); print({*sys.modules} & {'tensorflow', 'scipy'})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
