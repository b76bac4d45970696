import dataclasses
import html.parser
import io
import json
import re

import pytest
from export_factory import make_export
from rich.console import Console

from digitedge.export.proof_page import page
from digitedge.export.proof_text import markdown
from digitedge.export.results import export_json
from digitedge.export.screen import print_modes


def content_of(export, folder):
    """What `proof` would return, with layers as measured elsewhere (measuring them needs TensorFlow)."""
    targets = {made.mode: folder / f"{made.mode}.tflite" for made in export.modes}
    result = export_json(export, targets, 0.1)
    modes = result.get("modes", [result])
    for mode, made in zip(modes, export.modes, strict=True):
        answer = {"digit": 3, "confidence": 0.61, "rejected": False}
        rejected = {"digit": 4, "confidence": 0.2, "rejected": True}
        mode["sentence"] = f"{made.mode} said <so>."
        mode["confusion"] = {"float": made.comparison.confusion_float.tolist(), "quantized": [[1] * 10] * 10}
        mode["layers"] = [{"name": "conv|1", "operator": "CONV_2D", "shape": [1, 7, 7, 8], "sqnr_db": 31.25}]
        mode["changed_pictures"] = [{"index": index, "truth": 5, "float": answer, "quantized": rejected} for index in (2, 7)]
    metadata = export.modes[0].facts.metadata
    model = {**metadata["source"], "file": "<b>tiny</b>.keras", "float_size_bytes": 4321}
    return {"passed": result["passed"], "modes": modes, "model": model, "made_with": metadata["made_with"], "seed": 1}


class Checker(html.parser.HTMLParser):
    """Counts tags, and whether each that opens closes."""

    def __init__(self):
        super().__init__()
        self.open, self.counts, self.addresses = [], {}, []

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def export(tmp_path):
    return make_export(tmp_path, ("int8", "float16"))


def test_page_is_whole_self_contained_and_escaped(export, tmp_path):
    text = page(content_of(export, tmp_path), export.fields, export.calibration.fields)
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert "<so>" not in text and "int8 said &lt;so&gt;." in text
    assert "<b>tiny" not in text
    assert all(address.startswith("data:image/png;base64,") for address in checker.addresses)
    assert "script" not in checker.counts
    assert "http" not in text
    assert checker.counts["figure"] == 4  # two pictures changed in each of two modes
    assert 'name="viewport"' in text


def test_page_puts_the_verdict_first(export, tmp_path):
    content = content_of(export, tmp_path)
    failed = page({**content, "passed": False}, export.fields, None)
    assert re.search(r"<body>\s*<h1>.*</h1>\s*<div class=\"verdict failed\"><p><strong>Failed", failed)
    assert "Calibration" not in failed.split("<h2>")[-1]


def test_markdown_holds_every_mode_digit_layer_and_changed_picture(export, tmp_path):
    text = markdown(content_of(export, tmp_path))
    assert text.startswith("# Export of")
    assert "## int8" in text and "## float16" in text
    assert "| conv\\|1 | CONV_2D | 1×7×7×8 | 31.2 |" in text
    assert text.count("| 5 | 3 (0.61) | rejected, 4 (0.20) |") == 4
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")


def test_json_survives_a_round_trip(export, tmp_path):
    content = content_of(export, tmp_path)
    assert json.loads(json.dumps(content)) == content


def test_table_on_the_screen_fits_80_columns(export, tmp_path):
    result = export_json(export, {"int8": tmp_path / "a.tflite", "float16": tmp_path / "b.tflite"}, 0.1)
    screen = io.StringIO()
    print_modes(Console(file=screen, width=80, highlight=False), result)
    rows = [line for line in screen.getvalue().splitlines() if line.startswith(("int8", "float16"))]
    assert len(rows) == 2
    assert all("…" not in row for row in rows)


def test_reject_is_told_beside_accuracy(export, tmp_path):
    first = export.modes[0]
    rejecting = dataclasses.replace(first, comparison=dataclasses.replace(first.comparison, rejected=(0.0, 0.25)))
    result = export_json(dataclasses.replace(export, modes=(rejecting,)), {"int8": tmp_path / "a.tflite"}, 0.1)
    assert result["rejected_digits"] == {"float": 0.0, "quantized": 0.25}
