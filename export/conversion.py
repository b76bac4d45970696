"""Keras to .tflite, in five number types."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.export.kerasfile import KerasFile
from digitedge.export.quiet import silence
from digitedge.runtime.flatfile import with_metadata

MODES = ("none", "float16", "dynamic", "int8", "int16x8")
CALIBRATED_MODES = ("int8", "int16x8")


def convert(model: KerasFile, mode: str, calibration: NDArray[np.uint8]) -> bytes:
    """Return the .tflite file's bytes; of digitedge's metadata they hold what is needed to run them.

    The graph is frozen first, with a batch of one: variables become constants, so that batch normalisation folds into the
    convolutions, the same model gives the same bytes, and nothing passes through a folder on disk.

    Args:
        model: The float model, its input range settled.
        mode: One of `MODES`.
        calibration: uint8 [N, side, side], the representative data set; read in the modes that quantise activations.

    Raises:
        ValueError: Unknown mode.
        ModelError: TensorFlow's converter refuses the model.
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    try:
        with silence():
            converted = bytes(_converter(model, mode, calibration).convert())
    except Exception as error:  # the converter raises many kinds; each means that this model does not convert
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(
            f"{model.path}: TensorFlow's converter cannot make {mode} of this model ({reason}).",
            "Try another --quantize, or layers that LiteRT knows.",
        ) from error
    return with_metadata(converted, model.interface)


def _converter(model: KerasFile, mode: str, calibration: NDArray[np.uint8]) -> Any:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_concrete_functions([_frozen(model)])
    if mode != "none":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if mode == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if mode in CALIBRATED_MODES:
        values = model.values(calibration)
        converter.representative_dataset = lambda: ([value[np.newaxis]] for value in values)
    if mode == "int8":
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    if mode == "int16x8":
        converter.target_spec.supported_ops = [tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int16
    return converter


def _frozen(model: KerasFile) -> Any:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    call = tf.function(lambda image: model.keras_model(image, training=False))
    signature = tf.TensorSpec([1, *model.input_shape], tf.float32, name="image")
    return convert_variables_to_constants_v2(call.get_concrete_function(signature))
