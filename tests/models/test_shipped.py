import json

import pytest

from digitedge.export.traits import auroc
from digitedge.files import sha256_of
from digitedge.models import DEFAULT_MODEL, SHIPPED
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


@pytest.mark.parametrize(("name", "bytes_at_most"), [("cnn", 100_000), ("cnn-tiny", 25_000)])
def test_source_and_records_belong_together(name, bytes_at_most):
    """Who replaces one of the files replaces all of them."""
    keras_file, model = SHIPPED / f"{name}.keras", SHIPPED / f"{name}-int8.tflite"
    assert model.stat().st_size <= bytes_at_most
    metadata, source = Classifier(model).info.metadata, sha256_of(keras_file)
    assert metadata["source"] == metadata["source"] | {"file": keras_file.name, "sha256": source}
    assert json.loads(keras_file.with_suffix(".json").read_text())["model"]["sha256"] == source
    card = json.loads(model.with_suffix(".json").read_text())
    assert (card["sha256"], card["float"]["sha256"]) == (sha256_of(model), source)
    context = json.loads(keras_file.with_suffix(".context.json").read_text())
    assert metadata["context"] == context, "export it again after scripts/fit-context"


def test_it_reads_drawn_hands_and_tells_them_from_what_is_no_digit(shipped):
    """Bounds are loose: the numbers that count stand on the model's card."""
    digits, labels = draw_digits(300, seed=9)
    of_digits = shipped.probabilities(to_inputs(digits))
    assert (of_digits.argmax(axis=1) == labels).mean() > 0.93
    others, _ = draw_nondigits(240, 9, ("word", "scribble", "symbol", "pair", "texture", "corner"))
    of_others = shipped.probabilities(to_inputs(others))
    # By order: how easily it refuses is a bias that validation digits set (`reject_wins`), and the context judges anew.
    assert auroc(*(found[:, :10].max(axis=1) - found[:, 10] for found in (of_digits, of_others))) > 0.99
    assert (of_others.argmax(axis=1) == 10).mean() > 0.75
