"""What goes wrong gets one sentence and a remedy on stderr, exit code 1, nothing on stdout, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from forks import Forks
from PIL import Image

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files that are not what they claim."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("not a picture")
    (folder / "text.tflite").write_text("not a model")
    (folder / "net.keras").write_bytes(b"PK\x03\x04 a zip")
    Image.fromarray(np.full((40, 40), 200, np.uint8)).save(folder / "good.png")
    (folder / "half.png").write_bytes((folder / "good.png").read_bytes()[:60])
    return folder


CASES = {
    "missing picture": ("predict {folder}/none.png --json", "no such file"),
    "a folder": ("predict {folder}", "is a folder"),
    "not a picture": ("predict {folder}/text.png --json", "not a picture"),
    "empty file": ("predict {folder}/empty.png --json", "not a picture"),
    "half a picture": ("predict {folder}/half.png --json", "damaged"),
    "missing model": ("predict {folder}/good.png --model {folder}/none.tflite", "no such model"),
    "not a model": ("predict {folder}/good.png --model {folder}/text.tflite", "text.tflite: this is no .tflite file"),
    "a picture as a model": ("predict --model {folder}/good.png {folder}/good.png", "good.png: this is no .tflite file"),
    "bench of a picture": ("bench {folder}/good.png", "good.png: this is no .tflite file"),
    "a Keras model": (
        "predict {folder}/good.png --model {folder}/net.keras",
        "digitedge export {folder}/net.keras --quantize int8",
    ),
    "inspect of a Keras model": ("inspect {folder}/net.keras", "digitedge export {folder}/net.keras --quantize int8"),
    "a copy over its picture": ("predict {folder}/good.png --save {folder}", "one of the pictures to read"),
    "demo into a file": ("demo --out {folder}/good.png", "cannot be made"),
    "no camera": ("camera --source /dev/video97 --frames 1 --json", "video97"),
    "missing clip": ("camera --source {folder}/none.mp4 --frames 1 --json", "none.mp4"),
    "bench of nothing": ("bench {folder}/none.tflite --json", "no such model"),
    "inspect of text": ("inspect {folder}/text.tflite --json", "text.tflite: this is no .tflite file"),
    "a clip whose name is too long": ("camera --source {folder}/{long} --frames 1 --json", "too long. Check the name, and"),
    "a recording whose name is too long": ("camera --source none.mp4 --record {folder}/{long}.mp4", "none.mp4: no such file"),
    "a picture whose name is too long": ("predict {folder}/{long} {folder}/none.png --save {folder}/copies", "no such file"),
    "a sent model whose name is too long": ("bench {folder}/{long} --host board", "too long. Check the name."),
    "a report whose name is too long": (
        "bench --runs 5 --seconds 0 --json --out {folder}/{long}",
        "cannot be written: File name too long",
    ),
    "data whose name is too long": ("evaluate {golden}/tiny-int8.tflite --data {folder}/{long} --json", "no such data set"),
    "the home of nobody": ("camera --source ~nobody-at-all/clip.mp4 --frames 1 --json", "no such file"),
    "missing data": ("evaluate {golden}/tiny-int8.tflite --data {folder}/nowhere --json", "nowhere"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_sentence_and_a_remedy(case: str, folder: Path, forks: Forks) -> None:
    arguments, named = CASES[case]
    done = forks.run(*arguments.format(folder=folder, golden=GOLDEN, long="n" * 300).split())
    told = done.stderr.splitlines()
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert named.format(folder=folder) in told[-1], told
    assert told[-1].startswith("digitedge: ")


@pytest.mark.parametrize("command", ["train cnn", "export small.keras"])
def test_a_missing_extra_names_the_command_that_installs_it(command: str, tmp_path: Path, forks: Forks) -> None:
    (tmp_path / "small.keras").write_bytes(b"PK")
    done = forks.run(*command.split(), cwd=tmp_path, missing=("tensorflow", "keras"))
    assert done.returncode == 1
    assert 'pip install "digitedge[train]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_whose_input_is_no_grey_picture(tmp_path: Path, forks: Forks) -> None:
    colour = tmp_path / "colour.tflite"
    colour.write_bytes((GOLDEN / "colour-input.tflite").read_bytes())
    Image.fromarray(np.full((40, 40), 200, np.uint8)).save(tmp_path / "good.png")
    done = forks.run("predict", tmp_path / "good.png", "--model", colour)
    assert done.returncode == 1
    assert "expected one square grey picture" in done.stderr


@pytest.mark.parametrize("command", ["recipes", "--version"])  # many lines, and one that waits for the program's end
def test_a_full_disk_behind_stdout(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "digitedge", command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("digitedge: Reading or writing failed: No space left on device. Check the free space")


def test_a_name_that_the_terminal_cannot_show(tmp_path: Path) -> None:
    picture = tmp_path / "数.png"
    Image.new("L", (64, 64), 200).save(picture)
    done = subprocess.run(
        [sys.executable, "-m", "digitedge", "predict", str(picture)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "\\u6570.png" in done.stdout
