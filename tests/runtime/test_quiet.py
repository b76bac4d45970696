"""What LiteRT tells everybody is left out, and nothing else is."""

import os

import pytest

from digitedge.models import DEFAULT_MODEL
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.quiet import without_delegate_news


def test_a_model_is_loaded_without_a_word(capfd):
    Classifier(DEFAULT_MODEL)
    assert capfd.readouterr().err == ""


def test_all_else_that_is_said_meanwhile_comes_out(capfd):
    with pytest.raises(ValueError, match="oh"), without_delegate_news():
        os.write(2, b"WARNING: hot\nINFO: Created TensorFlow Lite XNNPACK delegate for CPU.\nno line's end")
        raise ValueError("oh")
    os.write(2, b"!\n")
    assert capfd.readouterr().err == "WARNING: hot\nno line's end!\n"


def test_who_has_no_stderr_needs_none():
    saved = os.dup(2)
    os.close(2)
    try:
        with without_delegate_news():
            pass
    finally:
        os.dup2(saved, 2)
        os.close(saved)
