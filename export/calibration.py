"""The representative data set: which pictures tell the converter how large each activation becomes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.data import Dataset, load
from digitedge.data.folders import holds_digit_folders, ink_on_black
from digitedge.errors import DataError
from digitedge.patch import Geometry, to_inputs

REJECT = 10  # label of what is no digit
_REJECT_SHARE = 0.1  # of a set; as many as there are of one digit, nearly
_POOL_PER_CLASS = 300  # enough for two sets of a thousand and pictures to try them on
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})


@dataclass(frozen=True, slots=True)
class Pool:
    """Pictures a calibration set may be drawn from, already on the one path.

    Attributes:
        fields: uint8 [N, side, side].
        labels: int64 [N]: 0..9, `REJECT`, or -1 where the pictures have no labels.
        source: Name of the data set or folder.
        sha256: Of the source's pictures and labels.
        excluded: How many pictures were left out because the evaluated splits hold the same.
    """

    fields: NDArray[np.uint8]
    labels: NDArray[np.int64]
    source: str
    sha256: str
    excluded: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration set.

    Attributes:
        fields: uint8 [N, side, side]; 0 and 255 both occur.
        labels: int64 [N], as in `Pool`.
        manifest: Source, counts, hashes and seed, for the model's metadata.
    """

    fields: NDArray[np.uint8]
    labels: NDArray[np.int64]
    manifest: dict[str, Any]


def make_pool(source: str, geometry: Geometry, held_out: list[NDArray[np.uint8]], seed: int) -> Pool:
    """Return the pictures to draw from: a source's training split or a folder of crops, and drawn non-digits.

    Args:
        source: What ``--data`` understands, or a folder of pictures without labels.
        geometry: The model's.
        held_out: Fields of the splits that judge the model, uint8 [N, side, side] each; whatever they hold is left out.
        seed: Draws the non-digits.

    Raises:
        DataError: No such source, or nothing left in it.
    """
    from digitedge.scenes.nondigits import draw_nondigits

    folder = Path(source).expanduser()
    is_plain = folder.is_dir() and not holds_digit_folders(folder) and any(_pictures(folder))
    data = _plain_folder(folder) if is_plain else _thinned(load(source, "train"), seed)
    fields = to_inputs(data.images, geometry)
    forbidden = {picture.tobytes() for pictures in held_out for picture in pictures}
    kept = np.array([field.tobytes() not in forbidden for field in fields])
    if not kept.any():
        raise DataError(f"{source}: every picture in it also judges the model.", "Calibrate on other pictures.")
    labels = np.full(len(fields), -1, np.int64) if is_plain else data.labels
    rejects, _ = draw_nondigits(max(100, int(_REJECT_SHARE * min(len(fields), 4000))), seed)
    return Pool(
        fields=np.concatenate([fields[kept], to_inputs(rejects, geometry)]),
        labels=np.concatenate([labels[kept], np.full(len(rejects), REJECT, np.int64)]),
        source=data.name,
        sha256=data.sha256,
        excluded=int((~kept).sum()),
    )


def draw_probe(pool: Pool, seed: int) -> NDArray[np.uint8]:
    """Return up to 1,000 pictures of the pool, uint8 [n, side, side], to hold two calibrations against each other on."""
    rng = np.random.default_rng((seed, 3))
    return pool.fields[np.sort(rng.permutation(len(pool.fields))[:1000])]


def draw_sets(pool: Pool, size: int, seed: int) -> tuple[Calibration, Calibration]:
    """Return two disjoint, class-balanced calibration sets of about ``size`` pictures each (fewer where the pool is small).

    Of labelled pictures each digit gives equally many; one in ten is a drawn non-digit. The same seed gives the same sets.
    """
    rng = np.random.default_rng((seed, size))
    rejects = round(size * _REJECT_SHARE)
    first: list[NDArray[np.int64]] = []
    second: list[NDArray[np.int64]] = []
    for label in np.unique(pool.labels):
        members = rng.permutation(np.flatnonzero(pool.labels == label))
        wanted = rejects if label == REJECT else size - rejects if label == -1 else (size - rejects) // 10
        count = max(1, min(wanted, len(members) // 2))
        first.append(members[:count])
        second.append(members[count : 2 * count])
    return tuple(_made(pool, np.sort(np.concatenate(part)), seed) for part in (first, second))  # type: ignore[return-value]


def pin_range(fields: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the set with 0 and 255 in it: the picture of the widest range is stretched if need be, the others stay.

    The converter takes the input's scale from the smallest and largest value it sees; a set whose brightest pixel is 250 gives
    0.980 instead of 1 (measured), and the board would read every picture slightly wrong.

    >>> pin_range(np.array([[[10, 60]], [[10, 210]]], np.uint8)).tolist()
    [[[10, 60]], [[0, 255]]]
    """
    if fields.min() == 0 and fields.max() == 255:
        return fields
    flat = fields.reshape(len(fields), -1).astype(np.int64)
    low, high = flat.min(axis=1), flat.max(axis=1)
    widest = int((high - low).argmax())
    if high[widest] == low[widest]:
        raise DataError("The calibration pictures are blank.", "Calibrate on pictures with digits: --calibrate DIR")
    stretched = (flat[widest] - low[widest]) * 255 // (high[widest] - low[widest])
    pinned = fields.copy()
    pinned[widest] = stretched.reshape(fields.shape[1:]).astype(np.uint8)
    return pinned


def _made(pool: Pool, indices: NDArray[np.int64], seed: int) -> Calibration:
    fields, labels = pin_range(pool.fields[indices]), pool.labels[indices]
    per_class = {_label_name(int(label)): int((labels == label).sum()) for label in np.unique(labels)}
    manifest = {
        "source": pool.source,
        "source_sha256": pool.sha256,
        "count": len(fields),
        "per_class": per_class,
        "images_sha256": hashlib.sha256(fields.tobytes()).hexdigest(),
        "indices_sha256": hashlib.sha256(indices.astype("<i8").tobytes()).hexdigest(),
        "seed": seed,
        "excluded_because_held_out": pool.excluded,
        "pinned": [0, 255],
    }
    return Calibration(fields, labels, manifest)


def _thinned(data: Dataset, seed: int) -> Dataset:
    """Return at most `_POOL_PER_CLASS` pictures of each digit, drawn by ``seed``."""
    rng = np.random.default_rng((seed, 0))
    members = [rng.permutation(np.flatnonzero(data.labels == digit))[:_POOL_PER_CLASS] for digit in range(10)]
    return replace(data.take(np.sort(np.concatenate(members))), sha256=data.sha256)


def _label_name(label: int) -> str:
    return {REJECT: "non-digits (drawn)", -1: "unlabelled"}.get(label, str(label))


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)


def _plain_folder(folder: Path) -> Dataset:
    """Return a folder of crops as a data set; its labels are all 0 and mean nothing."""
    from digitedge.data.dataset import make_dataset
    from digitedge.reading.picture import load_picture

    images = [ink_on_black(load_picture(path).gray) for path in _pictures(folder)]
    images = [image for image in images if image.any()]
    return make_dataset(images, np.zeros(len(images), np.int64), folder.name, "train")
