"""A picture file as pixels: whatever the camera or phone wrote, upright and grey."""

from __future__ import annotations

import warnings
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
            with Image.open(path, formats=_FORMATS) as file:
                if file.width * file.height > _MAX_PIXELS:
                    raise InputError(
                        f"{path}: {file.width}×{file.height} pixels are more than can be read.",
                        "Scale it down below 120 megapixels.",
                    )
                upright = ImageOps.exif_transpose(file)
                rgb = np.asarray(_to_rgb(upright))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.", "Check the name.") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder.", f"Give its pictures: digitedge predict {path}/*") from error
    except UnidentifiedImageError as error:
        raise InputError(f"{path} is not a picture.", "Give a JPEG, PNG, WebP, TIFF or BMP file.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError, MemoryError) as error:
        raise InputError(f"{path}: the picture is damaged or cannot be read ({error}).", "Save or copy it again.") from error
    if rgb.size == 0:
        raise InputError(f"{path}: the picture is empty.", "Take it again.")
    return picture_from_bgr(np.ascontiguousarray(rgb[:, :, ::-1]))


def picture_from_bgr(bgr: NDArray[np.uint8]) -> Picture:
    """Return a camera's frame, uint8 [H, W, 3], as a Picture."""
    return Picture(bgr, cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))


def _to_rgb(image: Any) -> Any:
    """Return the Pillow image as 8-bit RGB; transparency is laid on white paper."""
    from PIL import Image

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image, np.float64)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        brightest = 65535.0 if high > 255 * _OVERSHOT else 1.0 if image.mode == "F" and high <= _OVERSHOT else 255.0
        full = brightest if low >= 0 else high - low
        offset = min(low, 0.0)
        return Image.fromarray(np.clip(np.nan_to_num((values - offset) * (255 / full)), 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def save_picture(path: Path, bgr: NDArray[np.uint8]) -> None:
    """Write uint8 [H, W, 3] (or grey [H, W]) as the kind its suffix names; folders are made. Raises OutputError."""
    try:
        _, encoded = cv2.imencode(path.suffix, bgr)
    except cv2.error as error:
        raise OutputError(f"{path} cannot be encoded.", "Use a name that ends in .png or .jpg.") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be made: {error.strerror}.", "Give another folder.") from error
    write_bytes(path, encoded.tobytes())
