"""Recipes (architectures and their settings) and the shipped models."""

if __name__ != "digitedge.models":
    raise ImportError('This package is "digitedge.models"; import it by that name (run "make setup" once).')

from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped"
DEFAULT_MODEL = SHIPPED / "cnn-int8.tflite"
DEFAULT_KERAS = SHIPPED / "cnn.keras"
