"""`scripts/make-card` on the shipped model: the one command that makes its card anew."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digitedge.models import DEFAULT_MODEL, SHIPPED

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "make-card"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped model and its Keras file."""
    for name in (DEFAULT_MODEL.name, "cnn.keras"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path / DEFAULT_MODEL.name


def make_card(model: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(model), "--pages", "4"]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.slow
@pytest.mark.train
def test_the_whole_card_is_made_by_one_command(shipped: Path, mnist_dir: Path) -> None:
    done = make_card(shipped)
    assert done.returncode == 0, done.stderr
    card = json.loads(shipped.with_suffix(".json").read_text())
    assert card["measured"][1]["count"] == 10_000
    assert card["reliability"]["candidates"] > 100
    assert [each["p50_us"] > 0 for each in card["latency"]["beside"]] == [True, True]
    assert len(card["generalisation"]["traits"]) == 9
    assert "## Confidence of the reader" in shipped.with_suffix(".md").read_text()


def test_another_keras_file_is_refused_in_a_sentence(shipped: Path) -> None:
    shipped.with_name("cnn.keras").write_bytes(b"another")
    done = make_card(shipped)
    assert done.returncode == 1
    told = done.stderr.splitlines()[-1]
    assert told.startswith("make-card: ") and "cnn.keras" in told
    assert not shipped.with_suffix(".json").exists()
