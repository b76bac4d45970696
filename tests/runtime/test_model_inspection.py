import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from digitedge.cli import app
from digitedge.errors import DigitEdgeError, ModelError
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.flatfile import is_aligned, with_metadata, without_metadata
from digitedge.runtime.inspection import inspect_bytes, inspect_file
from digitedge.runtime.modelfile import FORMAT_VERSION, read_metadata

GOLDEN = Path(__file__).parent.parent / "golden"
METADATA = {"format_version": 1, "labels": list("0123456789"), "input_range": [0.0, 255.0]}


def tiny(mode: str) -> bytes:
    return (GOLDEN / f"tiny-{mode}.tflite").read_bytes()


def fields(count: int = 8) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, 28, 28), dtype=np.uint8)


def with_golden(mode: str = "int8") -> bytes:
    plain = with_metadata(tiny(mode), METADATA)
    pairs = golden.make_golden(Classifier(Path("tiny"), content=plain), fields(), mode)
    return with_metadata(plain, {**METADATA, "golden": golden.to_metadata(pairs)})


def run(*arguments: object) -> tuple[int, str, str]:
    """Run the command as `main` would, in this process: exit code, stdout and the sentence on stderr."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, DigitEdgeError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("mode", ["none", "float16", "dynamic", "int8"])
def test_the_mode_is_read_from_the_number_types_of_a_file_made_elsewhere(mode):
    facts = inspect_bytes(tiny(mode))
    assert facts.quantize == mode
    assert facts.fully_integer == (mode == "int8")
    assert facts.operator_counts["CONV_2D"] == 2
    assert facts.metadata == {}


def test_parameters_count_weights_and_biases_alone():
    expected = (3 * 3 * 8 + 8) + (3 * 3 * 8 * 16 + 16) + 16 * 10  # the converter drops a bias of zeros
    assert inspect_bytes(tiny("int8")).parameters == expected


def test_integer_inside_and_float_at_the_ends_is_not_fully_integer():
    from ai_edge_litert import schema_py_generated as schema

    from digitedge.runtime.flatfile import pack, unpack

    root = unpack(tiny("int8"))
    graph = root.subgraphs[0]
    graph.tensors[graph.outputs[0]].type = schema.TensorType.FLOAT32
    facts = inspect_bytes(pack(root))
    assert not facts.fully_integer
    assert facts.quantize == "mixed"


def test_metadata_is_read_back_and_leaves_every_output_as_it_was():
    changed = with_metadata(tiny("int8"), METADATA)
    assert read_metadata(changed) == METADATA
    assert is_aligned(changed)
    before = Classifier(Path("before"), content=with_metadata(tiny("int8"), {**METADATA, "more": "x" * 999}))
    after = Classifier(Path("after"), content=changed)
    assert (before.stored_outputs(fields()) == after.stored_outputs(fields())).all()


def test_writing_metadata_twice_keeps_one_block_and_the_same_bytes():
    once = with_metadata(tiny("int8"), METADATA)
    assert with_metadata(with_metadata(once, {**METADATA, "old": 1}), METADATA) == once


def test_stripped_file_has_no_metadata_of_anybody_and_still_runs():
    stripped = without_metadata(with_golden())
    facts = inspect_bytes(stripped)
    assert facts.metadata == {}
    assert facts.other_metadata == ()
    assert len(stripped) < len(with_golden()) - 1000
    assert facts.aligned


def test_newer_format_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "newer.tflite"
    path.write_bytes(with_metadata(tiny("int8"), {**METADATA, "format_version": FORMAT_VERSION + 1}))
    for command in (("inspect", path), ("inspect", path, "--verify", "--json")):
        code, stdout, stderr = run(*command)
        assert code == 1
        assert stdout == ""
        assert f"format version {FORMAT_VERSION + 1}" in stderr
        assert "pip install --upgrade" in stderr


@pytest.mark.parametrize("mode", ["none", "float16", "dynamic", "int8"])
def test_golden_pairs_hold_on_the_machine_that_made_them(mode):
    content = with_golden(mode)
    pairs = golden.from_metadata(read_metadata(content))
    assert pairs is not None
    verdict = golden.verify(Classifier(Path("tiny"), content=content), pairs)
    assert verdict.passed
    assert verdict.largest == 0
    assert (verdict.tolerance == 0) == (mode == "int8")


def test_golden_pairs_notice_one_step_in_one_output(tmp_path):
    content = with_golden()
    metadata = read_metadata(content)
    pairs = golden.from_metadata(metadata)
    assert pairs is not None
    pairs.outputs[5, 2] += 1
    path = tmp_path / "other.tflite"
    path.write_bytes(with_metadata(content, {**metadata, "golden": golden.to_metadata(pairs)}))
    code, stdout, stderr = run("inspect", path, "--verify")
    assert code == 1
    assert stdout == ""
    assert "1 of 8 golden pairs differ" in stderr
    assert "no. 5 by 1" in stderr


def test_inspect_verify_says_identical(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(with_golden())
    code, stdout, _ = run("inspect", path, "--verify")
    assert code == 0
    assert "8 of 8 golden pairs: identical on this machine." in stdout
    code, stdout, _ = run("inspect", path, "--verify", "--json")
    shown = json.loads(stdout)
    assert shown["verified"] == {"passed": True, "pairs": 8, "largest_difference": 0.0, "tolerance": 0.0, "differing": []}
    assert shown["metadata"]["labels"] == list("0123456789")
    assert shown["fully_integer"] is True


def test_inspect_shows_a_file_made_elsewhere_and_says_that_it_has_no_golden_pairs():
    path = GOLDEN / "tiny-float16.tflite"
    code, stdout, _ = run("inspect", path)
    assert code == 0
    assert "float16" in stdout
    assert "CONV_2D" in stdout
    assert "made elsewhere" in stdout
    code, stdout, stderr = run("inspect", path, "--verify")
    assert (code, stdout) == (1, "")
    assert "no golden pairs" in stderr


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x1c\0\0\0TFL3" + b"\xff" * 60])
def test_what_is_no_model_is_one_sentence(tmp_path, content):
    path = tmp_path / "photo.tflite"
    path.write_bytes(content)
    code, stdout, stderr = run("inspect", path)
    assert (code, stdout) == (1, "")
    assert str(path) in stderr


def test_damaged_files_raise_nothing_but_model_errors():
    content = bytearray(with_golden())
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(150):
        damaged = bytearray(content)
        for position in rng.integers(8, len(damaged), 12):
            damaged[position] = rng.integers(256)
        try:
            inspect_bytes(bytes(damaged[: rng.integers(100, len(damaged))]))
        except ModelError:
            refused += 1
    assert refused > 50


def test_missing_file_is_named():
    with pytest.raises(DigitEdgeError, match=r"nowhere\.tflite"):
        inspect_file(Path("nowhere.tflite"))


def test_names_that_look_like_markup_are_printed_as_they_are(tmp_path):
    from digitedge.runtime.flatfile import pack, unpack

    root = unpack(tiny("int8"))
    root.subgraphs[0].tensors[root.subgraphs[0].inputs[0]].name = b"[/b]:x:"
    path = tmp_path / "[red]net[i].tflite"
    path.write_bytes(pack(root))
    code, stdout, stderr = run("inspect", path)
    assert code == 0, stderr
    assert stdout.splitlines()[0] == str(path)
    assert "[/b]:x:" in stdout
