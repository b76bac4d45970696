"""What a .tflite file says about itself, in a metadata buffer of its own flatbuffer."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitedge.errors import ModelError
from digitedge.patch import MNIST_GEOMETRY, Geometry

METADATA_NAME = "digitedge"
FORMAT_VERSION = 1
DIGIT_LABELS = tuple("0123456789")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """How a model's tensors are to be understood.

    Attributes:
        labels: Name of each output; the digits come first, then "reject" where the model has one.
        geometry: How a patch is laid into the input.
        input_range: (low, high) of the real value that ink 0 and ink 255 stand for.
        outputs: "logits" or "probabilities".
        temperature: Logits are divided by it before softmax (Guo et al. 2017, "On Calibration of Modern Neural Networks").
        metadata: The file's whole metadata; empty for a file made elsewhere.
    """

    labels: tuple[str, ...]
    geometry: Geometry
    input_range: tuple[float, float]
    outputs: str
    temperature: float
    metadata: dict[str, Any]


def pack_metadata(metadata: dict[str, Any]) -> bytes:
    """Return the bytes of the metadata buffer: zlib over compact JSON with sorted keys."""
    text = json.dumps(metadata, sort_keys=True, separators=(",", ":"))
    return zlib.compress(text.encode(), 9)


def unpack_metadata(packed: bytes) -> dict[str, Any]:
    """Return what `pack_metadata` packed. Raises ModelError for damaged bytes or a newer format version."""
    try:
        metadata = json.loads(zlib.decompress(packed))
        version = int(metadata["format_version"])
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ModelError("The model's digitedge metadata is damaged.", "Export the model again.") from error
    if version > FORMAT_VERSION:
        raise ModelError(
            f"The model's metadata has format version {version}; this digitedge reads up to {FORMAT_VERSION}.",
            "Run: pip install --upgrade digitedge",
        )
    return metadata


def read_metadata(model: bytes) -> dict[str, Any]:
    """Return the digitedge metadata of a .tflite file's bytes; {} where it has none.

    Raises:
        ModelError: The bytes are no flatbuffer model, or the metadata is damaged or newer.
    """
    if model[4:8] != b"TFL3":
        raise ModelError("This is no .tflite file.", "Make one: digitedge export MODEL.keras --quantize int8")
    try:
        packed = _metadata_buffer(model)
    except (struct.error, UnicodeDecodeError) as error:
        raise ModelError("The .tflite file is damaged.", "Export or copy it again.") from error
    return unpack_metadata(packed) if packed is not None else {}


def about(path: Path, error: ModelError) -> ModelError:
    """Return what was found wrong with a model's bytes, with the name of their file; a Keras file is to be exported."""
    message = f"{path}: {error.message[0].lower()}{error.message[1:]}"
    if path.suffix == ".keras":
        return ModelError(message, f"Export it: digitedge export {path} --quantize int8")
    return ModelError(message, error.remedy)


# Field numbers of TensorFlow's schema.fbs.
_MODEL_BUFFERS, _MODEL_METADATA = 4, 6
_METADATA_NAME, _METADATA_BUFFER = 0, 1
_BUFFER_DATA = 0


def _metadata_buffer(model: bytes) -> bytes | None:
    """Return the bytes of digitedge's metadata buffer, or None without one. Raises struct.error for a damaged file.

    Walked by hand (flatbuffers' "Internals"): importing the schema's generated code takes as long as importing NumPy, at every
    start of every command.
    """
    root = _indirect(model, 0)
    for entry in _table_vector(model, root, _MODEL_METADATA):
        name_at, buffer_at = _field(model, entry, _METADATA_NAME), _field(model, entry, _METADATA_BUFFER)
        if name_at and _byte_vector(model, _indirect(model, name_at)) == METADATA_NAME.encode():
            index = _uint32(model, buffer_at) if buffer_at else 0
            buffers = _table_vector(model, root, _MODEL_BUFFERS)
            data_at = next((_field(model, table, _BUFFER_DATA) for at, table in enumerate(buffers) if at == index), 0)
            return _byte_vector(model, _indirect(model, data_at)) if data_at else b""
    return None


def _uint32(model: bytes, at: int) -> int:
    if at < 0:
        raise struct.error(f"offset {at} lies before the file")
    return int(struct.unpack_from("<I", model, at)[0])


def _indirect(model: bytes, at: int) -> int:
    return at + _uint32(model, at)


def _field(model: bytes, table: int, number: int) -> int:
    """Return where a table's field lies; 0 where it is not set."""
    vtable = table - int(struct.unpack_from("<i", model, table)[0])
    if vtable < 0:
        raise struct.error(f"vtable {vtable} lies before the file")
    slot = 4 + 2 * number
    if slot >= struct.unpack_from("<H", model, vtable)[0]:
        return 0
    offset = int(struct.unpack_from("<H", model, vtable + slot)[0])
    return table + offset if offset else 0


def _table_vector(model: bytes, table: int, number: int) -> Iterator[int]:
    """Yield where the tables of a field that is a vector of tables lie."""
    at = _field(model, table, number)
    if at:
        vector = _indirect(model, at)
        for index in range(_uint32(model, vector)):
            yield _indirect(model, vector + 4 + 4 * index)


def _byte_vector(model: bytes, at: int) -> bytes:
    return model[at + 4 : at + 4 + _uint32(model, at)]


def info_from(metadata: dict[str, Any], input_shape: tuple[int, ...], outputs: int, is_softmax: bool) -> ModelInfo:
    """Return the metadata as a ModelInfo, with sensible assumptions for a file made elsewhere.

    Without metadata a square input of side s is filled like MNIST's (20 of 28 pixels), values are taken as 0..1 (the tutorials'
    habit) and the first ten outputs as the digits.
    """
    side = input_shape[1]
    geometry = metadata.get("geometry")
    fit_px = side if side <= MNIST_GEOMETRY.fit_px else round(side * MNIST_GEOMETRY.fit_px / MNIST_GEOMETRY.field_px)
    return ModelInfo(
        labels=tuple(metadata.get("labels", DIGIT_LABELS[:outputs])),
        geometry=Geometry(**geometry) if geometry else Geometry(side, fit_px, "mass" if fit_px < side else "box"),
        input_range=tuple(metadata.get("input_range", (0.0, 1.0))),
        outputs=metadata.get("outputs", "probabilities" if is_softmax else "logits"),
        temperature=float(metadata.get("temperature", 1.0)),
        metadata=metadata,
    )
