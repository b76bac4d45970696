"""The default network: six plain convolutions."""

from __future__ import annotations

from typing import Any

from digitedge.models.recipes.recipe import Recipe, Settings
from digitedge.patch import MNIST_GEOMETRY


def build_cnn() -> Any:
    """Return the untrained Keras model: float32 [N, 28, 28, 1], values 0..255, to 10 logits."""
    import keras

    layers: list[Any] = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (64, 1)):
        layers += [
            keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)]
    return keras.Sequential(layers)


CNN = Recipe(
    name="cnn",
    summary="six convolutions; the default model",
    source="Ours, chosen on MNIST's validation split",
    geometry=MNIST_GEOMETRY,
    build=build_cnn,
    settings=Settings(epochs=36, batch_size=128, learning_rate=2e-3, schedule="cosine", paper_share=0.35),
    quick=Settings(epochs=6, batch_size=128, learning_rate=3e-3, schedule="cosine"),
)
