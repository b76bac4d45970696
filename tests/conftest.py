"""What tests need from outside: data that a stranger lacks and programs that a bare machine lacks.

A test that lacks either is skipped with the reason, and fails where DIGITEDGE_STRICT=1 (CI).
"""

import io
import os
import shutil
from pathlib import Path

import pytest
from forks import Forks
from needs import lacking
from PIL import ImageFont

ROOT = Path(__file__).parent.parent


def _data_folder(name: str) -> Path:
    root = os.environ.get("DIGITEDGE_DATA")
    if not root:
        lacking(f"DIGITEDGE_DATA is not set: no {name}/")
    folder = Path(root) / name
    if not folder.is_dir():
        lacking(f"{folder} is missing")
    return folder


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder with MNIST's four IDX files."""
    return _data_folder("mnist")


@pytest.fixture(scope="session")
def photos_dir() -> Path:
    """The folder with labels.json, score.py and the real photos."""
    return _data_folder("photos")


@pytest.fixture(scope="session")
def clips_dir() -> Path:
    """The folder with clips.json and the real clip."""
    return _data_folder("clips")


@pytest.fixture(scope="session")
def crops_dir() -> Path:
    """The folder with foreign digit crops."""
    return _data_folder("crops")


@pytest.fixture(scope="session")
def font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outlined font: the one that Pillow brings, in a folder of its own."""
    built_in = ImageFont.load_default(20)
    if not isinstance(built_in, ImageFont.FreeTypeFont) or not isinstance(built_in.path, io.BytesIO):
        pytest.skip("this Pillow brings no outlined font")
    path = tmp_path_factory.mktemp("fonts") / "built-in.woff"
    path.write_bytes(built_in.path.getvalue())
    return path


@pytest.fixture(scope="session")
def forks():
    """A process that has imported all of ours; commands are forked off it."""
    process = Forks(warm=True)
    yield process
    process.close()


@pytest.fixture(scope="session")
def program():
    """Give a function: program("mosquitto") is its path, or the test is skipped (strict: fails)."""

    def find(name: str) -> Path:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
        if found is None:
            lacking(f"the program {name} is not installed")
        return Path(found)

    return find
