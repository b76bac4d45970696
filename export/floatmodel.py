"""A Keras model that answers like the runtime's classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import InputError, ModelError
from digitedge.export.workstation import import_keras
from digitedge.runtime.classifier import softmax
from digitedge.runtime.modelfile import FORMAT_VERSION, ModelInfo, info_from

_BATCH = 500


class FloatModel:
    """A Keras classifier of single grey pictures.

    Attributes:
        keras_model: The model itself.
        info: Labels, geometry and value range: values are 0..255 if the model rescales them itself, else 0..1.
    """

    def __init__(self, keras_model: Any, name: str = "the model") -> None:
        """Take a built model. Raises ModelError if it does not take one square grey picture."""
        self.keras_model = keras_model
        self.info = _info(keras_model, name)

    @classmethod
    def load(cls, path: Path) -> FloatModel:
        """Return the model in a .keras file.

        Raises:
            MissingExtraError: TensorFlow is not installed.
            InputError: There is no such file.
            ModelError: It is no Keras model, or none of single pictures.
        """
        if not path.is_file():
            raise InputError(f"{path}: no such model.", "Train one: digitedge train cnn")
        keras = import_keras("Running a .keras model")
        try:
            model = keras.saving.load_model(path, compile=False)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            reason = str(error).strip().split("\n")[0][:200]
            raise ModelError(f"{path}: Keras cannot load this model ({reason}).", "Give a .keras file.") from error
        return cls(model, str(path))

    @property
    def parameters(self) -> int:
        """Number of weights, batch normalisation's averages included."""
        return int(self.keras_model.count_params())

    def logits(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the raw outputs, float32 [N, outputs], for fields uint8 [N, side, side]; see ``info.outputs``."""
        low, high = self.info.input_range
        shape = self.keras_model.input_shape[1:]
        answers = []
        for start in range(0, len(fields), _BATCH):
            batch = fields[start : start + _BATCH].astype(np.float32).reshape(-1, *shape)
            answers.append(np.asarray(self.keras_model.predict_on_batch(low + (high - low) / 255 * batch), np.float32))
        return np.concatenate(answers) if answers else np.empty((0, self.keras_model.output_shape[-1]), np.float32)

    def probabilities(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return probabilities, float32 [N, outputs]; ``fields`` as in `logits`."""
        return softmax(self.logits(fields), self.info)


def _info(model: Any, name: str) -> ModelInfo:
    shape = model.input_shape
    sizes = [size for size in shape[1:] if size != 1] if isinstance(shape, tuple) else []
    side = int(sizes[0] ** 0.5 + 0.5) if len(sizes) == 1 and sizes[0] else sizes[0] if len(sizes) == 2 else 0
    if not side or int(np.prod(shape[1:])) != side * side or len(model.output_shape) != 2:
        raise ModelError(f"{name}: input is {shape}, expected one square grey picture.", "Give a classifier of single digits.")
    has_softmax = getattr(getattr(model.layers[-1], "activation", None), "__name__", "") == "softmax"
    rescales = any(type(layer).__name__ in ("Rescaling", "Normalization") for layer in model.layers)
    known = {"format_version": FORMAT_VERSION, "input_range": (0.0, 255.0)} if rescales else {}
    return info_from(known, (1, side, side, 1), model.output_shape[-1], has_softmax)
