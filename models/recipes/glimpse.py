"""The networks that look at a page: at a candidate amid what is written around it, and at the gap between two digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digitedge.reading.gaps import GAP_PX
from digitedge.reading.glimpse import GLIMPSE_PX
from digitedge.reading.joints import KINDS

_Convolutions = Sequence[tuple[int, int, int]]  # filters, kernel, stride

GLIMPSE_OUTPUTS = 11  # what stands in the middle: 0 to 9, or no digit


def build_glimpse() -> Any:
    """Return the untrained network that sees a candidate.

    Returns:
        float32 [N, `GLIMPSE_PX`, `GLIMPSE_PX`, 1], what `digitedge.reading.glimpse.glimpses` gives, to logits
            [N, `GLIMPSE_OUTPUTS`].
    """
    convolutions = ((32, 5, 2), (56, 3, 2), (88, 3, 1), (128, 3, 2), (128, 3, 1), (176, 3, 2))
    return _network(GLIMPSE_PX, convolutions, 0.2, 128, GLIMPSE_OUTPUTS)


def build_gap() -> Any:
    """Return the untrained network that sees a gap.

    Returns:
        float32 [N, `GAP_PX`, `GAP_PX`, 1], what `digitedge.reading.gaps.gap_pictures` gives, to logits of
            `digitedge.reading.joints.KINDS`.
    """
    return _network(GAP_PX, ((16, 5, 2), (32, 3, 2), (48, 3, 1), (64, 3, 2)), 0.3, 64, len(KINDS))


def _network(side: int, convolutions: _Convolutions, dropout: float, hidden: int, outputs: int) -> Any:
    """Return the network; unlike the classifier's, its last convolution is not averaged: where something stands counts."""
    import keras

    layers: list[Any] = [keras.Input((side, side, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, kernel, stride in convolutions:
        layers += [
            keras.layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False),
            keras.layers.BatchNormalization(momentum=0.95),
            keras.layers.ReLU(),
        ]
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dropout(dropout),
        keras.layers.Dense(hidden, activation="relu"),
        keras.layers.Dense(outputs),
    ]
    return keras.Sequential(layers)
