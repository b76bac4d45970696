"""A Keras file that answers like the runtime's classifier, so that both are evaluated alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.export.kerasfile import KerasFile, load_keras_file, settle
from digitedge.runtime.classifier import softmax
from digitedge.runtime.modelfile import ModelInfo, info_from


@dataclass(frozen=True, slots=True)
class FloatModel:
    """A Keras classifier of single grey pictures.

    Attributes:
        file: The loaded file, settled.
    """

    file: KerasFile

    @property
    def path(self) -> Path:
        """Its file."""
        return self.file.path

    @property
    def info(self) -> ModelInfo:
        """Labels, geometry, value range and kind of output."""
        return info_from(self.file.interface, (1, self.file.side, self.file.side, 1), self.file.outputs, False)

    def probabilities(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return probabilities, float32 [N, outputs], of fields, uint8 [N, side, side]."""
        return softmax(self.file.predict(fields), self.info)


def open_float_model(path: Path, fields: NDArray[np.uint8], labels: NDArray[np.int64]) -> FloatModel:
    """Return the model in a .keras file; what it does not say itself is measured on ``fields`` and ``labels``.

    Raises:
        MissingExtraError: TensorFlow is not installed.
        InputError: There is no such file.
        ModelError: It is no Keras model, or none of single pictures.
    """
    return FloatModel(settle(load_keras_file(path), fields, labels))
