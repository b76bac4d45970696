"""TensorFlow kept from talking: its converter prints on stdout, its C++ parts on stderr, past Python's own streams."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Send file descriptors 1 and 2 to a temporary file while the body runs; Python's warnings are ignored alike.

    Exceptions pass through: what matters of the talk is in their messages.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as sink:
        kept = os.dup(1), os.dup(2)
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
        try:
            said = io.StringIO()
            with warnings.catch_warnings(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                warnings.simplefilter("ignore")
                yield
        finally:
            for descriptor, copy in zip((1, 2), kept, strict=True):
                os.dup2(copy, descriptor)
                os.close(copy)


def import_tensorflow() -> None:
    """Import TensorFlow and Keras without a word. Raises MissingExtraError where they are not installed."""
    from digitedge.errors import MissingExtraError

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with silence():
        try:
            import keras
            import tensorflow
        except ImportError as error:
            raise MissingExtraError("Exporting a Keras model", "train") from error
        _ = keras, tensorflow
