import hashlib
import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from export_factory import make_export, with_drop

from digitedge.errors import GateError, ModelError, OutputError
from digitedge.export.delivery import Delivery, deliver
from digitedge.export.storing import store
from digitedge.export.targets import target_paths
from digitedge.runtime.inspection import inspect_file

FOLDER = Path(__file__).parent

KILLED = """
import os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from export_factory import make_export
from digitedge.export.storing import store
folder = Path(sys.argv[1])
target = folder / "model.tflite"
exports = [make_export(folder, note="a" * 5000), make_export(folder, note="b" * 9000)]
whole = {made.modes[0].content for made in exports}
if os.fork() == 0:
    store(exports[0], {"int8": target}, "tflite")
    os._exit(0)
os.wait()  # this process first looks for remains at its end
random.seed(4)
remains = 0
for _ in range(24):
    child = os.fork()
    if child == 0:
        while True:
            for made in exports:
                store(made, {"int8": target}, "tflite")
    time.sleep(random.random() * 0.15)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert target.read_bytes() in whole, "the target is torn"
    remains += sum(".digitedge-" in path.name for path in folder.iterdir()) > 0
store(exports[1], {"int8": target}, "tflite")
print(remains, sorted(path.name for path in folder.iterdir()))
"""


def test_each_mode_is_written_to_its_target_and_reads_back_whole(tmp_path):
    export = make_export(tmp_path, ("int8", "float16"))
    targets = {mode: tmp_path / f"{mode}.tflite" for mode in ("int8", "float16")}
    store(export, targets, "tflite")
    for made in export.modes:
        assert targets[made.mode].read_bytes() == made.content
        assert inspect_file(targets[made.mode]).quantize == made.mode
    assert sorted(path.name for path in tmp_path.iterdir()) == ["float16.tflite", "int8.tflite", "tiny.keras"]


def test_past_the_gate_the_target_stays_and_the_report_tells_why(tmp_path):
    target, report = tmp_path / "model.tflite", tmp_path / "report"
    target.write_bytes(b"old")
    export = with_drop(make_export(tmp_path), 0.2)
    with pytest.raises(GateError, match=r"int8 drops accuracy by 0\.200 points, 0\.1 are allowed"):
        deliver(export, Delivery({"int8": target}, "tflite", 0.1, None))
    assert target.read_bytes() == b"old"
    assert not report.exists()
    assert deliver(export, Delivery({"int8": target}, "tflite", 0.2, None))["passed"] is True
    assert target.read_bytes() == export.modes[0].content


def test_one_mode_past_the_gate_keeps_every_target(tmp_path):
    export = with_drop(make_export(tmp_path, ("int8", "float16")), 3)
    targets = {mode: tmp_path / f"{mode}.tflite" for mode in ("int8", "float16")}
    with pytest.raises(GateError):
        deliver(export, Delivery(targets, "tflite", 0.1, None))
    assert not any(target.exists() for target in targets.values())


def test_a_file_that_lies_differently_on_the_disk_is_refused(tmp_path):
    export = make_export(tmp_path)
    other = make_export(tmp_path, note="other").modes[0].facts
    import dataclasses

    lying = dataclasses.replace(export, modes=(dataclasses.replace(export.modes[0], facts=other),))
    target = tmp_path / "model.tflite"
    with pytest.raises(ModelError, match="not the one compared"):
        store(lying, {"int8": target}, "tflite")
    assert not target.exists()


def test_full_disk_gives_one_sentence_and_leaves_the_target(tmp_path):
    """A file-size limit stops the write half way, as a full disk does."""
    export = make_export(tmp_path)
    target = tmp_path / "model.tflite"
    target.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(OutputError, match=re.escape(str(target))) as caught:
            store(export, {"int8": target}, "tflite")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "free space" in caught.value.remedy
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.tflite", "tiny.keras"]


def test_missing_folder_gives_one_sentence(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        store(make_export(tmp_path), {"int8": tmp_path / "nowhere" / "model.tflite"}, "tflite")


@pytest.mark.slow
def test_killed_at_any_moment_the_target_is_old_or_new_and_the_next_run_clears_up(tmp_path):
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path), str(FOLDER)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250)
    assert result.returncode == 0, result.stderr
    remains, names = result.stdout.strip().split(" ", 1)
    assert int(remains) > 0, "no kill fell into a write: the test proves nothing"
    assert names == "['model.tflite', 'tiny.keras']"


def test_default_targets_are_named_after_model_and_mode(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert target_paths(Path("a/my.keras"), ("int8", "none"), None, "tflite", False) == {
        "int8": Path("my-int8.tflite"),
        "none": Path("my-none.tflite"),
    }
    (tmp_path / "my-int8.tflite").write_bytes(b"")
    assert target_paths(Path("my.keras"), ("int8",), None, "tflite", False) == {"int8": Path("my-int8.tflite")}


def test_explicit_out_needs_force_and_several_modes_a_folder(tmp_path):
    existing = tmp_path / "model.tflite"
    existing.write_bytes(b"")
    with pytest.raises(OutputError, match="--force"):
        target_paths(Path("my.keras"), ("int8",), existing, "tflite", False)
    assert target_paths(Path("my.keras"), ("int8",), existing, "tflite", True) == {"int8": existing}
    with pytest.raises(OutputError, match="folder"):
        target_paths(Path("my.keras"), ("int8", "none"), existing, "tflite", True)
    made = target_paths(Path("my.keras"), ("int8", "none"), tmp_path / "new", "tflite", False)
    assert made["none"] == tmp_path / "new" / "my-none.tflite"
    (tmp_path / "model.h").write_bytes(b"")
    with pytest.raises(OutputError, match=r"model\.h"):
        target_paths(Path("my.keras"), ("int8",), tmp_path / "model", "c", False)


def test_result_is_the_contract(tmp_path):
    target = tmp_path / "model.tflite"
    export = make_export(tmp_path)
    result = json.loads(json.dumps(deliver(export, Delivery({"int8": target}, "tflite", 100, None))))
    quantized = result["quantized"]
    assert quantized["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert quantized["size_bytes"] == target.stat().st_size
    assert quantized["input"] == {"dtype": "int8", "shape": [1, 28, 28, 1], "scale": 1.0, "zero_point": -128}
    assert quantized["fully_integer"] is True
    assert {"file", "sha256", "size_bytes", "accuracy"} <= result["float"].keys()
    assert {"delta_pp", "agreement", "per_class", "changed", "data", "passed"} <= result.keys()
    assert result["data"]["count"] == 40
    several = deliver(make_export(tmp_path, ("int8", "none")), Delivery({"int8": target, "none": target}, "tflite", 100, None))
    assert [mode["quantized"]["quantize"] for mode in several["modes"]] == ["int8", "none"]
