"""``--config FILE``: a command's settings from a TOML file; what is given as a flag wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from digitedge.errors import InputError


def apply_config(context: typer.Context, file: Path | None) -> Path | None:
    """Make the file's settings the defaults of the command's flags.

    Use as ``config: Path | None = typer.Option(None, "--config", callback=apply_config, is_eager=True)``.

    Raises:
        InputError: The file cannot be read, or a name or value in it does not fit the command.
    """
    if file is None:
        return None
    from digitedge.camera.config import load_config

    options = {_flag(param): param for param in context.command.params if param.param_type_name == "option"}
    for name in ("config", "help", "list"):  # what is no setting of a run
        options.pop(name, None)
    settings = load_config(file, options.keys())
    context.default_map = {
        str(options[name].name): _typed(file, name, value, options[name]) for name, value in settings.items()
    }
    return file


def _flag(param: Any) -> str:
    return str(max(param.opts, key=len)).lstrip("-")


def _typed(file: Path, name: str, value: Any, param: Any) -> Any:
    """Return a value as if it had been typed behind its flag, so that the flag judges it as it judges what is typed."""
    if isinstance(value, bool) != bool(param.is_flag):
        wanted = "true or false" if param.is_flag else "a value, not true or false"
        raise InputError(
            f'{file}: "{name}" takes {wanted}, got {value!r}.', f"Write: {name} = {'true' if param.is_flag else '…'}"
        )
    if isinstance(value, list):
        raise InputError(f'{file}: "{name}" takes one value, got a list.', f"Write: {name} = …")
    return value if isinstance(value, bool) else str(value)
