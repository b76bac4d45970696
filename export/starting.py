"""Training that goes on from weights learnt before: longer, or with one's own handwriting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from digitedge.errors import ModelError
from digitedge.export.kerasfile import load_keras_file


def take_weights(model: Any, path: Path) -> None:
    """Give a freshly built model the weights in a .keras file.

    Raises:
        InputError: There is no such file.
        ModelError: It is no Keras model, or one of another architecture.
    """
    weights = load_keras_file(path).keras_model.get_weights()
    if [weight.shape for weight in weights] != [weight.shape for weight in model.get_weights()]:
        raise ModelError(f"{path}: has another architecture than the recipe.", "Start from a model that this recipe trained.")
    model.set_weights(weights)
