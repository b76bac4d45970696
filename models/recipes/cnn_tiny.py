"""The smallest network: under 10,000 parameters."""

from __future__ import annotations

from typing import Any

from digitedge.models.recipes.recipe import Recipe, Settings
from digitedge.patch import MNIST_GEOMETRY


def build_cnn_tiny() -> Any:
    """Return the untrained Keras model: float32 [N, 28, 28, 1], values 0..255, to 10 logits."""
    import keras

    layers: list[Any] = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, stride in ((8, 1), (12, 2), (16, 1), (20, 2)):
        layers += [
            keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)]
    return keras.Sequential(layers)


CNN_TINY = Recipe(
    name="cnn-tiny",
    summary="convolutions with at most 10,000 parameters",
    source="Ours, chosen on MNIST's validation split",
    geometry=MNIST_GEOMETRY,
    build=build_cnn_tiny,
    settings=Settings(epochs=36, batch_size=128, learning_rate=4e-3, schedule="cosine", paper_share=0.35),
    quick=Settings(epochs=6, batch_size=128, learning_rate=6e-3, schedule="cosine"),
)
