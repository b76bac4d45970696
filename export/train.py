"""The training loop: any recipe, from pictures to a finished run folder.

What decides a result: the recipe, the data (checksum in metrics.json), the seed, the versions and the machine. Shuffling and
augmentation follow from (seed, epoch), TensorFlow's operators run in their deterministic form, and a checkpoint holds the
optimiser's state; so a run that was interrupted and resumed ends with the same weights, bit for bit, as one that was not (on
one machine, with the same packages and number of threads; a test holds it to that).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitedge.errors import DataError
from digitedge.export import runs
from digitedge.export.ahead import epochs_ahead
from digitedge.export.answers import outputs_of, softmax
from digitedge.export.distillation import Targets, make_targets, restoring
from digitedge.export.floatmodel import open_float_model
from digitedge.export.metrics import Scores, score
from digitedge.export.optimizing import compile_model
from digitedge.export.progress import Report, epoch_progress, print_epoch
from digitedge.export.rejecting import lower_reject
from digitedge.export.report import Finished, write_report
from digitedge.export.runs import Epoch, Plan
from digitedge.export.starting import is_same_network, take_weights
from digitedge.export.trainingdata import Fields, Splits, load_splits, steps_an_epoch, with_drawn
from digitedge.export.workstation import import_keras, import_pyplot
from digitedge.files import replacing
from digitedge.models.recipes import Recipe, Settings


def train(recipe: Recipe, plan: Plan, folder: Path, console: Console, afresh: bool = False) -> Finished:
    """Train a recipe in a run folder, on from its last whole epoch if it holds one, and write everything a run leaves.

    Args:
        recipe: What to train.
        plan: How; unless ``afresh`` it lies in the folder already (`digitedge.export.runs.write_plan`).
        folder: The run's folder.
        console: For progress; writes to stderr.
        afresh: Whether a new run takes the place of what is in the folder; that goes when the data have been read.

    Returns:
        The finished run with its scores on the test split.

    Raises:
        MissingExtraError: TensorFlow or matplotlib is not installed.
        InputError, ModelError: The start or the teacher is missing, or does not fit the recipe.
        DataError: The data or the checkpoint is damaged.
        OutputError: The folder cannot be written.
    """
    keras = import_keras("Training")
    import_pyplot()  # missed before the hours of training, not after
    _make_deterministic(keras, plan.seed)
    learner = _learner(keras, recipe, plan.settings, None if afresh else _restored(keras, recipe, folder, plan.settings))
    splits = load_splits(recipe, plan.data)  # from here on it takes minutes: what can be missing has been missed
    data = splits.training.data
    if afresh:
        plan = replace(plan, data_sha256=data.sha256)
        runs.begin(folder, plan)
    else:
        _check_same_data(plan, data.sha256, folder)
    console.print(f"{recipe.name}: {len(data):,} training pictures of {data.name}, seed {plan.seed}", highlight=False)

    model, history = _trained(keras, recipe, plan, folder, learner, splits, console)
    with replacing(folder / runs.MODEL) as unfinished:
        _without_optimizer(recipe, model).save(unfinished)
    validation = splits.validation
    written = open_float_model(folder / runs.MODEL, validation.fields, validation.labels)
    finished = write_report(folder, plan, written, history, splits)
    (folder / runs.CHECKPOINT).unlink(missing_ok=True)
    return finished


def _check_same_data(plan: Plan, sha256: str, folder: Path) -> None:
    """Write down which pictures a run is trained on, or hold a resumed run to them. Raises DataError."""
    if not plan.data_sha256:
        runs.write_plan(folder, replace(plan, data_sha256=sha256))
    elif plan.data_sha256 != sha256:
        raise DataError(f"{folder}: the run was begun with other training pictures.", "Begin a new run, or bring them back.")


@dataclass(frozen=True, slots=True)
class _Learner:
    """The network before its first step in this process, and what its answers are held to."""

    model: Any
    targets: Targets
    is_restored: bool


def _learner(keras: Any, recipe: Recipe, settings: Settings, restored: Any | None) -> _Learner:
    """Return what is to learn: the checkpoint's network, or a new one with the weights it starts from."""
    model = recipe.build() if restored is None else restored
    if restored is None and settings.start:
        take_weights(model, Path(settings.start))
    return _Learner(model, make_targets(keras, recipe, settings, model.output_shape[-1]), restored is not None)


