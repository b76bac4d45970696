"""The command on this machine, also where the packages it looks at are broken."""

import json
from pathlib import Path

import pytest
from machine_factory import environment, run_doctor

from digitedge.doctor.machine import this_machine
from digitedge.doctor.model import model
from digitedge.patch import Geometry, to_inputs
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.flatfile import with_metadata
from digitedge.scenes.digits import draw_digits

GOLDEN = Path(__file__).parent.parent / "golden"
BROKEN = {
    "cv2": "raise ImportError('libGL.so.1: cannot open shared object file: No such file or directory')",
    "numpy": "import os; os.abort()",
    "ai_edge_litert": "import numpy",
}


def test_it_works_when_nothing_it_looks_at_can_be_imported(tmp_path):
    done = run_doctor(environment(tmp_path, BROKEN), "--json")
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    states = {finding["name"]: finding for finding in answer["findings"]}
    assert answer["ready"] is False
    assert states["opencv-python"]["remedy"] == "sudo apt install libgl1 libglib2.0-0"
    assert states["numpy"]["text"].endswith("the process crashed or hung)")
    assert states["ai-edge-litert"]["state"] == states["model"]["state"] == "missing"
    assert all(finding["remedy"] for finding in answer["findings"] if finding["state"] in ("warning", "missing"))
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_text_and_exit_code_follow_the_findings(tmp_path):
    done = run_doctor({}, "--model", str(tmp_path / "none.tflite"))
    assert done.returncode == 1
    assert "MISSING  model" in done.stdout
    assert done.stdout.rstrip().endswith("and run this again.")
    good = run_doctor({}, "--model", str(GOLDEN / "tiny-int8.tflite"))
    assert (good.returncode, good.stdout.rstrip().splitlines()[-1]) == (0, "Ready.")


def with_pairs(folder: Path, spoil: int) -> Path:
    """The golden int8 model with pairs made on this machine, the first output of one of them changed by ``spoil``."""
    plain = GOLDEN / "tiny-int8.tflite"
    classifier = Classifier(plain)
    side = classifier.info.geometry.field_px
    pairs = golden.make_golden(classifier, to_inputs(draw_digits(10, 1)[0], Geometry(side, side, "box")), "int8")
    pairs.outputs[3, 0] += spoil
    metadata = classifier.info.metadata | {"format_version": 1, "golden": golden.to_metadata(pairs)}
    path = folder / f"model-{spoil}.tflite"
    path.write_bytes(with_metadata(plain.read_bytes(), metadata))
    return path


def test_the_model_is_run_and_its_golden_pairs_compared(tmp_path):
    (verified,) = model(this_machine(), with_pairs(tmp_path, 0))
    assert (verified.state, verified.text) == ("ok", "model-0.tflite verified: 10 of 10 golden pairs identical")
    (differing,) = model(this_machine(), with_pairs(tmp_path, 1))
    assert (differing.state, "1 of 10 pairs" in differing.text) == ("missing", True)
    assert differing.remedy.endswith("--verify")


@pytest.mark.slow
def test_a_foreign_model_runs_unverified_and_a_damaged_one_is_told(tmp_path):
    (foreign,) = model(this_machine(), GOLDEN / "tiny-int8.tflite")
    assert (foreign.state, "no golden pairs" in foreign.text) == ("note", True)
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes((GOLDEN / "tiny-int8.tflite").read_bytes()[:2000])
    (broken,) = model(this_machine(), damaged)
    assert (broken.state, "cannot be run" in broken.text) == ("missing", True)


def test_a_model_that_cannot_be_looked_at_is_a_finding(tmp_path):
    (hidden,) = model(this_machine(), tmp_path / ("n" * 300))
    assert (hidden.state, "not there" in hidden.text) == ("missing", True)
