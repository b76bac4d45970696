"""Training for real, on small drawn sets: a seed repeats, a resumed run ends like an unbroken one, a run leaves everything."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from digitedge.errors import DataError, InputError, ModelError
from digitedge.export import runs
from digitedge.export.report import evaluate_file, evaluation_json, write_plots
from digitedge.export.runs import Plan
from digitedge.export.train import train
from digitedge.models.recipes import Recipe, Settings, find_recipe
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits

# Keras 3.15 asks NumPy 2 for an array in the old way; that is between the two of them.
pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

SMALL = Settings(epochs=3, batch_size=64, learning_rate=3e-3, schedule="cosine")
LEFT = {
    "model.keras",
    "history.csv",
    "metrics.json",
    "run.json",
    "curves.png",
    "confusion.png",
    "predictions.png",
    "mistakes.png",
}


class Interrupting(io.StringIO):
    """A stderr on which somebody watches for a text and then presses Ctrl-C."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at

    def write(self, text: str) -> int:
        if self.at in text:
            raise KeyboardInterrupt
        return super().write(text)


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("data") / "drawn.npz"
    images, labels = draw_digits(1000, seed=11)
    np.savez(path, images=to_inputs(images), labels=labels)
    return str(path)


def run(recipe: Recipe, folder: Path, data: str, seed: int = 5, settings: Settings = SMALL, interrupt_at: str = "") -> Path:
    """Train in a folder, on from where it stands; interrupted as soon as stderr shows ``interrupt_at``."""
    folder.mkdir(exist_ok=True)
    plan = Plan(recipe.name, data, seed, settings)
    runs.write_plan(folder, plan)
    train(recipe, plan, folder, Console(file=Interrupting(interrupt_at) if interrupt_at else io.StringIO()))
    return folder


def weights_of(folder: Path) -> list[np.ndarray]:
    import keras

    return list(keras.saving.load_model(folder / runs.MODEL).get_weights())


def assert_same_weights(one: Path, other: Path) -> None:
    for first, second in zip(weights_of(one), weights_of(other), strict=True):
        np.testing.assert_array_equal(first, second)


def with_noise() -> Recipe:
    """Convolutions, batch normalisation and dropout: everything that keeps a state of its own."""

    def build() -> object:
        import keras

        return keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Conv2D(4, 5, strides=3),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
                keras.layers.Flatten(),
                keras.layers.Dropout(0.3),
                keras.layers.Dense(10),
            ]
        )

    return replace(find_recipe("cnn"), name="with-noise", build=build, quick=None, settings=SMALL)


def test_a_resumed_run_ends_with_the_same_weights_bit_for_bit(tmp_path: Path, drawn_set: str) -> None:
    recipe = with_noise()
    unbroken = run(recipe, tmp_path / "unbroken", drawn_set)
    with pytest.raises(KeyboardInterrupt):
        run(recipe, tmp_path / "broken", drawn_set, interrupt_at="epoch 2/3")
    assert (tmp_path / "broken" / runs.CHECKPOINT).is_file()
    assert runs.is_unfinished(tmp_path / "broken")
    resumed = run(recipe, tmp_path / "broken", drawn_set)
    assert_same_weights(unbroken, resumed)
    rows = [[(row.loss, row.val_loss, row.learning_rate) for row in runs.read_history(each)] for each in (unbroken, resumed)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 3


def test_the_same_seed_repeats_and_another_does_not(tmp_path: Path, drawn_set: str) -> None:
    recipe, settings = find_recipe("mlp-128-64"), Settings(epochs=1)
    first, second, other = (run(recipe, tmp_path / f"{n}", drawn_set, seed, settings) for n, seed in enumerate((1, 1, 2)))
    assert_same_weights(first, second)
    assert any((a != b).any() for a, b in zip(weights_of(first), weights_of(other), strict=True))


def test_a_run_leaves_everything_and_evaluate_agrees(tmp_path: Path, drawn_set: str) -> None:
    recipe = find_recipe("mlp-128-64")
    folder = run(recipe, tmp_path / "run", drawn_set, settings=replace(recipe.settings, epochs=4))
    assert {path.name for path in folder.iterdir()} == LEFT
    metrics = json.loads((folder / runs.METRICS).read_text())
    assert metrics["parameters"] == 109_386
    assert (folder / runs.MODEL).stat().st_size < 1.2 * 4 * 109_386, "the weights once, no optimiser"
    assert metrics["data"]["test"]["count"] == metrics["count"] == 100
    assert len(metrics["data"]["train"]["sha256"]) == 64
    assert {"tensorflow", "keras", "numpy", "python", "digitedge"} <= metrics["versions"].keys()
    assert metrics["seed"] == 5
    assert metrics["seconds"] > 0
    assert metrics["accuracy"] > 0.5, "ten drawn digits are told apart far better than by chance"

    model, evaluation = evaluate_file(folder / runs.MODEL, drawn_set, "test")
    evaluated = evaluation_json(model, evaluation)
    for key in ("accuracy", "loss", "confusion", "per_class"):
        assert evaluated[key] == metrics[key]
    with (folder / runs.HISTORY).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3, 4]
    assert float(rows[3]["loss"]) < float(rows[0]["loss"])

    write_plots(tmp_path / "plots", evaluation, [])
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {"confusion.png", "predictions.png", "mistakes.png"}
    for name in (name for name in LEFT if name.endswith(".png")):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 150
            assert len(picture.convert("L").getcolors(256) or ()) > 16, f"{name} shows something"


