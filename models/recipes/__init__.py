"""Recipes: architectures with the settings they are trained with. `RECIPES` lists them, `find_recipe` gives one."""

from digitedge.errors import InputError
from digitedge.models.recipes.cnn import CNN, TEACHER
from digitedge.models.recipes.cnn_tiny import CNN_TINY
from digitedge.models.recipes.mlp import MLPS
from digitedge.models.recipes.recipe import Recipe, Settings

__all__ = ["RECIPES", "Recipe", "Settings", "find_recipe"]

RECIPES: tuple[Recipe, ...] = (CNN, CNN_TINY, TEACHER, *MLPS)


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name. Raises InputError with the names there are."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    raise InputError(f'There is no recipe "{name}".', f"Recipes: {', '.join(recipe.name for recipe in RECIPES)}.")
