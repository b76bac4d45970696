import json

import numpy as np
import pytest

from digitedge.files import sha256_of
from digitedge.models import DEFAULT_KERAS, DEFAULT_MODEL
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.digits import draw_digits, draw_nondigits


@pytest.fixture(scope="module")
def shipped():
    return Classifier(DEFAULT_MODEL)


def test_the_default_model_is_small_and_takes_pixels_minus_128(shipped):
    assert DEFAULT_MODEL.stat().st_size <= 100_000
    assert (shipped.input.dtype, shipped.input.shape) == ("int8", (1, 28, 28, 1))
    assert (shipped.input.scale, shipped.input.zero_point) == (1.0, -128)
    assert shipped.info.labels == (*"0123456789", "reject")


def test_its_source_and_records_belong_together(shipped):
    """Who replaces one of the files replaces all of them."""
    source = sha256_of(DEFAULT_KERAS)
    assert shipped.info.metadata["source"] == shipped.info.metadata["source"] | {"file": DEFAULT_KERAS.name, "sha256": source}
    assert json.loads(DEFAULT_KERAS.with_suffix(".json").read_text())["model"]["sha256"] == source
    card = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())
    assert (card["sha256"], card["float"]["sha256"]) == (sha256_of(DEFAULT_MODEL), source)
    context = json.loads(DEFAULT_KERAS.with_suffix(".context.json").read_text())
    assert shipped.info.metadata["context"] == context, "export it again after scripts/fit-context"


def test_it_reads_drawn_hands_and_rejects_most_of_what_is_no_digit(shipped):
    """Bounds are loose: the numbers that count stand on the model's card."""
    digits, labels = draw_digits(300, seed=9)
    read = shipped.probabilities(to_inputs(digits)).argmax(axis=1)
    assert (read == labels).mean() > 0.93
    others, _ = draw_nondigits(240, 9, ("word", "scribble", "symbol", "pair", "texture", "corner"))
    assert (np.argmax(shipped.probabilities(to_inputs(others)), axis=1) == 10).mean() > 0.85
