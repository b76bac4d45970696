"""What a network is to answer: the labels, or beside them what a larger network answers (its teacher).

Distillation after G. Hinton, O. Vinyals, J. Dean 2015, "Distilling the Knowledge in a Neural Network": both networks' answers
are softened by a temperature, so that the student also learns which wrong digits the teacher finds likely.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import InputError
from digitedge.export.answers import softmax
from digitedge.export.metrics import DIGITS
from digitedge.models.recipes import Recipe, Settings

Targets = Callable[[NDArray[np.float32], NDArray[np.int64]], NDArray[Any]]
"""Pictures float32 [N, side, side, 1] and labels int64 [N] to what the loss compares the outputs with."""

TEMPERATURE = 3.0
SHARE = 0.7  # of the loss of a digit that is the teacher's


def make_targets(keras: Any, recipe: Recipe, settings: Settings, outputs: int) -> Targets:
    """Return what turns a batch into targets for a network of so many outputs.

    Raises:
        InputError: The teacher cannot be read or has other outputs.
    """
    if settings.teacher:
        return _Taught([_teacher(keras, path) for path in settings.teacher.split(os.pathsep)], outputs)
    if recipe.loss == "categorical":
        rows = np.eye(outputs, dtype=np.float32)
        return lambda _, labels: rows[labels]
    return lambda _, labels: labels


class _Taught:
    """Rows of [one-hot label | the teachers' mean softened answer | 1 for a digit that it reads rightly, else 0].

    A teacher that was never shown what the reader cuts out of pages errs there now and then; its errors are not taught.
    """

    def __init__(self, teachers: list[Any], outputs: int) -> None:
        for teacher in teachers:
            if teacher.output_shape[-1] != outputs:
                raise InputError(
                    f"The teacher has {teacher.output_shape[-1]} outputs, its student {outputs}.", "Train cnn-teacher for cnn."
                )
        self._teachers, self._rows = teachers, np.eye(outputs, dtype=np.float32)

    def __call__(self, pictures: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
        logits = [np.asarray(teacher.predict_on_batch(pictures), np.float32) for teacher in self._teachers]
        softened = np.mean([softmax(each / np.float32(TEMPERATURE)) for each in logits], axis=0, dtype=np.float32)
        taught = (labels < DIGITS) & (softened.argmax(axis=1) == labels)
        return np.concatenate([self._rows[labels], softened, taught.astype(np.float32)[:, None]], axis=1)


def distillation_loss(keras: Any) -> Any:
    """Return the loss for targets of a teacher: cross-entropy with the labels and, for digits, with the softened answers.

    The gradient of the softened part shrinks with the square of the temperature, so that part is multiplied by it.
    """

    def distillation(wanted: Any, logits: Any) -> Any:
        outputs = logits.shape[-1]
        share = SHARE * wanted[:, -1]
        hard = keras.losses.categorical_crossentropy(wanted[:, :outputs], logits, from_logits=True)
        soft = keras.losses.categorical_crossentropy(wanted[:, outputs:-1], logits / TEMPERATURE, from_logits=True)
        return (1 - share) * hard + share * TEMPERATURE**2 * soft

    return distillation


def label_accuracy(keras: Any) -> Any:
    """Return the metric that compares the outputs with the labels in targets of a teacher."""

    def accuracy(wanted: Any, logits: Any) -> Any:
        return keras.metrics.categorical_accuracy(wanted[:, : logits.shape[-1]], logits)

    return accuracy


def restoring(keras: Any) -> dict[str, Any]:
    """Return by name what a checkpoint of a student needs to be opened again."""
    return {"distillation": distillation_loss(keras), "accuracy": label_accuracy(keras)}


def _teacher(keras: Any, path: str) -> Any:
    if not Path(path).is_file():
        raise InputError(f"{path}: there is no such teacher.", "Train it first: digitedge train cnn-teacher.")
    try:
        return keras.saving.load_model(path, compile=False)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: the teacher cannot be read.", "Train it again: digitedge train cnn-teacher.") from error
