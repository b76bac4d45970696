"""An evaluation as text: scores, each digit against the others, the confusion matrix, a few predictions."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from digitedge.export.metrics import DIGITS, Scores
from digitedge.export.report import Evaluation, digits_read

_SAMPLE = 16


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print accuracy and loss, the table of digits, the confusion matrix and sample predictions."""
    scores, data = evaluation.scores, evaluation.fields.data
    console.print(
        f"{100 * scores.accuracy:.2f} % of {scores.count:,} right ({data.name}, {data.split}), loss {scores.loss:.4f}"
    )
    if evaluation.probabilities.shape[1] > DIGITS:
        console.print(f"reject wins on {100 * scores.reject_wins:.2f} %")
    console.print(_class_table(scores))
    console.print(_confusion_table(scores))
    _print_samples(console, evaluation)


def _class_table(scores: Scores) -> Table:
    table = Table("digit", box=None, title="Each digit against all others", title_justify="left", title_style="bold")
    for heading in ("precision", "recall", "true pos.", "false pos.", "false neg.", "true neg."):
        table.add_column(heading, justify="right")
    for one in scores.per_class():
        counts = (one.true_positives, one.false_positives, one.false_negatives, one.true_negatives)
        table.add_row(f"{one.digit}", f"{one.precision:.4f}", f"{one.recall:.4f}", *(f"{count:,}" for count in counts))
    return table


def _confusion_table(scores: Scores) -> Table:
    table = Table("label", box=None, title="Confusion (columns: read as)", title_justify="left", title_style="bold")
    for digit in range(DIGITS):
        table.add_column(f"{digit}", justify="right")
    for label, row in enumerate(scores.confusion.tolist()):
        table.add_row(f"{label}", *(f"{count}" if count else "·" for count in row))
    return table


def _print_samples(console: Console, evaluation: Evaluation) -> None:
    labels = evaluation.fields.labels[:_SAMPLE]
    digits, _ = digits_read(evaluation.probabilities[:_SAMPLE])
    console.print(f"The first {len(labels)}:  label  {' '.join(map(str, labels))}")
    console.print(f"{' ' * len(f'The first {len(labels)}:')}  read   {' '.join(map(str, digits))}")
    softmax = "  ".join(f"{digit}: {share:.4f}" for digit, share in enumerate(evaluation.probabilities[0, :DIGITS]))
    console.print(f"The first through softmax:  {softmax}", soft_wrap=True)
