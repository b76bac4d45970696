"""Training seen from outside: a bar while an epoch runs, a line when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from digitedge.export.runs import Epoch

Report = Callable[[int, float, float], None]


@contextmanager
def epoch_progress(console: Console, epoch: int, epochs: int, steps: int) -> Iterator[Report]:
    """Lend a function (steps done, loss, accuracy so far) that moves the bar; it draws only on a terminal."""
    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("loss {task.fields[loss]:.4f}  accuracy {task.fields[accuracy]:.4f}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=steps, epoch=f"{epoch}/{epochs}", loss=float("nan"), accuracy=0.0)

        def report(done: int, loss: float, accuracy: float) -> None:
            progress.update(task, completed=done, loss=loss, accuracy=accuracy)

        yield report


def print_epoch(console: Console, row: Epoch, epochs: int) -> None:
    """Print what an epoch reached."""
    console.print(
        f"epoch {row.epoch}/{epochs}  loss {row.loss:.4f}  accuracy {row.accuracy:.4f}  "
        f"validation loss {row.val_loss:.4f}  accuracy {row.val_accuracy:.4f}  {row.seconds:.1f} s",
        highlight=False,
        soft_wrap=True,
    )
