import zlib
from pathlib import Path

import numpy as np
from export_factory import GOLDEN, keras_file

from digitedge.export.manifest import golden_pairs
from digitedge.patch import to_inputs
from digitedge.runtime import golden
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.digits import draw_digits


def test_golden_pairs_are_drawn_digits_of_the_whole_range_and_small(tmp_path: Path):
    content = (GOLDEN / "tiny-int8.tflite").read_bytes()
    pairs = golden_pairs(content, keras_file(tmp_path / "tiny.keras"), "int8")
    assert pairs.fields.shape == (20, 28, 28) and {0, 255} <= set(np.unique(pairs.fields).tolist())
    drawn = to_inputs(draw_digits(20, 2026)[0])
    assert np.abs(pairs.fields.astype(int) - drawn).max() <= 17
    assert len(zlib.compress(pairs.fields.tobytes(), 9)) < 2_200
    restored = golden.from_metadata({"golden": golden.to_metadata(pairs)})
    assert restored is not None and golden.verify(Classifier(Path("tiny"), content=content), restored).passed