def test_a_new_run_replaces_an_old_one_only_when_its_data_have_been_read(tmp_path: Path, drawn_set: str) -> None:
    recipe, old = find_recipe("mlp-128-64"), (runs.MODEL, runs.METRICS, runs.CHECKPOINT, runs.CUTTINGS)
    for name in old:
        (tmp_path / name).write_text("old")
    (tmp_path / "cut short.npz").write_text("PK")
    with pytest.raises(DataError):
        begin(recipe, tmp_path, str(tmp_path / "cut short.npz"))
    assert all((tmp_path / name).read_text() == "old" for name in old)
    begin(recipe, tmp_path, drawn_set)
    assert {path.name for path in tmp_path.iterdir()} == LEFT | {"cut short.npz"}
    assert runs.read_plan(tmp_path).data_sha256


def test_what_is_learnt_from_is_judged_before_the_data(tmp_path: Path) -> None:
    find_recipe("mlp-128-128").build().save(tmp_path / "other.keras")
    for settings in (
        replace(SMALL, start=str(tmp_path / "other.keras")),
        replace(SMALL, teacher=str(tmp_path / "other.keras")),
    ):
        plan = Plan("cnn-tiny", str(tmp_path / "no data"), 5, settings)
        with pytest.raises((InputError, ModelError), match=r"another architecture|10 outputs, its student 11"):
            train(find_recipe("cnn-tiny"), plan, tmp_path, Console(file=io.StringIO()), afresh=True)


def begin(recipe: Recipe, folder: Path, data: str) -> None:
    """Train in a folder whatever is in it."""
    plan = Plan(recipe.name, data, 5, Settings(epochs=1, batch_size=64))
    train(recipe, plan, folder, Console(file=io.StringIO()), afresh=True)


def test_a_damaged_checkpoint_is_told(tmp_path: Path, drawn_set: str) -> None:
    (tmp_path / runs.CHECKPOINT).write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(DataError, match="checkpoint is damaged"):
        run(find_recipe("mlp-128-64"), tmp_path, drawn_set)


def test_a_checkpoint_of_an_older_digitedges_network_is_told_before_the_training(tmp_path: Path, drawn_set: str) -> None:
    find_recipe("mlp-128-128").build().save(tmp_path / runs.CHECKPOINT)
    with pytest.raises(DataError, match="mlp-128-64 is another network"):
        run(find_recipe("mlp-128-64"), tmp_path, drawn_set)


def test_course_rows_must_be_turned_upright(tmp_path: Path) -> None:
    """A network trained on rows read as they lie fails on upright digits; one trained by our reader reads them."""
    patches, labels = draw_digits(2000, seed=21)
    upright = to_inputs(patches, find_recipe("mlp-25-15").geometry)
    np.savez(tmp_path / "photos.npz", images=to_inputs(draw_digits(300, seed=22)[0]), labels=draw_digits(300, seed=22)[1])
    accuracies = {}
    for name, pictures in (("ours", upright), ("as they lie", upright.transpose(0, 2, 1))):
        (tmp_path / name).mkdir()
        rows = pictures.transpose(0, 2, 1).reshape(len(pictures), 400) / 255  # the reader undoes this one turn
        np.save(tmp_path / name / "X.npy", rows)
        np.save(tmp_path / name / "y.npy", labels)
        folder = run(find_recipe("mlp-25-15"), tmp_path / f"run {name}", str(tmp_path / name), settings=Settings(epochs=12))
        accuracies[name] = evaluate_file(folder / runs.MODEL, str(tmp_path / "photos.npz"), "all")[1].scores.accuracy
    assert accuracies["ours"] > 0.75, accuracies
    assert accuracies["as they lie"] < 0.5, accuracies
