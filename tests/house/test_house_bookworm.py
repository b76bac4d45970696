"""The base also works with the set that imports beside Pi OS Bookworm's picamera2 (NumPy 1.24, OpenCV 4.11)."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from digitedge.scenes.fixed import fixed_scene

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with Bookworm's set and this tree."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("NumPy 1.24 has wheels for Python 3.11 only, which is Bookworm's")
    folder = tmp_path_factory.mktemp("bookworm")
    interpreter = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(interpreter)]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "requirements" / "bookworm.txt")], check=True)
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    return interpreter


def test_versions(python: Path) -> None:
    script = "import numpy, cv2; print(numpy.__version__, cv2.__version__)"
    shown = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["1.24.2", "4.11.0"]


def test_predict_camera_and_bench_run(python: Path, tmp_path: Path) -> None:
    picture = tmp_path / "scene.png"
    cv2.imwrite(str(picture), fixed_scene().image_bgr)

    def said(*arguments: str) -> list[dict]:
        done = subprocess.run(
            [str(python), "-m", "digitedge", *arguments, "--json"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    assert len(said("predict", str(picture))[0]["digits"]) == 24
    assert len(said("camera", "--source", "demo", "--frames", "3")) == 3
    assert said("bench", "--runs", "20", "--seconds", "0")[0]["models"][0]["latency_us"]["p50"] > 0


def test_the_reading_tests_pass_there(python: Path) -> None:
    tests = ["tests/reading", "tests/test_patch.py", "tests/runtime"]
    done = subprocess.run(
        [str(python), "-m", "pytest", "-q", "-m", "not slow and not train", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
