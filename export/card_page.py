"""A model card for people: Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from digitedge.export.proof_text import table


def card_markdown(card: dict[str, Any]) -> str:
    """Return the card, as `digitedge.export.card.write_card` returns it, for people."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: dict[str, Any]) -> Iterator[str]:
    yield from (f"# {card['file']}", "", card["use"], "", "## Measured", "")
    yield from _accuracies(card["measured"])
    if "seeds" in card:
        yield from _seeds(card["seeds"])
    if "generalisation" in card:
        yield from _generalisation(card["generalisation"])
    if "reliability" in card:
        yield from _reliability(card["reliability"])
    if "latency" in card:
        yield from _latency(card["latency"])
    yield from _file(card)
    yield from ("", "## Limits", "", card["limits"])
    yield from _origin(card)


def _accuracies(measured: list[dict[str, Any]]) -> Iterator[str]:
    headings = ("data", "split", "pictures", "this file", "float", "drop ≤ (95 %)", "same answers", "reject wins")
    yield from table(headings, map(_accuracy_row, measured))
    yield from ("", "The file is chosen on the validation split; the test split only tells how well it went. Its digits:", "")
    digits = measured[-1]["per_class"]
    yield from table(
        ("", *(str(each["digit"]) for each in digits)),
        [
            ("this file, %", *(f"{100 * each['quantized']:.2f}" for each in digits)),
            ("float, %", *(f"{100 * each['float']:.2f}" for each in digits)),
        ],
    )


def _accuracy_row(each: dict[str, Any]) -> tuple[str, ...]:
    rejected = each["rejected_digits"]
    return (
        each["name"],
        each["split"],
        str(each["count"]),
        percent(each["accuracy"]),
        percent(each["float_accuracy"]),
        f"{each['drop_bound_pp']:.3f} points",
        percent(each["agreement"]),
        "" if rejected is None else percent(rejected["quantized"]),
    )


def _seeds(seeds: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## Seeds", "", f"Trained with seeds {', '.join(map(str, seeds['seeds']))}: {seeds['training']}.", "")
    rows = [
        (what, percent(each["mean"]), f"{100 * each['deviation']:.3f}", percent(each["min"]), percent(each["max"]))
        for what, each in seeds["measured"].items()
    ]
    yield from table(("what", "mean", "standard deviation (points)", "lowest", "highest"), rows)


def _generalisation(found: dict[str, Any]) -> Iterator[str]:
    if found["crops"]:
        yield from ("", "## Other people's digits", "")
        yield from table(
            ("crops", "pictures", "right", "reject wins", "calibration error", "reject counted as doubt"),
            [
                (name, str(each["count"]), percent(each["accuracy"]), percent(each["reject_wins"]),
                 f"{each['calibration_error']:.3f}", f"{each['calibration_error_with_reject']:.3f}")
                for name, each in found["crops"].items()
            ],
        )  # fmt: skip
        yield from (
            "",
            "Nothing was trained or chosen on them. The expected calibration error (15 equal bins) is that of the digit's "
            "probability given that it is some digit; the last column is that of its probability among all outputs.",
        )
    yield from ("", "## Hands and pens", "", "Drawn for the purpose, 500 digits each:", "")
    yield from table(("trait", "right"), [(name, percent(share)) for name, share in found["traits"].items()])
    if (signs := found["open_set"]) is not None:
        yield from (
            "",
            "## What is no digit",
            "",
            f"Digits of the {signs['split']} split against signs it was never shown:",
            "",
        )
        rows = [(kind, f"{area:.4f}") for kind, area in signs["auroc_by_kind"].items()]
        yield from table(("signs", "AUROC"), [*rows, ("all", f"{signs['auroc']:.4f}")])
        taken, wins = percent(signs["taken_for_digits"]), percent(signs["reject_wins"])
        yield from ("", f"{taken} of the signs are taken for digits; reject wins on {wins} of the digits.")


def _reliability(found: dict[str, Any]) -> Iterator[str]:
    at_95 = found["risk_of_decisions"][found["coverage"].index(0.95)]
    yield from (
        "",
        "## Confidence of the reader",
        "",
        f"On {found['pages']} unseen drawn pages with {found['candidates']:,} candidates, {found['digits']:,} of them rightly "
        f"read digits (one that is seen at several scales counts at each): expected calibration error "
        f"{found['calibration_error']:.4f}, risk at 95 % coverage {percent(at_95)}.",
        "",
    )
    rows = zip(found["coverage"], found["risk_of_decisions"], found["risk_of_readings"], strict=True)
    yield from table(
        ("coverage", "wrong decisions", "wrong readings"),
        [(f"{100 * share:.0f} %", percent(decisions), percent(readings)) for share, decisions, readings in rows],
    )
    yield from (
        "",
        "Wrong decisions: each candidate is called a digit or none, and only the surest of these answers are given. "
        "Wrong readings: what is wrong among the surest digits when so many of the rightly read ones are to be given.",
    )


def _latency(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## Latency", "", f"One digit takes {found['p50_us']:.1f} µs on {found['machine']}, one thread:", "")
    rows = [
        (each["what"], f"{each['p50_us']:.1f}", f"{each['ratio']:.3f}", f"{each['low']:.3f} to {each['high']:.3f}")
        for each in found["beside"]
    ]
    yield from table(("beside", "its µs", "this file takes ×", "95 %"), rows)
    yield from ("", f"Measured in turns; the median of {found['turns']} ratios.")


def _file(card: dict[str, Any]) -> Iterator[str]:
    given, taken = card["input"], card["output"]
    yield from ("", "## The file", "")
    yield f"- {card['size_bytes']:,} bytes, sha256 `{card['sha256']}`"
    yield f"- {card['parameters']:,} parameters; {', '.join(f'{count} {kind}' for kind, count in card['operators'].items())}"
    yield f"- number types: {card['quantize']}{', fully integer' if card['fully_integer'] else ''}"
    yield f"- input {given['dtype']} {given['shape']}, scale {given['scale']:g}, zero point {given['zero_point']}"
    yield f"- output {taken['dtype']} {taken['shape']}, scale {taken['scale']:g}, zero point {taken['zero_point']}"
    yield from (f"- {key}: {_plain(value)}" for key, value in card["interface"].items())


def _origin(card: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## Where it comes from", "")
    yield f"- made by `{card['made_by']}` from {card['float']['file']} (sha256 `{card['float']['sha256']}`)"
    if training := card["training"]:
        yield f"- trained: {_plain({key: value for key, value in training.items() if key != 'data'})}"
        yield from (f"- {split} pictures: {_plain(each)}" for split, each in training.get("data", {}).items())
    if calibration := card["calibration"]:
        yield f"- calibrated: {_plain(calibration)}"
    yield f"- {_plain(card['made_with'])}"
    yield from (f"- {card['credit']}", f"- licence {card['license']}")


def percent(share: float) -> str:
    """Return "99.56 %" of 0.9956."""
    return f"{100 * share:.2f} %"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(_plain(each) for each in value)
    return str(value)
