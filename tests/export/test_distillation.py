"""Learning from a teacher: what the loss compares, resuming a student, and how the reject output is settled."""

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from digitedge.errors import InputError
from digitedge.export import runs
from digitedge.export.runs import Plan
from digitedge.export.train import train
from digitedge.export.trainingdata import Fields, epoch_pictures, steps_an_epoch
from digitedge.models.recipes import Settings, find_recipe
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits

# Keras 3.15 asks NumPy 2 for an array in the old way; that is between the two of them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SMALL = Settings(epochs=2, batch_size=64, learning_rate=3e-3, schedule="cosine", nondigits=40, reject_wins=0.1)


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("data") / "drawn.npz"
    images, labels = draw_digits(300, seed=12)
    np.savez(path, images=to_inputs(images), labels=labels)
    return str(path)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> str:
    import keras

    keras.utils.set_random_seed(3)
    path = tmp_path_factory.mktemp("teacher") / "teacher.keras"
    find_recipe("cnn-tiny").build().save(path)
    return str(path)


def test_an_epoch_holds_some_of_the_nondigits_and_others_the_next_time():
    labels = np.array([3] * 20 + [10] * 50)
    pictures = np.arange(70, dtype=np.uint8).repeat(784).reshape(70, 28, 28)
    settings = Settings(epochs=1, batch_size=8, reject_ratio=0.5)
    training = Fields(pictures, labels, None)  # type: ignore[arg-type]
    first, second = (epoch_pictures(training, settings, 1, number) for number in (1, 2))
    for epoch, wanted in (first, second):
        assert np.bincount(wanted, minlength=11)[[3, 10]].tolist() == [20, 10]
        assert len(epoch) == 30
    assert {*first[0][first[1] == 10, 0, 0]} != {*second[0][second[1] == 10, 0, 0]}
    many = Fields(pictures.repeat(10, axis=0), labels.repeat(10), None)  # type: ignore[arg-type]
    _, wanted = epoch_pictures(many, settings, 1, 1)
    assert 10 < np.count_nonzero(wanted[-75:] == 10) < 40  # of 25 a quarter: they stand all over the epoch
    assert steps_an_epoch(labels, settings) == 4  # 30 pictures in eights
    assert len(epoch_pictures(training, replace(settings, reject_ratio=None), 1, 1)[1]) == 70


@pytest.mark.train
def test_the_loss_is_the_labels_where_there_is_no_teacher_and_least_where_both_agree():
    import keras

    from digitedge.export.distillation import SHARE, TEMPERATURE, distillation_loss

    loss = distillation_loss(keras)
    logits = np.array([[2.0, -1.0, 0.5]], np.float32)
    label = np.array([[1.0, 0.0, 0.0]], np.float32)
    softened = np.exp(logits / TEMPERATURE) / np.exp(logits / TEMPERATURE).sum()
    hard = -np.log(np.exp(2.0) / np.exp(logits).sum())
    untaught = np.concatenate([label, softened, [[0]]], axis=1).astype(np.float32)
    assert float(loss(untaught, logits)[0]) == pytest.approx(hard, rel=1e-5)
    taught = np.concatenate([label, softened, [[1]]], axis=1).astype(np.float32)
    entropy = -(softened * np.log(softened)).sum()
    assert float(loss(taught, logits)[0]) == pytest.approx((1 - SHARE) * hard + SHARE * TEMPERATURE**2 * entropy, rel=1e-5)


@pytest.mark.train
def test_a_resumed_student_ends_with_the_weights_of_an_unbroken_one(tmp_path: Path, drawn_set: str, teacher: str) -> None:
    import keras

    recipe, settings = find_recipe("cnn-tiny"), replace(SMALL, teacher=teacher)

    class Interrupting(io.StringIO):
        def write(self, text: str) -> int:
            if "epoch 1/2" in text:
                raise KeyboardInterrupt
            return super().write(text)

    def run(name: str, stderr: io.StringIO) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        plan = Plan(recipe.name, drawn_set, 5, settings)
        runs.write_plan(folder, plan)
        train(recipe, plan, folder, Console(file=stderr))
        return folder

    unbroken = run("unbroken", io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        run("broken", Interrupting())
    resumed = run("broken", io.StringIO())
    weights = [keras.saving.load_model(folder / runs.MODEL).get_weights() for folder in (unbroken, resumed)]
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.train
def test_a_teacher_that_is_none_is_refused(tmp_path: Path) -> None:
    import keras

    from digitedge.export.distillation import make_targets

    recipe = find_recipe("cnn-tiny")
    with pytest.raises(InputError, match="no such teacher"):
        make_targets(keras, recipe, replace(SMALL, teacher=str(tmp_path / "none.keras")), 11)
    (tmp_path / "damaged.keras").write_bytes(b"PK damaged")
    with pytest.raises(InputError, match="cannot be read"):
        make_targets(keras, recipe, replace(SMALL, teacher=str(tmp_path / "damaged.keras")), 11)
    find_recipe("mlp-128-128").build().save(tmp_path / "ten.keras")
    with pytest.raises(InputError, match="10 outputs, its student 11"):
        make_targets(keras, recipe, replace(SMALL, teacher=str(tmp_path / "ten.keras")), 11)


@pytest.mark.train
def test_of_several_teachers_the_mean_answer_is_learnt(tmp_path: Path, teacher: str) -> None:
    import keras

    from digitedge.export.distillation import make_targets

    other, untrained = tmp_path / "other.keras", find_recipe("cnn-tiny").build()
    untrained.layers[-1].bias.assign(np.arange(11) / 4)
    untrained.save(other)
    recipe, pictures, labels = find_recipe("cnn-tiny"), np.full((2, 28, 28, 1), 9, np.float32), np.array([3, 10])
    answers = [
        make_targets(keras, recipe, replace(SMALL, teacher=names), 11)(pictures, labels)[:, 11:22]
        for names in (teacher, str(other), os.pathsep.join([teacher, str(other)]))
    ]
    assert np.abs(answers[0] - answers[1]).max() > 1e-3
    np.testing.assert_allclose(answers[2], (answers[0] + answers[1]) / 2, atol=1e-6)


@pytest.mark.train
def test_reject_wins_as_seldom_as_asked_and_digits_are_read_as_before() -> None:
    import keras

    from digitedge.export.rejecting import lower_reject

    keras.utils.set_random_seed(1)
    model = find_recipe("cnn-tiny").build()
    kernel, bias = model.layers[-1].get_weights()
    bias[10] += 50  # refuses nearly everything
    model.layers[-1].set_weights([1000 * kernel, bias])  # answers apart from each other, as a trained network's are
    fields = to_inputs(draw_digits(200, seed=4)[0])
    before = np.asarray(model.predict_on_batch(fields[..., None].astype(np.float32)))
    assert (before.argmax(axis=1) == 10).mean() > 0.5
    lowered = lower_reject(model, fields, 0.02)
    after = np.asarray(model.predict_on_batch(fields[..., None].astype(np.float32)))
    assert (after.argmax(axis=1) == 10).sum() == 4
    np.testing.assert_allclose(before[:, 10] - after[:, 10], lowered, rtol=1e-4)
    np.testing.assert_array_equal(before[:, :10], after[:, :10])
    assert lower_reject(model, fields, 0.5) == 0.0  # seldom enough already