def _trained(
    keras: Any, recipe: Recipe, plan: Plan, folder: Path, learner: _Learner, splits: Splits, console: Console
) -> tuple[Any, list[Epoch]]:
    """Return the model after its last epoch and the history, a checkpoint having been written after each epoch."""
    epochs = plan.settings.epochs
    model, targets = learner.model, learner.targets
    training = with_drawn(splits.training, plan.settings, plan.seed, folder, console)
    steps = steps_an_epoch(training.labels, plan.settings)
    if not learner.is_restored:
        compile_model(keras, model, recipe, plan.settings, steps)
    done = int(model.optimizer.iterations) // steps
    history = runs.read_history(folder)[:done]
    if done:
        console.print(f"Resuming after epoch {done} of {epochs}", highlight=False)
    begun = time.monotonic()
    for epoch, (pictures, labels) in enumerate(epochs_ahead(training, plan.settings, plan.seed, done + 1), done + 1):
        _reseed(keras, model, plan.seed, epoch)
        with epoch_progress(console, epoch, epochs, steps) as report:
            loss, accuracy = _train_epoch(model, pictures, labels, targets, plan.settings.batch_size, report)
        validated = _validate(model, recipe, splits.validation)
        rate, seconds = float(model.optimizer.learning_rate), round(time.monotonic() - begun, 3)
        row = Epoch(epoch, loss, accuracy, validated.loss, validated.accuracy, rate, seconds)
        history.append(row)
        runs.write_history(folder, history)  # before the checkpoint, which decides where a resumed run goes on
        with replacing(folder / runs.CHECKPOINT) as unfinished:
            model.save(unfinished)
        print_epoch(console, row, epochs)
        begun = time.monotonic()
    if plan.settings.reject_wins is not None:
        lower_reject(model, splits.validation.fields, plan.settings.reject_wins)
    return model, history


def _train_epoch(
    model: Any, pictures: NDArray[np.uint8], labels: NDArray[np.int64], targets: Targets, batch_size: int, report: Report
) -> tuple[float, float]:
    """Take one step a batch, in the order given; return mean loss and accuracy, each batch as the model was before its step."""
    sums, seen = np.zeros(2), 0
    for start in range(0, len(labels), batch_size):
        batch = pictures[start : start + batch_size, :, :, None].astype(np.float32)
        wanted = targets(batch, labels[start : start + batch_size])
        sums += np.array(model.train_on_batch(batch, wanted), np.float64) * len(batch)
        seen += len(batch)
        report(start // batch_size + 1, *(sums / seen))
    return float(sums[0] / seen), float(sums[1] / seen)


def _validate(model: Any, recipe: Recipe, split: Fields) -> Scores:
    outputs = outputs_of(model, split.fields)
    return score(outputs if recipe.outputs == "probabilities" else softmax(outputs), split.labels)


def _make_deterministic(keras: Any, seed: int) -> None:
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def _reseed(keras: Any, model: Any, seed: int, epoch: int) -> None:
    """Start every random generator anew from (seed, epoch), those inside layers such as dropout included."""
    keras.utils.set_random_seed(seed * 100_003 % 2**31 + epoch)
    state = np.array([seed, epoch], np.uint32)
    for layer in model._flatten_layers():
        if generator := getattr(layer, "seed_generator", None):
            generator.state.assign(state)


def _restored(keras: Any, recipe: Recipe, folder: Path, settings: Settings) -> Any | None:
    """Return the checkpoint's model with its optimiser, None where the folder has no checkpoint."""
    path = folder / runs.CHECKPOINT
    if not path.is_file():
        return None
    try:
        model = keras.saving.load_model(path, custom_objects=restoring(keras) if settings.teacher else None)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path}: the checkpoint is damaged.", "Begin a new run.") from error
    if not is_same_network(model, recipe.build()):
        raise DataError(f"{path}: this digitedge's {recipe.name} is another network.", "Begin a new run.")
    return model


def _without_optimizer(recipe: Recipe, model: Any) -> Any:
    """Return a copy that was never compiled, so that its file holds the weights once instead of three times."""
    copy = recipe.build()
    copy.set_weights(model.get_weights())
    return copy
