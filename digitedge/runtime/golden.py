"""Golden pairs: pictures with the outputs the workstation computed, stored in the model file and checked on the board."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.runtime.classifier import Classifier

# Of the largest output. Integer models are exact. Float kernels differ in the last bits between processors (measured ≤ 3e-6);
# a dynamic model rounds each picture's activations to 8 bits, so such a bit can move a value by a whole step.
_TOLERANCE = {"int8": 0.0, "int16x8": 0.0, "none": 1e-4, "float16": 1e-4, "dynamic": 2e-2}


@dataclass(frozen=True, slots=True)
class GoldenPairs:
    """Pictures and what the model answered on the workstation.

    Attributes:
        fields: uint8 [N, side, side], ink bright on 0.
        outputs: [N, outputs] as the model stores them (int8, int16 or float32).
        tolerance: Largest allowed difference, in units of ``outputs``; 0 means identical.
    """

    fields: NDArray[np.uint8]
    outputs: NDArray[Any]
    tolerance: float


@dataclass(frozen=True, slots=True)
class GoldenVerdict:
    """What running the pairs on this machine gave.

    Attributes:
        count: How many pairs.
        differing: Those that differ by more than is allowed: (index, largest difference in units of the output).
        largest: The largest difference of all, allowed or not.
        tolerance: What was allowed.
    """

    count: int
    differing: tuple[tuple[int, float], ...]
    largest: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether every pair came out as promised."""
        return not self.differing


def make_golden(classifier: Classifier, fields: NDArray[np.uint8], quantize: str) -> GoldenPairs:
    """Return the pairs that ``classifier`` gives on this machine for ``fields`` (uint8 [N, side, side])."""
    outputs = classifier.stored_outputs(fields)
    largest = float(np.abs(outputs.astype(np.float64)).max(initial=0))
    return GoldenPairs(fields, outputs, _TOLERANCE.get(quantize, 0.0) * largest)


def verify(classifier: Classifier, golden: GoldenPairs) -> GoldenVerdict:
    """Run the pairs on this machine and compare. Raises ModelError if they do not fit the model."""
    side = golden.fields.shape[1]
    if golden.outputs.shape[-1] != classifier.output.shape[-1] or side != classifier.info.geometry.field_px:
        raise ModelError(f"{classifier.path}: its golden pairs do not fit its graph.", "Export the model again.")
    here = classifier.stored_outputs(golden.fields).astype(np.float64)
    differences = np.abs(here - golden.outputs.astype(np.float64)).max(axis=1)
    wrong = np.flatnonzero(~(differences <= golden.tolerance))  # a NaN is wrong too
    differing = tuple((int(index), float(differences[index])) for index in wrong)
    return GoldenVerdict(len(here), differing, float(differences.max(initial=0)), golden.tolerance)


def to_metadata(golden: GoldenPairs) -> dict[str, Any]:
    """Return the pairs as a JSON object: zlib and base64 over the raw bytes, little-endian."""
    dtype = golden.outputs.dtype.newbyteorder("<")
    return {
        "count": len(golden.fields),
        "side": int(golden.fields.shape[1]),
        "fields": _encode(golden.fields.tobytes()),
        "outputs": _encode(golden.outputs.astype(dtype).tobytes()),
        "dtype": golden.outputs.dtype.name,
        "tolerance": golden.tolerance,
    }


def from_metadata(metadata: dict[str, Any]) -> GoldenPairs | None:
    """Return the pairs of a file's metadata; None where it has none. Raises ModelError for damaged ones."""
    block = metadata.get("golden")
    if block is None:
        return None
    try:
        count, side = int(block["count"]), int(block["side"])
        fields = np.frombuffer(_decode(block["fields"]), np.uint8).reshape(count, side, side)
        dtype = np.dtype(block["dtype"]).newbyteorder("<")
        outputs = np.frombuffer(_decode(block["outputs"]), dtype).reshape(count, -1)
        return GoldenPairs(fields, outputs.astype(block["dtype"]), float(block["tolerance"]))
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ModelError("The model's golden pairs are damaged.", "Export the model again.") from error


def _encode(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def _decode(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
