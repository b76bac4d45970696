"""Settings from a TOML file, under the names of the flags."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from digitedge.errors import InputError


def load_config(path: Path, known: Collection[str]) -> dict[str, Any]:
    """Return the settings in a TOML file, by the flag's name without its dashes in front (``on-change = true``).

    Underscores are taken for dashes. Whether a value fits is for the flag to say.

    Args:
        path: The file.
        known: Names of the flags that may occur.

    Raises:
        InputError: The file is missing or no TOML, or holds a name that is no flag; the nearest one is suggested.
    """
    try:
        settings = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}.", "Give the path of a TOML file with settings.") from error
    except ValueError as error:  # of TOML, of UTF-8, or a number of over 4,300 digits
        raise InputError(f"{path} is no TOML file: {error}.", 'Write one setting a line, such as: serve = "8080"') from error
    named = {}
    for key, value in settings.items():
        name = key.replace("_", "-")
        if name not in known:
            raise InputError(f'{path}: there is no setting "{key}".', _suggestion(name, known))
        if isinstance(value, dict):
            raise InputError(f'{path}: "{key}" is a table.', f"Write it as a plain setting: {key} = …")
        if name in named:
            raise InputError(f'{path}: "{name}" is set twice.', "Remove one of the two.")
        named[name] = value
    return named


def _suggestion(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else f"Known settings: {', '.join(sorted(known))}."
