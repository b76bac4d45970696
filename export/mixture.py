"""What a flagship learns from beside its data set: drawn hands, what is no digit, and patches of one's own.

data set ──────┐
drawn hands    │
fonts' digits  ├─▶ one set of fields with labels 0…9, 10 = reject ─▶ augmented anew each epoch
non-digits     │
extra patches ─┘
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import DataError
from digitedge.export.npz import read_arrays
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits, write_digits
from digitedge.scenes.nondigits import NONDIGIT_KINDS, draw_nondigits

REJECT = 10
"""The label of what is no digit."""

TRAINED_KINDS = tuple(kind for kind in NONDIGIT_KINDS if kind != "ambiguous")  # some reader would take these for a digit

_PRINTED = 0.1  # of the drawn digits: printed digits are digits, too
_CONTINENTAL = 0.5  # of the 1s, 4s, 7s and 9s among them
_TRAINING_SEED = 1000  # added to a run's seed; validation and traits draw with others

Fields = NDArray[np.uint8]
Labels = NDArray[np.int64]


def drawn_fields(hands: int, nondigits: int, seed: int) -> tuple[Fields, Labels]:
    """Return drawn digits and non-digits on the one path.

    Args:
        hands: How many digits of drawn hands.
        nondigits: How many non-digits of all `TRAINED_KINDS`.
        seed: Of the run; the same seed gives the same fields.

    Returns:
        Fields (uint8 [hands + nondigits, 28, 28]) and labels (int64, 0..9 and `REJECT`).
    """
    digits, labels = draw_digits(hands, seed + _TRAINING_SEED, _PRINTED, _CONTINENTAL) if hands else ([], np.empty(0, np.int64))
    others = draw_nondigits(nondigits, seed + _TRAINING_SEED, TRAINED_KINDS)[0] if nondigits else []
    return to_inputs([*digits, *others]), np.concatenate([labels, np.full(nondigits, REJECT, np.int64)])


def font_fields(count: int, seed: int, fonts: Sequence[Path]) -> tuple[Fields, Labels]:
    """Return ``count`` digits of handwriting fonts on the one path: fields (uint8 [count, 28, 28]) and labels (int64, 0..9)."""
    digits, labels = write_digits(count, seed + _TRAINING_SEED, fonts)
    return to_inputs(digits), labels


def read_extra(path: Path) -> tuple[Fields, Labels]:
    """Return the patches of an .npz file with ``fields`` uint8 [N, 28, 28] and ``labels`` [N] (0..9, 10 = reject).

    Such as patches that the reader cut from generated pages. Raises DataError.
    """
    fields, labels = read_arrays(path, ("fields", "labels"), "Give an .npz file with fields and labels.")
    labels = labels.astype(np.int64)
    if fields.dtype != np.uint8 or fields.shape[1:] != (28, 28) or labels.shape != fields.shape[:1]:
        raise DataError(
            f"{path}: fields are {fields.dtype} {list(fields.shape)} with {labels.size} labels, "
            "expected uint8 [N, 28, 28] with N.",
            "Lay patches with digitedge.patch.to_inputs.",
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() <= REJECT:
        raise DataError(f"{path}: labels run from {labels.min()} to {labels.max()}.", "Use 0 to 9, and 10 for reject.")
    return fields, labels
