"""One sub-folder per digit, with pictures of any size: what people collect themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from digitedge.data.dataset import Dataset, split_dataset
from digitedge.errors import DataError

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm"})
_PAPER_SHARE = 0.25  # of the way from paper to ink: what is nearer to the paper is its grain and shade


def load_folders(folder: Path, split: str) -> Dataset:
    """Return a split of the pictures in FOLDER/0 … FOLDER/9, each through `ink_on_black`, in the order of their names.

    Raises:
        DataError: No pictures, or one that cannot be read.
    """
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for digit in range(10):
        pictures = sorted(path for path in (folder / str(digit)).glob("*") if path.suffix.lower() in _SUFFIXES)
        images += [ink_on_black(_read_gray(path)) for path in pictures]
        labels += [digit] * len(pictures)
    if not images:
        raise DataError(
            f"{folder}: no pictures in its sub-folders 0 to 9.", "Put each picture into the sub-folder of its digit."
        )
    return split_dataset(images, np.array(labels, np.int64), folder.name, split)


def holds_digit_folders(folder: Path) -> bool:
    """Return whether a folder has a sub-folder named after a digit."""
    return any((folder / str(digit)).is_dir() for digit in range(10))


def ink_on_black(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture with its ink bright on a background of 0.

    The rule: the median of the outermost pixels is the paper. A picture on paper 0 is taken as it is. On any other, ink is
    what differs from the paper in the direction in which the picture differs most, so dark ink on light paper is inverted;
    the first quarter of the way to the strongest ink counts as paper, the rest is stretched to 0..255.

    >>> page = np.full((5, 5), 240, np.uint8)
    >>> page[2, 2] = 40
    >>> ink_on_black(page)[2].tolist()
    [0, 0, 255, 0, 0]
    """
    edge = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    paper = float(np.median(edge))
    if paper == 0:
        return gray
    darker, brighter = paper - float(gray.min()), float(gray.max()) - paper
    ink = paper - gray.astype(np.float64) if darker >= brighter else gray.astype(np.float64) - paper
    strongest = max(darker, brighter)
    if strongest == 0:
        return np.zeros_like(gray)
    share = (ink / strongest - _PAPER_SHARE) / (1 - _PAPER_SHARE)
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def _read_gray(path: Path) -> NDArray[np.uint8]:
    """Return uint8 [H, W]; transparent parts count as white paper, 16-bit pictures keep their upper eight bits."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened)
            if picture.mode.startswith("I"):
                return np.clip(np.asarray(picture).astype(np.int64) >> 8, 0, 255).astype(np.uint8)
            if picture.has_transparency_data:
                rgba = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
            return np.asarray(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: this picture cannot be read ({error}).", "Remove it or save it again as PNG.") from error
