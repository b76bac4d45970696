"""The default network: seven plain convolutions, ten digits and reject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digitedge.models.recipes.recipe import Recipe, Settings
from digitedge.patch import MNIST_GEOMETRY

Convolution = tuple[int, int, str]
"""Filters, stride, padding of a 3×3 convolution."""

# Widths are multiples of eight: XNNPACK's int8 kernels work in such blocks, so that others cost as much as the next multiple.
CONVOLUTIONS: tuple[Convolution, ...] = (
    (16, 1, "same"),
    (32, 2, "same"),
    (32, 1, "same"),
    (32, 1, "same"),
    (48, 2, "same"),
    (48, 1, "same"),
    (40, 1, "valid"),  # the border of 7×7 is paper
)


def build_convolutions(convolutions: Sequence[Convolution], outputs: int = 11, weighs_places: bool = False) -> Any:
    """Return an untrained Keras model of plain 3×3 convolutions, a mean over all places and one dense layer.

    Batch normalisation folds into the convolution before it when the model is converted, and ReLU into both, so that int8 has
    nothing else to round.

    Args:
        convolutions: In their order.
        outputs: 10 digits, and reject where 11.
        weighs_places: Whether the mean learns a weight for each place and channel, from equal ones on (the global depthwise
            convolution of S. Chen et al. 2018, "MobileFaceNets"): digits are centred, so places differ.

    Returns:
        float32 [N, 28, 28, 1], values 0..255, to logits [N, outputs].
    """
    import keras

    layers: list[Any] = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, stride, padding in convolutions:
        layers += [
            keras.layers.Conv2D(filters, 3, strides=stride, padding=padding, use_bias=False),
            keras.layers.BatchNormalization(momentum=0.95),
            keras.layers.ReLU(),
        ]
    if weighs_places:
        side = keras.Sequential(layers).output_shape[1]
        equal = keras.initializers.Constant(1 / side**2)
        layers += [keras.layers.DepthwiseConv2D(side, use_bias=False, depthwise_initializer=equal), keras.layers.Flatten()]
    else:
        layers.append(keras.layers.GlobalAveragePooling2D())
    return keras.Sequential([*layers, keras.layers.Dense(outputs)])


def build_cnn() -> Any:
    """Return the untrained default network: 77,467 parameters; see `build_convolutions`."""
    return build_convolutions(CONVOLUTIONS, weighs_places=True)


CNN = Recipe(
    name="cnn",
    summary="seven convolutions, digits and reject; the default model",
    source="Ours, chosen on MNIST's validation split",
    geometry=MNIST_GEOMETRY,
    build=build_cnn,
    loss="categorical",
    settings=Settings(
        epochs=28,
        batch_size=128,
        learning_rate=3e-3,
        schedule="cosine",
        weight_decay=5e-3,
        paper_share=0.3,
        plain_share=0.1,
        hands=8000,
        font_digits=10000,
        nondigits=8000,
        pages=1500,
        reject_ratio=0.3,
        reject_wins=0.0004,
    ),
    quick=Settings(
        epochs=4,
        batch_size=128,
        learning_rate=3e-3,
        schedule="cosine",
        weight_decay=5e-3,
        label_smoothing=0.03,
        font_digits=5000,
        nondigits=4000,
    ),
)


TEACHER_WIDTH = 2


def build_teacher() -> Any:
    """Return the untrained teacher: the default network at twice its widths, 304,683 parameters."""
    wide = [(TEACHER_WIDTH * filters, stride, padding) for filters, stride, padding in CONVOLUTIONS]
    return build_convolutions(wide, weighs_places=True)


TEACHER = Recipe(
    name="cnn-teacher",
    summary="the default network at twice its widths, for cnn to learn from; not for a board",
    source="Ours; distillation after G. Hinton, O. Vinyals, J. Dean 2015",
    geometry=MNIST_GEOMETRY,
    build=build_teacher,
    loss="categorical",
    settings=Settings(
        epochs=16,
        batch_size=128,
        learning_rate=2e-3,
        schedule="cosine",
        weight_decay=1e-2,
        paper_share=0.25,
        plain_share=0.1,
        hands=5000,
        font_digits=10000,
        nondigits=8000,
    ),
    quick=CNN.quick,
)
