"""Training that goes on from weights learnt before: longer, with one's own handwriting, or in a wider network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from digitedge.errors import ModelError
from digitedge.export.kerasfile import load_keras_file

_NOISE = 0.05  # of a weight


def take_weights(model: Any, path: Path) -> None:
    """Give a freshly built model the weights in a .keras file.

    Raises:
        InputError: There is no such file.
        ModelError: It is no Keras model, or one of another architecture.
    """
    found = load_keras_file(path).keras_model
    if not is_same_network(found, model):
        raise ModelError(f"{path}: has another architecture than the recipe.", "Start from a model that this recipe trained.")
    model.set_weights(found.get_weights())


def is_same_network(model: Any, other: Any) -> bool:
    """Return whether two Keras models have weights of the same shapes in the same order."""
    shapes, others = ([tuple(weight.shape) for weight in each.weights] for each in (model, other))
    return shapes == others


def take_weights_wider(model: Any, path: Path, seed: int = 0) -> None:
    """Give a freshly built sequence of layers the weights of one that is as deep and no wider, so that it says the same.

    What is new in a layer copies something old there, and who listens to both hears each the less; a little noise lets the
    copies part when they learn (Net2WiderNet: Chen, Goodfellow and Shlens, "Net2Net", 2016).

    Raises:
        InputError: There is no such file.
        ModelError: It is no Keras model, or its layers are others or wider.
    """
    narrow = load_keras_file(path).keras_model
    if not _fits(narrow, model):
        raise ModelError(f"{path}: has other or wider layers than the recipe.", "Start from a model that this recipe trained.")
    rng = np.random.default_rng(seed)
    origin, copies = np.arange(model.input_shape[-1]), np.ones(model.input_shape[-1])
    for layer, old in zip(model.layers, narrow.layers, strict=True):
        weights = old.get_weights()
        if not weights:
            continue
        if weights[0].ndim > 1:  # [..., inputs, outputs]; behind a flattened layer [places · inputs, outputs]
            kernel = weights[0].reshape(*weights[0].shape[:-2], -1, int(origin.max()) + 1, weights[0].shape[-1])
            kernel = kernel[..., origin, :] / copies[:, None]
            old_width, width = kernel.shape[-1], layer.get_weights()[0].shape[-1]
            origin = np.concatenate([np.arange(old_width), rng.integers(0, old_width, width - old_width)])
            copies = np.bincount(origin)[origin].astype(float)
            kernel = kernel[..., origin]
            kernel[..., old_width:] *= 1 + _NOISE * rng.standard_normal(kernel[..., old_width:].shape)
            layer.set_weights([kernel.reshape(layer.get_weights()[0].shape), *(weight[origin] for weight in weights[1:])])
        else:
            layer.set_weights([weight[origin] for weight in weights])


def _fits(narrow: Any, wide: Any) -> bool:
    kinds = [type(layer) for layer in narrow.layers] == [type(layer) for layer in wide.layers]
    shapes = ([weight.shape for weight in model.get_weights()] for model in (narrow, wide))
    pairs = list(zip(*shapes, strict=True)) if kinds else []
    # Kernels are as large, and of numbers and classes there are as many; what is in between may be wider.
    return (
        kinds
        and narrow.output_shape == wide.output_shape
        and narrow.input_shape == wide.input_shape
        and all(len(a) == len(b) and a[:-2] == b[:-2] and all(x <= y for x, y in zip(a, b, strict=True)) for a, b in pairs)
    )
