"""`scripts/make-golden` and `scripts/make-reference`: nothing is written before it is clear what was asked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"


def run(script: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize("name", ["make-golden", "make-reference"])
@pytest.mark.parametrize(("word", "code"), [("--help", 0), ("--nothing", 2)])
def test_a_question_or_a_wrong_word_writes_nothing(name: str, word: str, code: int, tmp_path: Path) -> None:
    script = tmp_path / "scripts" / name
    script.parent.mkdir()
    shutil.copy(ROOT / "scripts" / name, script)
    (tmp_path / "tests" / "golden").mkdir(parents=True)
    done = run(script, word)
    assert done.returncode == code and "usage:" in done.stdout + done.stderr
    assert not list((tmp_path / "tests" / "golden").iterdir())


@pytest.mark.slow
@pytest.mark.train
def test_the_golden_files_are_made_again_to_the_byte(tmp_path: Path) -> None:
    done = run(ROOT / "scripts" / "make-golden", tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 5
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (GOLDEN / made.name).read_bytes(), made.name
