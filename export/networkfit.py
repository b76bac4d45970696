"""Fit a network of one hidden layer (`digitedge.reading.network`) to features and their truth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.network import Floats, Network

_EPOCHS = 24
_BATCH = 1024
_STEPS = 64  # of the optimiser in one call: with networks so small Python would take most of the time
_RATE = 6e-3
_DECAY = 1e-3


def fitted(
    features: Floats, truth: NDArray[np.integer | np.bool_], weight: Floats, hidden: int, seed: int, classes: int = 1
) -> Network:
    """Return the network with the least weighted cross-entropy, regularised by weight decay.

    Args:
        features: float32 [N, F].
        truth: bool [N]; or int [N], 0 to ``classes`` − 1.
        weight: float32 [N].
        hidden: Units of the hidden layer.
        seed: Of the first weights and of the order.
        classes: How many the network tells apart by their logits; 1 for log-odds.
    """
    import keras

    keras.utils.set_random_seed(seed)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    network = keras.Sequential(
        [keras.Input((features.shape[1],)), keras.layers.Dense(hidden, activation="relu"), keras.layers.Dense(classes)]
    )
    rate = keras.optimizers.schedules.CosineDecay(_RATE, _EPOCHS * math.ceil(len(features) / _BATCH))
    losses = keras.losses
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=_DECAY),
        losses.BinaryCrossentropy(from_logits=True) if classes == 1 else losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=_STEPS,
    )
    network.fit(
        (features - mean) / scale,
        truth.astype(np.float32)[:, None] if classes == 1 else truth,
        sample_weight=weight,
        batch_size=_BATCH,
        epochs=_EPOCHS,
        verbose=0,
    )
    first, first_bias, output, output_bias = network.get_weights()
    if classes == 1:
        output, output_bias = output[:, 0], np.float32(output_bias[0]).reshape(())
    return Network(mean, scale, first, first_bias, output, output_bias)
