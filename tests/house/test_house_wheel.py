"""What a wheel holds, what the folders are called, what the lock may say."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDERS = {"digitedge": "digitedge", "export": "digitedge/export", "camera": "digitedge/camera", "models": "digitedge/models"}

SHIPPED = {".py", ".html", ".css", ".js", ".tflite", ".keras", ".typed", ".json"}


def tracked(*patterns: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(listed.splitlines())


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from what git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files belong to the project")
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    archive = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-C", str(ROOT), "--null", "-T", "-", "-cf", str(tree / "t.tar")], input=archive, check=True)
    subprocess.run(["tar", "-C", str(tree), "-xf", str(tree / "t.tar")], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", str(out), str(tree)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_every_module_and_shipped_file(wheel_names: set[str]) -> None:
    wanted = set()
    for name in tracked("digitedge", "export", "camera", "models"):
        folder, _, rest = name.partition("/")
        if rest and not (ROOT / name).is_symlink() and Path(name).suffix in SHIPPED:
            wanted.add(f"{FOLDERS[folder]}/{rest}")
    assert len(wanted) > 100
    assert wanted - wheel_names == set()


def test_the_wheel_holds_nothing_under_a_bare_name(wheel_names: set[str]) -> None:
    top = {name.split("/")[0] for name in wheel_names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"digitedge"}


@pytest.mark.parametrize("folder", ["export", "camera", "models"])
def test_a_bare_import_is_refused_with_the_right_name(folder: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {folder}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"digitedge.{folder}" in done.stderr


def test_locks_have_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        pinned = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, re.MULTILINE)
        assert len(pinned) >= 2
        assert text.count("--hash=sha256:") >= len(pinned), lock.name
