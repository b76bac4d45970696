"""What ``--data`` understands, and the one function that reads it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitedge.data.arrays import holds_idx, load_idx_folder, load_idx_pair, load_mat, load_npz, load_xy
from digitedge.data.dataset import Dataset, check_split, make_dataset
from digitedge.data.folders import holds_digit_folders, load_folders
from digitedge.data.mnist import load_mnist, mnist_is_here
from digitedge.errors import DataError

# (seed, count) of the drawn splits; seeds apart, so that no split holds a picture of another.
_SYNTHETIC = {"train": (1, 20_000), "validation": (2, 2_000), "test": (3, 2_000)}
_KNOWN = (
    "Give auto, mnist, synthetic, FILE.mat, FILE.npz, an IDX file, "
    "or a folder with X.npy and y.npy, IDX files or one sub-folder a digit."
)


def load(source: str, split: str) -> Dataset:
    """Return one split of a data set.

    Args:
        source: "auto" (MNIST if it is here or can be had, else synthetic; says which on stderr), "mnist", "synthetic", or a
            path (also looked for under $DIGITEDGE_DATA): a .mat or .npz file, an IDX file of pictures, a folder with X.npy and
            y.npy, with IDX files named like MNIST's, or with one sub-folder per digit.
        split: "train", "validation", "test" or "all". A source without splits of its own gets them by `split_dataset`'s rule.

    Raises:
        ValueError: Unknown split.
        DataError: Not there, damaged or of the wrong shape.
        MissingExtraError: A .mat file without scipy.
    """
    check_split(split)
    if source == "auto":
        return _load_auto(split)
    if source == "mnist":
        return load_mnist(split)
    if source == "synthetic":
        return _load_synthetic(split)
    path = _existing(source)
    return _reader(path)(path, split)


def check_source(source: str) -> None:
    """Raise DataError, in a moment and without reading a picture, where `load` would know of no such data set."""
    if source not in ("auto", "mnist", "synthetic"):
        _reader(_existing(source))


def _reader(path: Path) -> Callable[[Path, str], Dataset]:
    """Return what reads a split of a file or folder. Raises DataError for what is no data set by its name."""
    if path.is_dir():
        return _folder_reader(path)
    if path.suffix == ".mat":
        return load_mat
    if path.suffix == ".npz":
        return load_npz
    if "idx3" in path.name:
        return load_idx_pair
    raise DataError(f"{path}: not a data set this program reads.", _KNOWN)


def _folder_reader(folder: Path) -> Callable[[Path, str], Dataset]:
    if (folder / "X.npy").exists():
        return load_xy
    if holds_idx(folder):
        return load_idx_folder
    if holds_digit_folders(folder):
        return load_folders
    raise DataError(f"{folder}: no data set in this folder.", _KNOWN)


def _existing(source: str) -> Path:
    path = Path(os.path.expanduser(source))  # noqa: PTH111 - Path's own raises for the home of nobody
    if os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a folder may not be entered
        return path
    if (root := os.environ.get("DIGITEDGE_DATA")) and os.path.exists(Path(root) / path):  # noqa: PTH110
        return Path(root) / path
    raise DataError(f"{source}: no such data set.", _KNOWN)


def _load_auto(split: str) -> Dataset:
    from rich.console import Console

    console = Console(stderr=True)
    if mnist_is_here():
        console.print("Data: MNIST.", highlight=False)
        return load_mnist(split)
    try:
        data = load_mnist(split)
    except DataError as error:
        console.print(f"Data: drawn digits. {error.message}", highlight=False, soft_wrap=True)
        return _load_synthetic(split)
    console.print("Data: MNIST, downloaded.", highlight=False)
    return data


def _load_synthetic(split: str) -> Dataset:
    from digitedge.scenes.digits import draw_digits

    if split == "all":
        parts = [_load_synthetic(part) for part in _SYNTHETIC]
        images = [image for part in parts for image in part.images]
        return make_dataset(images, np.concatenate([part.labels for part in parts]), "synthetic", split)
    seed, count = _SYNTHETIC[split]
    images, labels = draw_digits(count, seed)
    return make_dataset(images, np.asarray(labels, np.int64), "synthetic", split)
