"""What a .tflite file says about itself, in a metadata buffer of its own flatbuffer."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
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
    import struct

    from ai_edge_litert import schema_py_generated as schema

    if model[4:8] != b"TFL3":
        raise ModelError("This is no .tflite file.", "Make one: digitedge export MODEL.keras --quantize int8")
    try:
        root = schema.Model.GetRootAs(model, 0)
        for index in range(root.MetadataLength()):
            entry = root.Metadata(index)
            if entry.Name() == METADATA_NAME.encode():
                return unpack_metadata(root.Buffers(entry.Buffer()).DataAsNumpy().tobytes())
    except (struct.error, IndexError, ValueError, TypeError, AttributeError) as error:
        raise ModelError("The .tflite file is damaged.", "Export or copy it again.") from error
    return {}


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
