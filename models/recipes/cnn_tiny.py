"""The smallest network: under 10,000 parameters."""

from __future__ import annotations

from typing import Any

from digitedge.models.recipes.cnn import Convolution, build_convolutions
from digitedge.models.recipes.recipe import Recipe, Settings
from digitedge.patch import MNIST_GEOMETRY

CONVOLUTIONS: tuple[Convolution, ...] = (
    (8, 1, "same"),
    (12, 2, "same"),
    (16, 1, "same"),
    (16, 1, "same"),
    (16, 2, "same"),
    (14, 1, "valid"),
)


def build_cnn_tiny() -> Any:
    """Return the untrained tiny network, 9,781 parameters; see `build_convolutions`."""
    return build_convolutions(CONVOLUTIONS)


CNN_TINY = Recipe(
    name="cnn-tiny",
    summary="convolutions with at most 10,000 parameters, digits and reject",
    source="Ours, chosen on MNIST's validation split",
    geometry=MNIST_GEOMETRY,
    build=build_cnn_tiny,
    loss="categorical",
    settings=Settings(
        epochs=24,
        batch_size=128,
        learning_rate=6e-3,
        schedule="cosine",
        paper_share=0.2,
        plain_share=0.2,
        hands=3000,
        font_digits=6000,
        nondigits=5000,
        reject_wins=0.0004,
    ),
    quick=Settings(epochs=6, batch_size=128, learning_rate=6e-3, schedule="cosine", font_digits=5000, nondigits=4000),
)
