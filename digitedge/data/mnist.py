"""MNIST: where it is found, how it is proved to be MNIST, and its splits."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.data.dataset import Dataset, make_dataset
from digitedge.data.download import cache_folder, fetch_mnist_file
from digitedge.data.idx import format_idx, read_idx
from digitedge.errors import DataError

VALIDATION_COUNT = 5000  # the last ones of the training set
# SHA-256 of the four uncompressed IDX files, computed from copies that have the MD5 long published for them:
# 6bbc9ace898e44ae57da46a324031adb, a25bea736e30d166cdddb491f175f624, 2646ac647ad5339dbf082846283269ea and
# 27ae3e4e09519cfbb04c329615203637 in this order.
CHECKSUMS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_KERAS_KEYS = {
    "train-images-idx3-ubyte": "x_train",
    "train-labels-idx1-ubyte": "y_train",
    "t10k-images-idx3-ubyte": "x_test",
    "t10k-labels-idx1-ubyte": "y_test",
}


def load_mnist(split: str) -> Dataset:
    """Return a split of MNIST, verified: train (55,000), validation (the last 5,000 of its training set), test (10,000), all.

    Looked for as IDX files (plain or .gz) under $DIGITEDGE_DATA and its sub-folder mnist, then in the Keras cache, then among
    our own downloads; then downloaded, which is said on stderr.

    Raises:
        DataError: A file is damaged or is not MNIST's, or nothing is there and the download fails.
    """
    parts = ("train", "t10k") if split == "all" else ("t10k",) if split == "test" else ("train",)
    images = np.concatenate([_verified(f"{part}-images-idx3-ubyte") for part in parts])
    labels = np.concatenate([_verified(f"{part}-labels-idx1-ubyte") for part in parts]).astype(np.int64)
    if split == "train":
        images, labels = images[:-VALIDATION_COUNT], labels[:-VALIDATION_COUNT]
    elif split == "validation":
        images, labels = images[-VALIDATION_COUNT:], labels[-VALIDATION_COUNT:]
    return make_dataset(images, labels, "mnist", split)


def mnist_is_here() -> bool:
    """Return whether all four files are on this machine, so that nothing would be downloaded."""
    return _keras_cache().is_file() or all(_idx_path(name) is not None for name in CHECKSUMS)


def _verified(name: str) -> NDArray[np.uint8]:
    """Return the array of one of the four files, from wherever it is, if its checksum is MNIST's."""
    path = _idx_path(name, own_downloads=False)
    keras = _keras_cache()
    if path is None and keras.is_file():
        array, path = _read_keras(keras, _KERAS_KEYS[name]), keras
    else:
        path = path or _idx_path(name) or fetch_mnist_file(name, CHECKSUMS[name])
        array = read_idx(path)
    if hashlib.sha256(format_idx(array)).hexdigest() != CHECKSUMS[name]:
        raise DataError(
            f"{path}: its content is not MNIST's (wrong checksum).", "Delete it and run again; it will be downloaded."
        )
    return array


def _idx_path(name: str, own_downloads: bool = True) -> Path | None:
    folders: list[Path] = []
    if root := os.environ.get("DIGITEDGE_DATA"):
        folders += [Path(root), Path(root) / "mnist"]
    if own_downloads:
        folders.append(cache_folder() / "mnist")
    for folder in folders:
        for candidate in (folder / name, folder / f"{name}.gz"):
            if candidate.is_file():
                return candidate
    return None


def _keras_cache() -> Path:
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets" / "mnist.npz"


def _read_keras(path: Path, key: str) -> NDArray[np.uint8]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            array = content[key]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{path}: the file is damaged ({error}).", "Delete it and run again; MNIST will be downloaded."
        ) from error
    return np.asarray(array).astype(np.uint8)
