"""The workstation's packages, imported late, quietly, and missed with the command that brings them."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from typing import Any

from digitedge.errors import MissingExtraError
from digitedge.export.quiet import silence


def import_keras(purpose: str) -> Any:
    """Return the keras package on TensorFlow, without TensorFlow's greetings on stderr.

    Raises:
        MissingExtraError: It is not installed; ``purpose`` says what for ("Training").
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    try:
        with silence():
            import keras
            import tensorflow

            tensorflow.config.list_physical_devices()  # what it says about missing accelerators, it says now
    except ImportError as error:
        raise MissingExtraError(purpose, "train") from error
    return keras


def import_pyplot() -> Any:
    """Return matplotlib.pyplot on the backend that needs no display. Raises MissingExtraError."""
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("Drawing plots", "train") from error
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def versions() -> dict[str, str]:
    """Return the versions of what decides a result: Python, ours, TensorFlow, Keras, NumPy, OpenCV, LiteRT."""
    found = {"python": platform.python_version()}
    for name in ("digitedge", "tensorflow", "keras", "numpy", "opencv-python", "ai-edge-litert"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
