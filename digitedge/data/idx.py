"""The IDX format, in which MNIST is published.

    offset  0   two zero bytes
            2   type of the elements; 0x08 is unsigned byte, the only one here
            3   number of dimensions d
            4   d sizes, 4 bytes each, most significant byte first
       4 + 4d   the elements, last dimension fastest

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import DataError

_UNSIGNED_BYTE = 0x08
_REMEDY = "Delete it and get it again; a download may have been cut short."


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes, plain or gzip-compressed.

    Raises:
        DataError: Missing, unreadable, truncated, too long, or no such file at all.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file.", "Check the path.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: the file is damaged ({error}).", _REMEDY) from error
    return parse_idx(content, str(path))


def parse_idx(content: bytes, name: str) -> NDArray[np.uint8]:
    """Return the array in the bytes of an uncompressed IDX file; ``name`` is for the error.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]), "three").tolist()
    [7, 8, 9]
    """
    if len(content) < 4 or content[:2] != b"\0\0" or not 1 <= content[3] <= 4:
        raise DataError(f"{name}: this is no IDX file.", "Give MNIST's own files or another form of data set.")
    if content[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"{name}: elements have type 0x{content[2]:02x}, expected unsigned bytes (0x08).", "Convert it to bytes."
        )
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise DataError(f"{name}: the file ends in its header.", _REMEDY)
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    expected = int(np.prod(shape, dtype=object))
    if len(content) - start != expected:
        raise DataError(f"{name}: {len(content) - start} bytes of data, expected {expected}.", _REMEDY)
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def format_idx(array: NDArray[np.uint8]) -> bytes:
    """Return the bytes of the uncompressed IDX file that holds ``array``.

    >>> format_idx(np.array([7, 8, 9], np.uint8)).hex()
    '0000080100000003070809'
    """
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + np.ascontiguousarray(array).tobytes()
