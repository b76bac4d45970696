"""The classic networks on a board: what was trained is exported to int8 and reads patches through the runtime."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from digitedge.export import runs
from digitedge.export.exporting import Request, export_model
from digitedge.export.runs import Plan
from digitedge.export.train import train
from digitedge.models.recipes import Settings, find_recipe
from digitedge.patch import to_inputs
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.digits import draw_digits


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "drawn.npz"
    images, labels = draw_digits(2000, seed=41)
    np.savez(path, images=to_inputs(images), labels=labels)
    return path


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras 3.15 with NumPy 2
@pytest.mark.parametrize(("name", "side", "outputs"), [("mlp-25-15", 20, "logits"), ("mlp-128-64", 28, "probabilities")])
def test_a_classic_network_reads_patches_in_int8(tmp_path: Path, drawn_set: Path, name: str, side: int, outputs: str) -> None:
    plan = Plan(name, str(drawn_set), 0, Settings(epochs=10))
    train(find_recipe(name), plan, tmp_path, Console(file=io.StringIO()))
    exported = export_model(Request(tmp_path / runs.MODEL, data=str(drawn_set), calibration_size=200), lambda _stage: None)
    assert exported.modes[0].facts.fully_integer
    (tmp_path / "model.tflite").write_bytes(exported.modes[0].content)

    classifier = Classifier(tmp_path / "model.tflite")
    assert classifier.input.shape == (1, side, side, 1)
    assert (classifier.input.scale, classifier.input.zero_point) == (1.0, -128), "a pixel is stored as itself minus 128"
    assert (classifier.info.geometry, classifier.info.outputs) == (find_recipe(name).geometry, outputs)
    patches, labels = draw_digits(200, seed=42)
    probabilities = classifier.classify(patches)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    assert (probabilities.argmax(axis=1) == labels).mean() > 0.75, "drawn digits of hands it has not seen"
