"""``digitedge recipes``: the networks that one command trains."""

from __future__ import annotations

import typer


def recipes(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List the recipes that `digitedge train` knows."""
    import json
    from dataclasses import asdict

    from digitedge.models.recipes import RECIPES

    if as_json:
        rows = [
            {
                "name": recipe.name,
                "summary": recipe.summary,
                "source": recipe.source,
                "input": [recipe.geometry.field_px, recipe.geometry.field_px, 1],
                "outputs": recipe.outputs,
                "settings": asdict(recipe.settings),
            }
            for recipe in RECIPES
        ]
        print(json.dumps(rows))
        return
    width = max(len(recipe.name) for recipe in RECIPES)
    for recipe in RECIPES:
        settings = recipe.settings
        print(f"{recipe.name:{width}}  {recipe.summary}; {settings.epochs} epochs, batches of {settings.batch_size}")
    print("\nTrain one: digitedge train NAME")
