"""The board never sees TensorFlow, and --help sees nothing heavy. (Of bench: tests/bench/test_bench_cli.py.)"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from forks import Forks

from digitedge.scenes.fixed import fixed_scene

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "tiny-int8.tflite"
WORKSTATION = {"tensorflow", "keras", "matplotlib"}


@pytest.fixture(scope="module")
def fresh() -> Iterator[Forks]:
    """A process that has imported what ``--help`` does and nothing else."""
    process = Forks(warm=False)
    yield process
    process.close()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "scene.png"
    cv2.imwrite(str(path), fixed_scene().image_bgr)
    return path


COMMANDS = "demo recipes train export compare evaluate inspect predict camera bench doctor service"


@pytest.mark.parametrize("command", ["", *COMMANDS.split()])
def test_help_imports_nothing_heavy(command: str, fresh: Forks) -> None:
    done = fresh.run(*command.split(), "--help")
    assert done.returncode == 0
    assert "digitedge" in done.args and "Usage" in done.stdout
    assert not set(done.args) & (WORKSTATION | {"cv2", "numpy"})


@pytest.mark.parametrize(
    "command", ["predict {picture} --model {golden}", "camera --source demo --frames 2 --json --model {golden}"]
)
def test_the_board_never_imports_tensorflow(command: str, picture: Path, fresh: Forks) -> None:
    done = fresh.run(*command.format(picture=picture, golden=GOLDEN).split())
    assert done.returncode == 0, done.stderr
    assert "cv2" in done.args
    assert not set(done.args) & WORKSTATION
