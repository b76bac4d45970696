"""The network that looks at a candidate amid what is written around it."""

from __future__ import annotations

from typing import Any

from digitedge.reading.glimpse import GLIMPSE_PX

OUTPUTS = 11  # what stands in the middle: 0 to 9, or no digit

# Filters, kernel, stride.
_CONVOLUTIONS = ((32, 5, 2), (56, 3, 2), (88, 3, 1), (128, 3, 2), (128, 3, 1), (176, 3, 2))
_HIDDEN = 128
_DROPOUT = 0.2


def build_glimpse() -> Any:
    """Return the untrained network.

    Unlike the classifier's, its last convolution is not averaged: where something stands is what it is asked for.

    Returns:
        float32 [N, `GLIMPSE_PX`, `GLIMPSE_PX`, 1], what `digitedge.reading.glimpse.glimpses` gives, to logits [N, `OUTPUTS`].
    """
    import keras

    layers: list[Any] = [keras.Input((GLIMPSE_PX, GLIMPSE_PX, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, kernel, stride in _CONVOLUTIONS:
        layers += [
            keras.layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False),
            keras.layers.BatchNormalization(momentum=0.95),
            keras.layers.ReLU(),
        ]
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dropout(_DROPOUT),
        keras.layers.Dense(_HIDDEN, activation="relu"),
        keras.layers.Dense(OUTPUTS),
    ]
    return keras.Sequential(layers)
