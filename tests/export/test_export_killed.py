import subprocess
import sys

import pytest

# TensorFlow is imported once; each child is a copy of that process, exports in earnest and is killed at a random moment.
KILLED = """
import os, random, signal, sys, time, warnings
warnings.simplefilter("ignore")
from pathlib import Path
import numpy as np
from digitedge.export.quiet import import_tensorflow
import_tensorflow()
from digitedge.export.delivery import Delivery, deliver
from digitedge.export.exporting import Request, export_model
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.inspection import inspect_file
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits

folder = Path(sys.argv[1])
target, data, model = folder / "model.tflite", folder / "drawn.npz", folder / "net.keras"

def in_child(work):
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child

def prepare():
    import keras
    images, labels = draw_digits(300, 9)
    np.savez(data, images=to_inputs(images), labels=labels)
    layers = keras.layers
    net = [layers.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Conv2D(8, 3, strides=3, activation="relu")]
    keras.Sequential([*net, layers.Flatten(), layers.Dense(10)]).save(model)

def export(seed):
    made = export_model(Request(model, ("int8",), str(data), calibration_size=40, seed=seed), lambda line: None)
    deliver(made, Delivery({"int8": target}, "tflite", 100, None))

def is_whole():
    facts = inspect_file(target)
    pairs = golden.from_metadata(facts.metadata)
    return golden.verify(Classifier(target), pairs).passed

assert os.waitstatus_to_exitcode(os.waitpid(in_child(prepare), 0)[1]) == 0
begin = time.monotonic()
assert os.waitstatus_to_exitcode(os.waitpid(in_child(lambda: export(1)), 0)[1]) == 0
whole_seconds = time.monotonic() - begin
random.seed(5)
finished = 0
for seed in range(20):
    child = in_child(lambda: export(2 + seed))
    time.sleep(random.random() * whole_seconds)
    os.kill(child, signal.SIGKILL)
    finished += os.waitpid(child, 0)[1] == 0
    checker = in_child(lambda: os._exit(0 if is_whole() else 1))
    assert os.waitstatus_to_exitcode(os.waitpid(checker, 0)[1]) == 0, "the target is torn"
assert os.waitstatus_to_exitcode(os.waitpid(in_child(lambda: export(99)), 0)[1]) == 0
print(finished, sorted(path.name for path in folder.iterdir()))
"""


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_whole_export_killed_20_times_leaves_the_target_whole_and_nothing_else(tmp_path):
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=880)
    assert result.returncode == 0, result.stderr[-2000:]
    finished, names = result.stdout.strip().split(" ", 1)
    assert int(finished) < 20
    assert names == "['drawn.npz', 'model.tflite', 'net.keras']"
