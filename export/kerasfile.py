"""The Keras file that is to be exported: loaded, checked, asked."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import InputError, ModelError
from digitedge.export.quiet import import_tensorflow, silence
from digitedge.files import sha256_of
from digitedge.patch import Geometry
from digitedge.runtime.modelfile import FORMAT_VERSION, info_from

_BATCH = 500
_HDF5 = b"\x89HDF\r\n\x1a\n"  # "HDF5 File Format Specification", format signature
_PARTS = {"config.json", "model.weights.h5"}  # of the zip that a .keras file is
_SCALING_LAYER = "Rescaling"  # it brings pixels to 0..1; what a Normalization was adapted to is not known, so measured
_TRIED_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))  # what people feed, the commonest first
_NEAR_BEST = 0.02  # nets of ReLUs hardly mind a wrong scale: of ranges this near the best accuracy the commonest is taken
_WANTED = "one square grey picture such as [28, 28, 1]"


@dataclass(frozen=True, slots=True)
class KerasFile:
    """A loaded Keras classifier of single grey pictures.

    Attributes:
        path: Its file.
        sha256: Of the file.
        input_shape: Its input without the batch, such as (28, 28, 1) or (784,).
        outputs: How many numbers it gives; the ten digits come first.
        input_range: (low, high) of the value it wants for ink 0 and ink 255; None until `settle` has found out.
        kind: "logits" or "probabilities".
        keras_model: The model itself.
    """

    path: Path
    sha256: str
    input_shape: tuple[int, ...]
    outputs: int
    input_range: tuple[float, float] | None
    kind: str
    keras_model: Any

    @property
    def side(self) -> int:
        """Pixels a side of its square input."""
        return self.input_shape[0] if len(self.input_shape) > 1 else round(self.input_shape[0] ** 0.5)

    @property
    def geometry(self) -> Geometry:
        """How a patch is laid into the input: MNIST's way, scaled to the side."""
        return info_from({}, (1, self.side, self.side, 1), self.outputs, False).geometry

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return int(self.keras_model.count_params())

    @property
    def labels(self) -> list[str]:
        """The digits, then "reject", then whatever follows."""
        return [*"0123456789", "reject", *(f"extra {index}" for index in range(1, 1000))][: self.outputs]

    @property
    def interface(self) -> dict[str, Any]:
        """The part of the metadata without which nobody can run the exported file rightly."""
        return {
            "format_version": FORMAT_VERSION,
            "labels": self.labels,
            "geometry": {"field_px": self.side, "fit_px": self.geometry.fit_px, "center": self.geometry.center},
            "input_range": list(self.value_range),
            "outputs": self.kind,
        }

    @property
    def value_range(self) -> tuple[float, float]:
        """The settled input range. Raises ValueError before `settle`."""
        if self.input_range is None:
            raise ValueError("input_range is not known yet; settle() finds out")
        return self.input_range

    def values(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the model is fed for ``fields`` (uint8 [N, side, side]): float32 [N, *input_shape]."""
        low, high = self.value_range
        real = (low + (high - low) * np.arange(256, dtype=np.float64) / 255).astype(np.float32)
        fed: NDArray[np.float32] = real[fields].reshape(len(fields), *self.input_shape)
        return fed

    def predict(self, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the raw outputs, float32 [N, outputs], of ``fields`` (uint8 [N, side, side])."""
        import tensorflow as tf

        call = tf.function(lambda batch: self.keras_model(batch, training=False), reduce_retracing=True)
        found = np.empty((len(fields), self.outputs), np.float32)
        with silence():
            for start in range(0, len(fields), _BATCH):
                batch = self.values(fields[start : start + _BATCH])
                found[start : start + _BATCH] = np.asarray(call(batch)).reshape(len(batch), self.outputs)
        return found


def check_keras_file(path: Path, remedy: str) -> None:
    """Look in a moment, without TensorFlow, whether a file is one that Keras saved; `load_keras_file` finds out the rest.

    Raises:
        InputError: There is no such file.
        ModelError: It is no Keras file by its content.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such model.", remedy)
    if not _is_keras_file(path):
        raise ModelError(f"{path}: this is no .keras file.", remedy)


def _is_keras_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.read(len(_HDF5)) == _HDF5:  # an .h5 file
                return True
        with zipfile.ZipFile(path) as content:
            return set(content.namelist()) >= _PARTS
    except (OSError, zipfile.BadZipFile):
        return False


def load_keras_file(path: Path, input_range: tuple[float, float] | None = None, least: int = 10) -> KerasFile:
    """Load and check a Keras file.

    Args:
        path: A .keras (or .h5) file.
        input_range: (low, high) that ink 0 and ink 255 are fed as. None: a model that scales inside takes 0..255, and for any
            other `settle` measures it.

    Raises:
        InputError: There is no such file.
        ModelError: It is no Keras model, or no classifier of single square grey pictures.
        MissingExtraError: TensorFlow is not installed.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such model.", "Train one: digitedge train cnn")
    import_tensorflow()
    model = _load(path)
    shape = _single(model.inputs, "input", path)
    _check_square(shape, path)
    outputs = _single(model.outputs, "output", path)
    if len(outputs) != 1 or outputs[0] < least:
        raise ModelError(
            f"{path}: output is {list(outputs)}, expected ten numbers, one a digit (more may follow, such as reject).",
            "Give a classifier of the digits 0 to 9.",
        )
    if input_range is None and any(type(layer).__name__ == _SCALING_LAYER for layer in model._flatten_layers()):
        input_range = (0.0, 255.0)
    return KerasFile(path, sha256_of(path), shape, outputs[0], input_range, "logits", model)


def settle(model: KerasFile, fields: NDArray[np.uint8], labels: NDArray[np.int64]) -> KerasFile:
    """Return the model with its input range and kind of output known, measured where the file does not say.

    Args:
        model: As `load_keras_file` returned it.
        fields: uint8 [N, side, side], a few hundred.
        labels: int64 [N]; the range under which most of them are answered right is the one it was trained with. Negative
            where unknown.
    """
    if model.input_range is None:
        known = (labels >= 0) & (labels < 10)
        tried = [replace(model, input_range=each) for each in _TRIED_RANGES]
        right = [float((each.predict(fields[known])[:, :10].argmax(axis=1) == labels[known]).mean()) for each in tried]
        model = next(each for each, share in zip(tried, right, strict=True) if share >= max(right) - _NEAR_BEST)
    found = model.predict(fields)
    is_probability = bool((found >= 0).all() and np.allclose(found.sum(axis=1), 1, atol=1e-3))
    return replace(model, kind="probabilities" if is_probability else "logits")


def _load(path: Path) -> Any:
    import keras

    try:
        with silence():
            return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its parts raise; each means the same to the user
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(
            f"{path}: Keras cannot load this model ({reason}).",
            "Give a .keras file of built-in layers saved by Keras 3, without Lambda layers.",
        ) from error


def _single(tensors: Any, what: str, path: Path) -> tuple[int, ...]:
    """Return the shape without the batch of a model's only input or output; -1 where a size is open."""
    if tensors is None or len(tensors) != 1:
        count = 0 if tensors is None else len(tensors)
        raise ModelError(f"{path}: has {count} {what}s, expected 1.", "Give a built classifier of single pictures.")
    dtype = str(tensors[0].dtype)
    if not dtype.startswith(("float", "bfloat")):
        raise ModelError(f"{path}: its {what} is {dtype}, expected float32.", "Save it with float input and output.")
    return tuple(int(size) if size is not None else -1 for size in tensors[0].shape[1:])


def _check_square(shape: tuple[int, ...], path: Path) -> None:
    """Raise ModelError unless the input is [s, s, 1], [s, s] or [s·s]."""
    given = [size if size > 0 else None for size in shape]
    if None in given:
        raise ModelError(f"{path}: input is {given} without a fixed size, expected {_WANTED}.", "Fix its input size.")
    if len(shape) == 3 and shape[2] != 1:
        raise ModelError(
            f"{path}: input is {given}, a picture of {shape[2]} channels, expected {_WANTED}.",
            "Train it on grey pictures: digitedge reads ink, not colour.",
        )
    is_square = len(shape) in (2, 3) and shape[0] == shape[1] > 1
    is_flat = len(shape) == 1 and round(shape[0] ** 0.5) ** 2 == shape[0] > 1
    if not is_square and not is_flat:
        raise ModelError(f"{path}: input is {given}, expected {_WANTED}.", "Give a digit classifier: digitedge train cnn")
