"""`scripts/score-photos` with a scorer of its own: one photo that cannot be read does not lose the others' score."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from digitedge.scenes.fixed import fixed_scene

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "score-photos"
SCORER = """
import json, sys
said = json.load(open(sys.argv[2]))
print({name: len(digits) for name, digits in said.items()})
json.dump({"all": len(said)}, open(sys.argv[sys.argv.index("--json") + 1], "w"))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "good.png"), fixed_scene().image_bgr)
    (tmp_path / "broken.png").write_text("not a picture")
    (tmp_path / "labels.json").write_text(json.dumps([{"file": "broken.png"}, {"file": "good.png"}]))
    (tmp_path / "score.py").write_text(SCORER)
    return tmp_path


def test_a_photo_that_fails_is_named_and_the_others_are_scored(folder: Path) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "{'good.png': 24}"
    assert done.returncode == 1
    assert "broken.png" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
