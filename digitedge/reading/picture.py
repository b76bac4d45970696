"""A picture file as pixels: whatever the camera or phone wrote, upright and grey."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.errors import InputError, OutputError
from digitedge.files import write_bytes

_MAX_PIXELS = 120_000_000  # a bomb beyond, a panorama below
_OVERSHOT = 2.0  # times white at most, in a picture that was resized before it was stored
_TOO_LARGE = "Scale it down below 120 megapixels."
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP", "JPEG2000")  # Pillow has more; one of them runs Ghostscript


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright picture.

    Attributes:
        bgr: uint8 [H, W, 3], for drawing on.
        gray: uint8 [H, W], 0 black to 255 white, ITU-R BT.601 luma.
    """

    bgr: NDArray[np.uint8]
    gray: NDArray[np.uint8]


def load_picture(path: Path) -> Picture:
    """Return a picture after EXIF rotation; 16-bit, alpha (on white), palette, CMYK and grey files become 8-bit.

    Raises:
        InputError: The file is missing, no picture, damaged, empty or too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and large pictures; both are judged here
            _refuse_special(path)
            with Image.open(path, formats=_FORMATS) as file:
                if file.width * file.height > _MAX_PIXELS:
                    raise InputError(f"{path}: {file.width}×{file.height} pixels are more than can be read.", _TOO_LARGE)
                ImageOps.exif_transpose(file, in_place=True)
                bgr = _to_bgr(file)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.", "Check the name.") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder.", f"Give its pictures: digitedge predict {path}/*") from error
    except UnidentifiedImageError as error:
        raise InputError(f"{path} is not a picture.", "Give a JPEG, PNG, WebP, TIFF or BMP file.") from error
    except Image.DecompressionBombError as error:  # Pillow looks before we can
        raise InputError(f"{path}: its pixels are more than can be read.", _TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise InputError(f"{path}: the picture is damaged or cannot be read ({error}).", "Save or copy it again.") from error
    if bgr.size == 0:
        raise InputError(f"{path}: the picture is empty.", "Take it again.")
    return picture_from_bgr(bgr)


def picture_from_bgr(bgr: NDArray[np.uint8]) -> Picture:
    """Return a camera's frame, uint8 [H, W, 3], as a Picture."""
    return Picture(bgr, cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))


def _refuse_special(path: Path) -> None:
    """Raise InputError for what may never begin or end: a named pipe, a device; what a shell pipes in is read."""
    real = os.path.realpath(path)  # names nothing where a shell pipes
    if os.path.exists(real) and not os.path.isfile(real) and not os.path.isdir(real):  # noqa: PTH110, PTH112, PTH113
        raise InputError(f"{path} is no regular file.", "Give a picture's own file.")


def _to_bgr(image: Any) -> NDArray[np.uint8]:
    """Return the Pillow image as uint8 [H, W, 3]; transparency is laid on white paper."""
    from PIL import Image

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return np.asarray(cv2.cvtColor(_to_8_bit(np.array(image)), cv2.COLOR_GRAY2BGR), np.uint8)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def _to_8_bit(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return grey values, uint16, int32 or float32 [H, W], as bright as they were meant; what is no number is black.

    >>> _to_8_bit(np.array([[-5, -5]], np.int32)).tolist(), _to_8_bit(np.array([[0, 0.5, np.inf, np.nan]], np.float32)).tolist()
    ([[0, 0]], [[0, 128, 255, 0]])
    """
    finite = np.isfinite(values)
    low = values.min(initial=0, where=finite)
    high = values.max(initial=low, where=finite)
    black, most = float(low), float(high)
    brightest = 65535.0 if most > 255 * _OVERSHOT else 1.0 if values.dtype.kind == "f" and most <= _OVERSHOT else 255.0
    full = brightest if black == 0 else most - black or 1.0
    if values.dtype.kind == "f":
        np.nan_to_num(values.clip(black, black + full, out=values), copy=False, nan=black)
    scaled = cv2.convertScaleAbs(
        values.astype(values.dtype.newbyteorder("="), copy=False), alpha=255 / full, beta=-black * 255 / full
    )
    return np.asarray(scaled, np.uint8)


def save_picture(path: Path, bgr: NDArray[np.uint8], signed: Callable[[bytes], bytes] = bytes) -> None:
    """Write uint8 [H, W, 3] (or grey [H, W]) as the kind its suffix names; folders are made.

    Args:
        path: The file.
        bgr: The picture.
        signed: Adds to the file's bytes who wrote it.

    Raises:
        OutputError: It cannot be encoded or written.
    """
    try:
        _, encoded = cv2.imencode(path.suffix, bgr)
    except cv2.error as error:
        raise OutputError(f"{path} cannot be encoded.", "Use a name that ends in .png or .jpg.") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be made: {error.strerror}.", "Give another folder.") from error
    write_bytes(path, signed(encoded.tobytes()))
