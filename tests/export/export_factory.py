"""Exports made of the tiny golden files, without TensorFlow: what comes after the conversion can be tested with them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from digitedge.data.dataset import make_dataset
from digitedge.export.calibration import Calibration
from digitedge.export.comparison import answers, compare
from digitedge.export.exporting import Export, ExportedMode, Request
from digitedge.export.kerasfile import KerasFile
from digitedge.export.stability import Trial
from digitedge.patch import to_inputs
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.flatfile import with_metadata
from digitedge.runtime.inspection import inspect_bytes
from digitedge.scenes.digits import draw_digits

GOLDEN = Path(__file__).parent.parent / "golden"


def keras_file(path: Path) -> KerasFile:
    path.write_bytes(b"stands for a Keras file")
    return KerasFile(path, "0" * 64, (28, 28, 1), 10, (0.0, 255.0), "logits", None)


def exported_mode(model: KerasFile, mode: str, labels: np.ndarray, fields: np.ndarray, note: str = "") -> ExportedMode:
    """One of the golden files with everything an export puts into it, compared with the float golden file."""
    interface = {**model.interface, "temperature": 1.0}
    plain = with_metadata((GOLDEN / f"tiny-{mode}.tflite").read_bytes(), interface)
    classifier = Classifier(Path("tiny"), content=plain)
    pairs = golden.make_golden(classifier, fields[:6], mode)
    metadata = {
        **interface,
        "quantize": mode,
        "note": note,
        "golden": golden.to_metadata(pairs),
        "source": {"file": model.path.name, "sha256": model.sha256, "parameters": 1418},
        "made_with": {"python": "3"},
    }
    if mode == "int8":
        metadata["calibration"] = {"source": "drawn", "count": 4, "seed": 1, "stable": True}
    content = with_metadata(plain, metadata)
    reference = Classifier(Path("float"), content=with_metadata((GOLDEN / "tiny-none.tflite").read_bytes(), interface))
    given = answers(classifier.probabilities(fields))
    comparison = compare(answers(reference.probabilities(fields)), given, labels)
    return ExportedMode(mode, content, inspect_bytes(content), comparison, given)


def make_export(folder: Path, modes: tuple[str, ...] = ("int8",), note: str = "", count: int = 40) -> Export:
    """A whole export of drawn digits; ``note`` makes its files differ."""
    model = keras_file(folder / "tiny.keras")
    images, labels = draw_digits(count, 5)
    fields = to_inputs(images)
    data = make_dataset(fields, labels, "drawn", "validation")
    made = tuple(exported_mode(model, mode, labels, fields, note) for mode in modes)
    reference = Classifier(Path("float"), content=with_metadata((GOLDEN / "tiny-none.tflite").read_bytes(), model.interface))
    return Export(
        request=Request(model.path, modes, data="drawn"),
        model=model,
        data=data,
        fields=fields,
        float_answers=answers(reference.probabilities(fields)),
        temperature=1.0,
        modes=made,
        calibration=Calibration(fields[:4], labels[:4], {}),
        trials=(Trial(4, 0.01, 0.02, 1.0, True),),
    )


def with_drop(export: Export, drop_pp: float) -> Export:
    """The same export, whose first mode lost ``drop_pp`` points of accuracy."""
    worse = dataclasses.replace(export.modes[0].comparison, delta_pp=-drop_pp)
    return dataclasses.replace(export, modes=(dataclasses.replace(export.modes[0], comparison=worse), *export.modes[1:]))
