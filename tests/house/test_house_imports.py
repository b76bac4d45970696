"""The board never sees TensorFlow, and --help sees nothing heavy."""

import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from digitedge.scenes.fixed import fixed_scene

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "tiny-int8.tflite"

_RUN = """
import sys
sys.argv = ["digitedge", *{arguments!r}]
from digitedge.cli import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
heavy = {{"tensorflow", "keras", "matplotlib", "cv2", "numpy"}} & {{name.split(".")[0] for name in sys.modules}}
print("HEAVY", code, sorted(heavy), file=sys.stderr)
"""


def heavy_modules(*arguments: str) -> tuple[str, set[str]]:
    """Return (exit code, heavy packages that were imported) of a command in a fresh process."""
    script = _RUN.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    line = next((line for line in done.stderr.splitlines() if line.startswith("HEAVY")), f"HEAVY ? [] {done.stderr}")
    _, code, names = line.split(" ", 2)
    return code, {name.strip(" []'") for name in names.split(",")} - {""}


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "scene.png"
    cv2.imwrite(str(path), fixed_scene().image_bgr)
    return path


COMMANDS = "demo recipes train export compare evaluate inspect predict camera bench doctor service"


@pytest.mark.parametrize("command", ["", *COMMANDS.split()])
def test_help_imports_nothing_heavy(command: str) -> None:
    code, heavy = heavy_modules(*command.split(), "--help")
    assert code == "0"
    assert heavy == set()


def test_predict_never_imports_tensorflow(picture: Path) -> None:
    code, heavy = heavy_modules("predict", str(picture), "--model", str(GOLDEN))
    assert code == "0"
    assert "cv2" in heavy
    assert not heavy & {"tensorflow", "keras", "matplotlib"}


def test_camera_never_imports_tensorflow() -> None:
    code, heavy = heavy_modules("camera", "--source", "demo", "--frames", "2", "--json", "--model", str(GOLDEN))
    assert code == "0"
    assert not heavy & {"tensorflow", "keras", "matplotlib"}


def test_bench_never_imports_tensorflow() -> None:
    code, heavy = heavy_modules("bench", str(GOLDEN), "--runs", "5", "--seconds", "0", "--json")
    assert code == "0"
    assert not heavy & {"tensorflow", "keras", "matplotlib"}
