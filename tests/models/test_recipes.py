"""Recipes: the published sizes and settings, found by name, without TensorFlow until one is built."""

import subprocess
import sys

import numpy as np
import pytest

from digitedge.errors import InputError
from digitedge.models.recipes import RECIPES, Recipe, Settings, find_recipe

NAMES = [recipe.name for recipe in RECIPES]


def test_the_promised_recipes_are_there_once() -> None:
    promised = {"cnn", "cnn-tiny", "mlp-25-15", "mlp-128-128", "mlp-256-128-128", "mlp-128-64"}
    assert promised <= set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_the_published_settings_are_the_defaults() -> None:
    epochs = {recipe.name: recipe.settings.epochs for recipe in RECIPES}
    assert (epochs["mlp-25-15"], epochs["mlp-256-128-128"], epochs["mlp-128-64"]) == (70, 20, 5)
    for recipe in RECIPES:
        if recipe.name.startswith("mlp"):
            assert (recipe.settings.batch_size, recipe.settings.learning_rate) == (32, 1e-3)
            assert recipe.settings.paper_share is None
    assert find_recipe("mlp-128-64").loss == "categorical"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="mlp-999") as raised:
        find_recipe("mlp-999")
    assert "cnn-tiny" in raised.value.remedy


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"epochs": 1, "batch_size": 0}, {"epochs": 1, "schedule": "steps"}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(**wrong)  # type: ignore[arg-type]


def test_quick_is_shorter() -> None:
    assert all(recipe.quick_settings().epochs <= recipe.settings.epochs for recipe in RECIPES)


def test_listing_recipes_needs_no_tensorflow() -> None:
    code = "import sys, digitedge.models.recipes; print({'tensorflow', 'keras'} & {*sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


@pytest.mark.train
@pytest.mark.parametrize("recipe", RECIPES, ids=NAMES)
def test_every_network_takes_pixels_and_gives_digits_first(recipe: Recipe) -> None:
    model = recipe.build()
    side = recipe.geometry.field_px
    assert model.input_shape == (None, side, side, 1)
    assert model.output_shape[-1] in (10, 11)
    assert any(type(layer).__name__ == "Rescaling" for layer in model.layers), "values 0..255 go in"


@pytest.mark.train
@pytest.mark.parametrize(
    ("name", "parameters"),
    [("mlp-25-15", 10_575), ("mlp-128-128", 118_282), ("mlp-256-128-128", 251_658), ("mlp-128-64", 109_386)],
)
def test_the_published_numbers_of_parameters(name: str, parameters: int) -> None:
    assert find_recipe(name).build().count_params() == parameters


@pytest.mark.train
def test_the_tiny_network_keeps_its_promise() -> None:
    assert find_recipe("cnn-tiny").build().count_params() <= 10_000


@pytest.mark.train
def test_weighing_places_begins_as_the_plain_mean() -> None:
    from digitedge.models.recipes.cnn import build_convolutions

    plain = build_convolutions([(4, 2, "same"), (6, 2, "valid")])
    weighing = build_convolutions([(4, 2, "same"), (6, 2, "valid")], weighs_places=True)
    own = weighing.get_weights()
    *before, kernel, bias = plain.get_weights()
    weighing.set_weights([*before, own[-3], kernel, bias])
    pictures = np.random.default_rng(0).uniform(0, 255, (5, 28, 28, 1)).astype(np.float32)
    np.testing.assert_allclose(weighing.predict(pictures, verbose=0), plain.predict(pictures, verbose=0), atol=1e-4)
