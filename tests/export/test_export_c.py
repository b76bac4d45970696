import importlib.util
import os
import platform
import re
import subprocess
import sys

import numpy as np
import pytest
from export_factory import make_export

from digitedge.errors import ModelError
from digitedge.export.arena import arena_of
from digitedge.export.carray import array_in, identifier
from digitedge.export.storing import store
from digitedge.runtime import golden
from digitedge.runtime.flatfile import without_metadata
from digitedge.runtime.inspection import inspect_bytes

HAS_MICRO = importlib.util.find_spec("tflite_micro") is not None
COULD_HAVE_MICRO = platform.machine() == "x86_64" and sys.version_info[:2] == (3, 11)

PROGRAM = """
#include <cstdio>
#include "seven-int8.h"
int main() {
  if (reinterpret_cast<std::uintptr_t>(seven_int8_data) % 16) return 2;
  for (std::size_t i = 0; i < seven_int8_size; ++i) std::putchar(seven_int8_data[i]);
  std::fprintf(stderr, "%g %d %g %d %s %d %d %zu", seven_int8_input_scale, seven_int8_input_zero_point,
    seven_int8_output_scale, seven_int8_output_zero_point, seven_int8_labels[7],
    seven_int8_golden_input[400], seven_int8_golden_output[3], seven_int8_arena_size);
}
"""


@pytest.fixture
def exported(tmp_path):
    """A C pair in a folder, and the export it holds."""
    export = make_export(tmp_path)
    store(export, {"int8": tmp_path / "seven-int8.cc"}, "c")
    return tmp_path, export.modes[0]


def test_the_array_is_the_stripped_model(exported):
    folder, made = exported
    model = array_in((folder / "seven-int8.cc").read_text())
    assert model == without_metadata(made.content)
    assert inspect_bytes(model).metadata == {}
    with pytest.raises(ModelError):
        array_in("int main() {}")


def test_gcc_compiles_the_pair_and_finds_the_same_bytes_and_constants(exported, program):
    gcc = program("g++")
    folder, made = exported
    (folder / "main.cc").write_text(PROGRAM)
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", str(folder)]
    sources = [str(folder / "main.cc"), str(folder / "seven-int8.cc")]
    subprocess.run([gcc, *flags, *sources, "-o", str(folder / "main")], check=True, capture_output=True, text=True)
    ran = subprocess.run([folder / "main"], check=True, capture_output=True)
    stripped = without_metadata(made.content)
    assert ran.stdout == stripped
    scale, zero, out_scale, out_zero, label, pixel, score, arena = ran.stderr.decode().split()
    pairs = golden.from_metadata(made.facts.metadata)
    given, taken = (made.facts.tensors[each[0]] for each in (made.facts.inputs, made.facts.outputs))
    assert (float(scale), int(zero)) == (given.scales[0], given.zero_points[0])
    assert float(out_scale) == pytest.approx(taken.scales[0], rel=1e-5)
    assert int(out_zero) == taken.zero_points[0]
    assert label == "7"
    assert int(pixel) == int(pairs.fields[0].reshape(-1)[400]) - 128
    assert int(score) == pairs.outputs[0, 3]
    assert int(arena) == arena_of(stripped).size_bytes


def test_names_become_identifiers():
    assert identifier("cnn-int8") == "cnn_int8"
    assert identifier("7 seg.v2") == "model_7_seg_v2"
    assert identifier("é") == "model"


def test_without_the_interpreter_the_arena_is_estimated_on_the_safe_side(exported, monkeypatch):
    stripped = without_metadata(exported[1].content)
    monkeypatch.setitem(sys.modules, "tflite_micro", None)  # as on a machine that does not have it
    estimated = arena_of(stripped)
    assert not estimated.measured
    assert "estimated" in estimated.how
    monkeypatch.undo()
    if HAS_MICRO:
        assert arena_of(stripped).size_bytes <= estimated.size_bytes <= 4 * arena_of(stripped).size_bytes


@pytest.fixture
def micro():
    """The real TFLite Micro, which exists for x86-64 and Python 3.11 alone."""
    if not HAS_MICRO and COULD_HAVE_MICRO and os.environ.get("DIGITEDGE_STRICT") == "1":
        pytest.fail("tflite-micro is not installed (DIGITEDGE_STRICT=1)")
    if not HAS_MICRO:
        pytest.skip("tflite-micro is not installed; it exists for x86-64 and Python 3.11 alone")


def test_the_arena_is_the_smallest_that_runs_in_tflite_micro(exported, micro, capfd):
    from digitedge.export.arena import run_micro

    model = array_in((exported[0] / "seven-int8.cc").read_text())
    arena = arena_of(model)
    assert arena.measured
    header = (exported[0] / "seven-int8.h").read_text()
    assert re.search(r"arena_size = (\d+);", header).group(1) == str(arena.size_bytes)
    pictures = np.zeros((1, 1, 28, 28, 1), np.int8)
    assert run_micro(model, pictures, arena.size_bytes).shape == (1, 10)
    with pytest.raises(RuntimeError):
        run_micro(model, pictures, arena.size_bytes - 64)


def test_tflite_micro_answers_as_litert_does(exported, micro):
    from digitedge.export.arena import run_micro
    from digitedge.patch import to_inputs
    from digitedge.runtime.classifier import Classifier
    from digitedge.scenes.digits import draw_digits

    folder, made = exported
    model = array_in((folder / "seven-int8.cc").read_text())
    fields = to_inputs(draw_digits(200, 8)[0])
    stored = Classifier(folder / "model", content=made.content).quantise(fields).reshape(-1, 1, 28, 28, 1)
    micro_says = run_micro(model, stored, arena_of(model).size_bytes).astype(int)
    litert_says = Classifier(folder / "model", content=made.content).stored_outputs(fields).astype(int)
    assert np.abs(micro_says - litert_says).max() <= 2
    clear = np.sort(litert_says, axis=1)
    is_clear = clear[:, -1] - clear[:, -2] > 2  # an untrained net has ties; where it has an opinion, both share it
    assert is_clear.sum() > 20
    assert (micro_says.argmax(axis=1) == litert_says.argmax(axis=1))[is_clear].all()
