"""What every data set looks like once it is read, and how one without splits of its own is split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import DataError

Images = NDArray[np.uint8] | list[NDArray[np.uint8]]

SPLITS = ("train", "validation", "test", "all")
_TENTH = {"validation": 8, "test": 9}  # which of every ten pictures of a class goes where; the other eight train


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures of single digits with their labels.

    Attributes:
        images: uint8 [N, H, W], or a list of N uint8 [H, W] of different sizes; ink bright on a background of 0.
        labels: int64 [N], 0..9.
        name: Where it came from: "mnist", "synthetic" or the name of the file or folder.
        split: "train", "validation", "test" or "all".
        sha256: Checksum of sizes, pixels and labels in their order, 64 hexadecimal digits.
    """

    images: Images
    labels: NDArray[np.int64]
    name: str
    split: str
    sha256: str

    def __len__(self) -> int:
        """Return N."""
        return len(self.labels)

    def take(self, indices: NDArray[np.int64]) -> Dataset:
        """Return the pictures at ``indices`` (int64 [n]), in that order, with a checksum of their own."""
        return make_dataset(_pick(self.images, indices), self.labels[indices], self.name, self.split)


def make_dataset(images: Images, labels: NDArray[np.int64], name: str, split: str) -> Dataset:
    """Return the checked data set with its checksum.

    Args:
        images: uint8 [N, H, W] or a list of uint8 [H, W].
        labels: integers [N].
        name: What to call it.
        split: One of `SPLITS`.

    Raises:
        DataError: Nothing in it, unequal counts, or a label outside 0..9.
    """
    if len(images) != len(labels):
        raise DataError(f"{name}: {len(images)} pictures but {len(labels)} labels.", "Give one label a picture.")
    if not len(labels):
        raise DataError(
            f'{name}: no pictures in its split "{split}".', "Give more pictures, or another --split (all takes them all)."
        )
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(f"{name}: labels run from {labels.min()} to {labels.max()}, expected 0 to 9.", "Keep the digits only.")
    labels = labels.astype(np.int64)
    return Dataset(images, labels, name, split, _content_sha256(images, labels))


def split_dataset(images: Images, labels: NDArray[np.int64], name: str, split: str) -> Dataset:
    """Return one split of a set that has none: of each class, in the order given, every 9th of ten validates, every 10th tests.

    The rule draws no random numbers, keeps the classes' shares and never moves a picture when others are appended.

    >>> images, labels = np.zeros((20, 2, 2), np.uint8), np.zeros(20, np.int64)
    >>> [len(split_dataset(images, labels, "twenty zeros", split)) for split in SPLITS]
    [16, 2, 2, 20]
    """
    if split == "all" or len(images) != len(labels):
        return make_dataset(images, labels, name, split)
    rank = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        members = labels == label
        rank[members] = np.arange(members.sum())
    is_held = np.isin(rank % 10, list(_TENTH.values()))
    chosen = ~is_held if split == "train" else rank % 10 == _TENTH[split]
    indices = np.flatnonzero(chosen)
    return make_dataset(_pick(images, indices), labels[indices], name, split)


def first_of_each(data: Dataset, most: int) -> Dataset:
    """Return the first ``most`` pictures of each digit, all of a digit that has fewer, in the set's order."""
    chosen = [np.flatnonzero(data.labels == digit)[:most] for digit in range(10)]
    return data.take(np.sort(np.concatenate(chosen)))


def check_split(split: str) -> None:
    """Raise ValueError if ``split`` is not one of `SPLITS`."""
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")


def _pick(images: Images, indices: NDArray[np.int64]) -> Images:
    return [images[index] for index in indices] if isinstance(images, list) else images[indices]


def _content_sha256(images: Images, labels: NDArray[np.int64]) -> str:
    digest = hashlib.sha256()
    if isinstance(images, list):
        for image in images:
            digest.update(f"{image.shape}".encode())
            digest.update(image.tobytes())
    else:
        digest.update(f"{images.shape}".encode())
        digest.update(images.tobytes())
    digest.update(labels.astype("<i8").tobytes())
    return digest.hexdigest()
