"""What a recipe is trained on: its own data where it is, the same order for the same seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from digitedge.data.dataset import make_dataset
from digitedge.export.trainingdata import Fields, epoch_pictures, load_splits, preferred_source, training_fields, with_drawn
from digitedge.models.recipes import Settings, find_recipe
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits


def drawn(count: int) -> Fields:
    images, labels = draw_digits(count, seed=8)
    return Fields(to_inputs(images), labels, make_dataset(images, labels, "drawn", "train"))


def test_an_epoch_follows_from_seed_and_number_alone() -> None:
    training, settings = drawn(60), Settings(epochs=2)
    pictures, labels = epoch_pictures(training, settings, seed=4, epoch=2)
    again, _ = epoch_pictures(training, settings, seed=4, epoch=2)
    np.testing.assert_array_equal(pictures, again)
    assert sorted(map(bytes, pictures)) == sorted(map(bytes, training.fields)), "nothing is lost and nothing comes twice"
    truth = {bytes(field): label for field, label in zip(training.fields, training.labels, strict=True)}
    assert [truth[bytes(picture)] for picture in pictures] == labels.tolist()
    for other in (epoch_pictures(training, settings, 5, 2)[0], epoch_pictures(training, settings, 4, 1)[0]):
        assert not np.array_equal(pictures, other)


def test_augmented_epochs_repeat_and_differ() -> None:
    training, settings = drawn(60), Settings(epochs=2, paper_share=0.5)
    first = epoch_pictures(training, settings, 1, 1)[0]
    np.testing.assert_array_equal(first, epoch_pictures(training, settings, 1, 1)[0])
    kept = {bytes(field) for field in training.fields}
    assert sum(bytes(picture) in kept for picture in first) < 10


def test_the_course_recipe_prefers_the_course_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = find_recipe("mlp-25-15")
    monkeypatch.setenv("DIGITEDGE_DATA", str(tmp_path))
    assert preferred_source(recipe, "auto") == "auto"
    (tmp_path / "X.npy").write_bytes(b"")
    assert preferred_source(recipe, "auto") == str(tmp_path)
    (tmp_path / "ex3data1.mat").write_bytes(b"")
    assert preferred_source(recipe, "auto") == str(tmp_path / "ex3data1.mat")
    assert preferred_source(recipe, "synthetic") == "synthetic"
    assert preferred_source(find_recipe("cnn"), "auto") == "auto"


def test_the_course_recipe_takes_500_of_each_digit_at_20_by_20(tmp_path: Path) -> None:
    few = to_inputs(draw_digits(100, seed=2)[0])
    np.savez(tmp_path / "large.npz", images=np.repeat(few, 70, axis=0), labels=np.repeat(np.arange(100) % 10, 70))
    fields = training_fields(find_recipe("mlp-25-15"), str(tmp_path / "large.npz"))
    assert fields.fields.shape == (5000, 20, 20)
    assert np.bincount(fields.labels).tolist() == [500] * 10


def test_small_sets_are_taken_whole_and_split(tmp_path: Path) -> None:
    images = to_inputs(draw_digits(400, seed=2)[0])
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(400) % 10)
    splits = load_splits(find_recipe("mlp-25-15"), str(tmp_path / "own.npz"))
    assert [len(part.labels) for part in (splits.training, splits.validation, splits.test)] == [320, 40, 40]
    assert splits.test.fields.shape == (40, 20, 20)


def test_fonts_write_digits_and_pages(font: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = drawn(40)
    borrowed = []
    monkeypatch.setattr(
        "digitedge.export.cutting.write_cuttings",
        lambda _pages, target, hands, _console: (borrowed.append(hands.fonts), np.savez(target, fields=[], labels=[])),
    )
    monkeypatch.setattr("digitedge.export.mixture.read_extra", lambda _: (training.fields[:0], training.labels[:0]))
    settings = Settings(epochs=1, nondigits=5, pages=1, fonts=str(font.parent), font_digits=30)
    everything = with_drawn(training, settings, 1, tmp_path, Console(stderr=True))
    assert len(everything.labels) == 40 + 30 + 5 and borrowed == [(font,)]
    without = with_drawn(training, replace(settings, fonts="", pages=0), 1, tmp_path, Console(stderr=True))
    assert len(without.labels) == 40 + 5
