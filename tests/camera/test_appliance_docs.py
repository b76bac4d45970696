"""What docs/appliance.md tells people to type exists."""

import re
from pathlib import Path

import pytest
import typer

from digitedge.camera.config import load_config
from digitedge.camera.preview.handler import _GET
from digitedge.cli import app

TEXT = (Path(__file__).parents[2] / "docs/appliance.md").read_text()


def flags(*path: str) -> set[str]:
    """The flags of a command, without their dashes."""
    command = typer.main.get_command(app)
    for name in path:
        command = command.commands[name]
    options = [option for param in command.params for option in (*param.opts, *param.secondary_opts)]
    return {option.lstrip("-") for option in options if option.startswith("--")}


def test_the_settings_file_is_one(tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    file = tmp_path / "camera.toml"
    file.write_text(block)
    assert len(load_config(file, flags("camera"))) == 7


@pytest.mark.parametrize("line", re.findall(r"^    (?:sudo .* )?(digitedge .*)$", TEXT, re.MULTILINE))
def test_every_command_and_its_flags_exist(line):
    ours, _, handed_on = line.partition(" -- ")
    name, *words = ours.split()[1:]
    path = (name, words[0]) if name == "service" else (name,)
    assert {word.lstrip("-") for word in words if word.startswith("--")} <= flags(*path)
    assert {word.lstrip("-") for word in handed_on.split() if word.startswith("--")} <= flags("camera")


def test_the_table_of_addresses_is_complete():
    listed = set(re.findall(r"^\| `(/[\w.]+)` \|", TEXT, re.MULTILINE))
    assert listed == _GET.keys() - {"/"}
