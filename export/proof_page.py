"""The report as one self-contained HTML page: no script, no file beside it, no address in it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.export.proof_text import MODE_HEADINGS, TRIAL_HEADINGS, answer_text, float_row, layer_cells, mode_row, trial_row

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c4281b; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .6rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; }
.verdict { border-left: .5rem solid var(--good); background: var(--soft); padding: .7rem 1rem; border-radius: .3rem; }
.verdict.failed { border-color: var(--bad); } .verdict p { margin: .2rem 0; } .failed strong { color: var(--bad); }
.wide { overflow-x: auto; max-width: 100%; } .note { opacity: .75; font-size: .9rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
th:first-child, td:first-child { text-align: left; } th { font-weight: 600; }
.pair { display: flex; flex-wrap: wrap; gap: 1.5rem; }
.confusion td, .confusion th { padding: .15rem .3rem; min-width: 2rem; text-align: right; font-size: .8rem; border: 0; }
.confusion .right { background: rgb(26 127 55 / var(--share)); }
.confusion .wrong { background: rgb(196 40 27 / var(--share)); }
.pair > div { min-width: 0; max-width: 100%; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .7rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: .3rem; padding: .4rem; font-size: .85rem; }
figure img { width: 100%; image-rendering: pixelated; background: #000; display: block; margin-bottom: .3rem; }
.montage { width: 100%; max-width: 56rem; image-rendering: pixelated; }
@media (max-width: 32rem) {
  th, td { padding: .25rem .35rem; font-size: .85rem; }
  .confusion td, .confusion th { padding: .1rem; min-width: 1.75rem; font-size: .68rem; }
}
"""


def page(content: dict[str, Any], fields: NDArray[np.uint8], calibration: NDArray[np.uint8] | None) -> str:
    """Return the whole page.

    Args:
        content: As `proof.proof` makes it.
        fields: uint8 [N, side, side], the pictures compared on.
        calibration: uint8 [M, side, side], or None where nothing was calibrated.
    """
    title = f"Export of {content['model']['file']}"
    body = "\n".join(_body(content, fields, calibration))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _body(content: dict[str, Any], fields: NDArray[np.uint8], calibration: NDArray[np.uint8] | None) -> Iterator[str]:
    modes, model = content["modes"], content["model"]
    data = modes[0]["data"]
    yield f"<h1>Export of {escape(model['file'])}</h1>"
    verdict = "passed" if content["passed"] else "failed"
    sentences = "".join(f"<p>{escape(mode['sentence'])}</p>" for mode in modes)
    yield f'<div class="verdict {verdict}"><p><strong>{verdict.capitalize()}</strong></p>{sentences}</div>'
    yield f'<p class="note">Compared on {data["count"]} pictures of {escape(data["name"])}, split {escape(data["split"])}.</p>'
    yield _table(MODE_HEADINGS, (float_row(content), *map(mode_row, modes)))
    for mode in modes:
        yield from _mode(mode, fields)
    if calibration is not None:
        yield from _calibration(modes, calibration)
    yield "<h2>Made from</h2>"
    yield f"<p>{escape(model['file'])}, {model['parameters']:,} parameters, sha256 {model['sha256']}</p>"
    yield f"<p>{escape(', '.join(f'{name} {version}' for name, version in content['made_with'].items()))}</p>"


def _mode(mode: dict[str, Any], fields: NDArray[np.uint8]) -> Iterator[str]:
    quantized = mode["quantized"]
    yield f"<h2>{escape(quantized['quantize'])}</h2>"
    operators = ", ".join(f"{count} {kind}" for kind, count in quantized["operators"].items())
    integer = "fully integer" if quantized["fully_integer"] else "not fully integer"
    yield f'<p class="note">{escape(quantized["file"])}, {integer}; {escape(operators)}; sha256 {quantized["sha256"]}</p>'
    yield f"<h3>Answers that changed: {len(mode['changed_pictures'])}</h3>"
    yield f'<div class="sheet">{"".join(_figure(each, fields) for each in mode["changed_pictures"])}</div>'
    yield "<h3>Confusion, rows the truth, columns the answer</h3>"
    tables = (("Float", mode["confusion"]["float"]), (quantized["quantize"], mode["confusion"]["quantized"]))
    yield f'<div class="pair">{"".join(_confusion(name, rows) for name, rows in tables)}</div>'
    yield "<h3>Each digit</h3>"
    rows = (
        (str(each["digit"]), str(each["count"]), f"{100 * each['float']:.2f} %", f"{100 * each['quantized']:.2f} %")
        for each in mode["per_class"]
    )
    yield _table(("digit", "pictures", "float", "exported"), rows)
    if mode["layers"]:
        yield "<h3>Signal to quantisation noise, worst layer first</h3>"
        yield _table(("layer", "operator", "shape", "dB"), map(layer_cells, mode["layers"]))


def _calibration(modes: list[dict[str, Any]], pictures: NDArray[np.uint8]) -> Iterator[str]:
    manifest = next(mode["calibration"] for mode in modes if mode["calibration"])
    yield "<h2>Calibration</h2>"
    yield (
        f'<p class="note">{manifest["count"]} pictures of {escape(manifest["source"])}, seed {manifest["seed"]}, none of which '
        "judges the model; 0 and 255 always occur. Two disjoint sets of each size were tried:</p>"
    )
    yield _table(
        TRIAL_HEADINGS,
        (trial_row(trial) for trial in manifest["trials"]),
    )
    yield f'<p><img class="montage" alt="calibration pictures" src="{_png(_montage(pictures))}"></p>'


def _figure(changed: dict[str, Any], fields: NDArray[np.uint8]) -> str:
    return (
        f'<figure><img alt="picture {changed["index"]}" src="{_png(fields[changed["index"]])}">'
        f"<b>is {changed['truth']}</b> (no. {changed['index']})<br>float {escape(answer_text(changed['float']))}"
        f"<br>exported {escape(answer_text(changed['quantized']))}</figure>"
    )


def _confusion(name: str, rows: list[list[int]]) -> str:
    head = "".join(f"<th>{digit}</th>" for digit in range(10))
    lines = []
    for digit, row in enumerate(rows):
        most = max(1, sum(row))
        cells = []
        for column, count in enumerate(row):
            kind = "right" if column == digit else "wrong"
            share = 0.35 * count / most if column == digit else min(0.9, 0.15 + 12 * count / most) if count else 0
            cells.append(f'<td class="{kind}" style="--share:{share:.3f}">{count or ""}</td>')
        lines.append(f"<tr><th>{digit}</th>{''.join(cells)}</tr>")
    return (
        f'<div><b>{escape(name)}</b><div class="wide"><table class="confusion">'
        f"<tr><th></th>{head}</tr>{''.join(lines)}</table></div></div>"
    )


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in headings)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{lines}</table></div>'


def _montage(pictures: NDArray[np.uint8], columns: int = 25) -> NDArray[np.uint8]:
    """Return the pictures side by side, uint8 [rows·side, columns·side]."""
    side = pictures.shape[1]
    rows = -(-len(pictures) // columns)
    padded = np.zeros((rows * columns, side, side), np.uint8)
    padded[: len(pictures)] = pictures
    return padded.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, columns * side)


def _png(gray: NDArray[np.uint8]) -> str:
    encoded = cv2.imencode(".png", gray)[1]
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
