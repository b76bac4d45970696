"""What was made fast must say what the slow way says."""

import random
from pathlib import Path

import numpy as np
import pytest

from digitedge.errors import ModelError
from digitedge.models import DEFAULT_MODEL
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier, softmax
from digitedge.runtime.flatfile import with_metadata
from digitedge.runtime.modelfile import read_metadata
from digitedge.scenes.digits import draw_digits

GOLDEN = Path(__file__).parent.parent / "golden"
METADATA = {"format_version": 1, "labels": list("0123456789"), "note": "x" * 400}


@pytest.fixture(scope="module")
def fields():
    return to_inputs(draw_digits(60, 4)[0])


@pytest.mark.parametrize("path", [DEFAULT_MODEL, *sorted(GOLDEN.glob("tiny-*.tflite"))], ids=lambda path: path.name)
def test_the_look_up_decides_as_the_formula_does(path, fields):
    classifier = Classifier(path)
    fast, slow = classifier.probabilities(fields), softmax(classifier.logits(fields), classifier.info)
    assert fast.dtype == slow.dtype == np.float32
    np.testing.assert_allclose(fast, slow, atol=1e-6)  # float32 rounds at 6e-8; a dozen of them are summed
    assert classifier.probabilities(fields[:0]).shape == slow[:0].shape


def test_the_shipped_model_stores_a_pixel_less_128(fields):
    stored = Classifier(DEFAULT_MODEL).quantise(fields)
    np.testing.assert_array_equal(stored.astype(np.int64), fields.astype(np.int64) - 128)


def test_metadata_is_found_as_the_schema_finds_it():
    from ai_edge_litert import schema_py_generated as schema

    content = with_metadata((GOLDEN / "tiny-int8.tflite").read_bytes(), METADATA)
    root = schema.Model.GetRootAs(content, 0)
    assert b"digitedge" in [root.Metadata(index).Name() for index in range(root.MetadataLength())]
    assert read_metadata(content) == METADATA
    assert read_metadata((GOLDEN / "tiny-int8.tflite").read_bytes()) == {}


def test_damaged_bytes_give_an_error_or_an_answer_but_nothing_else():
    whole, rng = with_metadata((GOLDEN / "tiny-int8.tflite").read_bytes(), METADATA), random.Random(5)
    refused = 0
    for _ in range(3000):
        damaged = bytearray(whole[: rng.randrange(8, len(whole))] if rng.random() < 0.2 else whole)
        for _ in range(rng.randrange(1, 8)):
            at = rng.choice((rng.randrange(8, len(damaged)), rng.randrange(8, min(len(damaged), 120))))
            damaged[at] = rng.choice((0, 127, 128, 255, rng.randrange(256)))
        try:
            assert isinstance(read_metadata(bytes(damaged)), dict)
        except ModelError:
            refused += 1
    assert refused > 300
