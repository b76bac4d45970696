"""Data sets that are arrays in a file: .mat and X.npy/y.npy of the 20×20 course set, .npz, IDX.

The course set (ex3data1.mat, or X.npy and y.npy) holds 5,000 rows of 400 numbers. Each row is a 20×20 picture written column by
column, so reading it row by row gives the mirror image along the main diagonal:

    the file's row       read row by row     upright
    a d g b e h c f i →      a d g              a b c
                             b e h      ≠       d e f
                             c f i              g h i
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.data.dataset import Dataset, make_dataset, split_dataset
from digitedge.data.idx import read_idx
from digitedge.errors import DataError, MissingExtraError

_COURSE_SIDE = 20


def load_mat(path: Path, split: str) -> Dataset:
    """Return a split of a MATLAB file with X [N, 400] and y [N], as `upright_pictures` reads them.

    Raises:
        MissingExtraError: scipy is not installed.
        DataError: Unreadable, or without such X and y.
    """
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise MissingExtraError("Reading a .mat file", "train") from error
    try:
        content = loadmat(path)
    except (OSError, ValueError, TypeError, IndexError, KeyError, EOFError, NotImplementedError, zlib.error) as error:
        raise DataError(f"{path}: MATLAB's format cannot be read ({error}).", "Save it with: save -v7 FILE.mat X y") from error
    if "X" not in content or "y" not in content:
        raise DataError(f"{path}: has no X and y.", "Give a file like ex3data1.mat: X of N × 400, y of N labels.")
    return split_dataset(upright_pictures(content["X"], path), course_labels(content["y"], path), path.name, split)


def load_xy(folder: Path, split: str) -> Dataset:
    """Return a split of a folder with X.npy [N, 400] and y.npy [N]. Raises DataError."""
    pictures = upright_pictures(_read_numpy(folder / "X.npy"), folder / "X.npy")
    labels = course_labels(_read_numpy(folder / "y.npy"), folder / "y.npy")
    return split_dataset(pictures, labels, folder.name, split)


def upright_pictures(rows: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    """Return uint8 [N, 20, 20], upright, of rows [N, 400] that hold each picture column by column, ink about 1 on about 0.

    >>> row = np.zeros((1, 400))
    >>> row[0, :20] = 1                                # the first 20 numbers of a row are the picture's left column
    >>> upright_pictures(row, Path("X.npy"))[0, :3, 0].tolist()
    [255, 255, 255]
    """
    if rows.ndim != 2 or rows.shape[1] != _COURSE_SIDE**2 or rows.dtype.kind not in "fiu" or not np.isfinite(rows).all():
        raise DataError(
            f"{path}: X is {rows.dtype} {list(rows.shape)}, expected numbers [N, 400].", "Give 20×20 pictures, a row each."
        )
    full_scale = 255.0 if rows.size and rows.max() > 2 else 1.0  # interpolation left values a little above 1
    ink = np.clip(rows / full_scale, 0, 1) * 255
    return np.rint(ink).astype(np.uint8).reshape(-1, _COURSE_SIDE, _COURSE_SIDE).transpose(0, 2, 1).copy()


def course_labels(labels: NDArray[Any], path: Path) -> NDArray[np.int64]:
    """Return int64 [N], with the course's 10 for the digit 0 as 0 (MATLAB counts from 1)."""
    if labels.dtype.kind not in "fiu" or labels.size != max(labels.shape, default=0):
        raise DataError(
            f"{path}: y is {labels.dtype} {list(labels.shape)}, expected one label a picture.", "Give y of N labels."
        )
    whole = labels.reshape(-1).astype(np.int64)
    return np.where(whole == 10, 0, whole)


def load_npz(path: Path, split: str) -> Dataset:
    """Return a split of an .npz with images (uint8 [N, H, W], ink bright on 0) and labels ([N]). Raises DataError."""
    content = _read_numpy(path)
    if isinstance(content, np.ndarray):
        raise DataError(f"{path}: is a single array.", "Save it by numpy.savez(FILE, images=…, labels=…).")
    with content:
        try:
            images, labels = content["images"], content["labels"]
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(
                f"{path}: no readable images and labels in it.", "Save it by numpy.savez(FILE, images=…, labels=…)."
            ) from error
    if images.ndim != 3 or images.dtype != np.uint8:
        raise DataError(f"{path}: images are {images.dtype} {list(images.shape)}, expected uint8 [N, H, W].", "Convert them.")
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(f"{path}: labels are {labels.dtype} {list(labels.shape)}, expected integers [N].", "Convert them.")
    return split_dataset(images, labels.astype(np.int64), path.name, split)


def load_idx_pair(images_path: Path, split: str) -> Dataset:
    """Return a split of an IDX file …images-idx3… whose labels lie beside it as …labels-idx1…. Raises DataError."""
    labels_path = images_path.with_name(images_path.name.replace("images", "labels").replace("idx3", "idx1"))
    if labels_path == images_path:
        raise DataError(
            f"{images_path}: the name of its labels is unknown.", "Name the two files …images-idx3… and …labels-idx1…."
        )
    images, labels = _idx_arrays(images_path, labels_path)
    return split_dataset(images, labels, images_path.name, split)


def load_idx_folder(folder: Path, split: str) -> Dataset:
    """Return a split of a folder with IDX files named like MNIST's; the last twelfth of the training set validates."""
    parts = ("train", "t10k") if split == "all" else ("t10k",) if split == "test" else ("train",)
    pairs = [
        _idx_arrays(_plain_or_gz(folder, f"{part}-images-idx3-ubyte"), _plain_or_gz(folder, f"{part}-labels-idx1-ubyte"))
        for part in parts
    ]
    images, labels = np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])
    kept = len(labels) - len(labels) // 12
    if split == "train":
        images, labels = images[:kept], labels[:kept]
    elif split == "validation":
        images, labels = images[kept:], labels[kept:]
    return make_dataset(images, labels, folder.name, split)


def holds_idx(folder: Path) -> bool:
    """Return whether a folder holds pictures under MNIST's file names."""
    return any(folder.glob("*-images-idx3-ubyte*"))


def _plain_or_gz(folder: Path, name: str) -> Path:
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def _idx_arrays(images_path: Path, labels_path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or labels.ndim != 1:
        raise DataError(
            f"{images_path}: {images.ndim} dimensions and labels of {labels.ndim}, expected 3 and 1.",
            "Give pictures [N, H, W] and labels [N].",
        )
    return images, labels.astype(np.int64)


def _read_numpy(path: Path) -> Any:
    try:
        return np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)  # from memory: a damaged file is not left open
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file.", "X.npy and y.npy belong together.") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: NumPy cannot read this file ({error}).", "Write it again by numpy.save or numpy.savez."
        ) from error
