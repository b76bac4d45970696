"""The model: readable, and computing here what it computed where it was made."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from digitedge.doctor.machine import Finding, Machine

_VERIFY = """
import json, sys
from pathlib import Path
from digitedge.errors import DigitEdgeError
try:
    from digitedge.runtime import golden
    from digitedge.runtime.classifier import Classifier
    classifier = Classifier(Path(sys.argv[1]))
    pairs = golden.from_metadata(classifier.info.metadata)
    verdict = golden.verify(classifier, pairs) if pairs else None
    answer = {"pairs": verdict.count if verdict else 0, "differing": len(verdict.differing) if verdict else 0}
    answer["word"] = "identical" if verdict and verdict.largest == 0 else "within their tolerance"
except (DigitEdgeError, ImportError) as error:
    answer = {"error": str(error).splitlines()[0]}
print(json.dumps(answer))
"""


def model(machine: Machine, path: Path) -> Iterator[Finding]:
    """Give the finding about one model file, run in a process of its own."""
    again = machine.pip("install --force-reinstall --no-deps", "digitedge")
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where a folder may not be entered
        yield Finding("model", "missing", f"{path} is not there, or its folder may not be entered.", again)
        return
    said = machine.run([machine.python, "-P", "-W", "ignore", "-c", _VERIFY, str(path)])
    try:
        answer = json.loads((said or "").splitlines()[-1])
    except (IndexError, ValueError):
        answer = {"error": "the process that ran it crashed or hung"}
    name = path.name
    if "error" in answer:
        yield Finding(
            "model",
            "missing",
            f"{name} cannot be run: {answer['error']}",
            "Mend the packages above; if there are none: " + again,
        )
    elif answer["differing"]:
        text = f"{name} computes other results here than where it was made ({answer['differing']} of {answer['pairs']} pairs)."
        yield Finding("model", "missing", text, f"digitedge inspect {path} --verify")
    elif not answer["pairs"]:
        yield Finding("model", "note", f"{name} runs; it holds no golden pairs to verify it by.")
    else:
        yield Finding("model", "ok", f"{name} verified: {answer['pairs']} of {answer['pairs']} golden pairs {answer['word']}")
