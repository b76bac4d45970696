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
    for name in ("config", "help"):
        options.pop(name, None)
    defaults = {}
    for name, value in load_config(file, options.keys()).items():
        param = options[name]
        _check(file, name, value, param, context)
        defaults[param.name] = value
    context.default_map = {**(context.default_map or {}), **defaults}
    return file


def _flag(param: Any) -> str:
    return str(max(param.opts, key=len)).lstrip("-")


def _check(file: Path, name: str, value: Any, param: Any, context: typer.Context) -> None:
    """Let the flag itself judge the value, and name the file where it is wrong."""
    if isinstance(value, bool) != bool(param.is_flag):
        wanted = "true or false" if param.is_flag else "a value, not true or false"
        raise InputError(f'{file}: "{name}" takes {wanted}, got {value!r}.', f"See: {context.command_path} --help")
    try:
        param.type_cast_value(context, value)
    except Exception as error:
        message = getattr(error, "message", None)  # click's BadParameter, wherever this Typer keeps it
        if message is None:
            raise
        raise InputError(f'{file}: "{name}": {str(message).rstrip(".")}.', f"See: {context.command_path} --help") from error
