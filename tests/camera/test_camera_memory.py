"""Page faults of a process that works on one frame's arrays after the other."""

import os
import subprocess
import sys

import pytest

_FRAMES = """
import resource
import numpy as np
from digitedge.camera.memory import keep_freed_memory
kept = keep_freed_memory() if {keep} else True
for frame in range(300):
    if frame == 100:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [np.full((480, 640), frame % 256, np.uint8) for _ in range(6)] + [np.zeros((480, 640), np.float32)]
    del arrays
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(keep: bool, variables: int = 0) -> int:
    """Return the page faults of a process whose environment has so many variables more."""
    environment = os.environ | {f"VARIABLE_{number}": "" for number in range(variables)}
    command = [sys.executable, "-c", _FRAMES.format(keep=keep)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    kept, faults = done.stdout.split()
    if kept == "False":
        pytest.skip("this C library has no mallopt")
    return int(faults)


def test_freed_memory_is_used_again_without_page_faults():
    assert _faults(keep=True) < 200
    # Where something small lies above what was freed, the C library cannot give it back: the environment decides about that.
    assert any(_faults(keep=False, variables=count) > 200 for count in range(12))
