"""Train the network that sees a candidate amid its surroundings: doubtful candidates of drawn pages in, what they are out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.export.npz import read_arrays, write_arrays
from digitedge.export.readpages import ReadPage, read_pages
from digitedge.export.starting import take_weights_wider
from digitedge.models.recipes.glimpse import build_glimpse
from digitedge.reading.context import LEAST
from digitedge.reading.glimpse import GLIMPSE_PX, glimpses
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.borrowed import BorrowedHands

EPOCHS = 10

_PER_PAGE = 100  # candidates kept, so that no page of text outweighs the others
_WORTH = LEAST - 1.0  # log-odds of the context's second network: what is more surely no digit teaches little
_BATCH = 256
_RATE = 3e-3
_DECAY = 5e-3
_BRIGHTNESS = (0.7, 1.15)
_SCALE = 0.15  # natural logarithm, each way by itself
_TURN = 6.0  # degrees
_SHEAR = 0.15
_SHIFT = 2.0  # pixels
_BLURRED = 0.25  # of the glimpses
_BLUR = (0.4, 1.1)  # pixels, standard deviation


@dataclass(frozen=True, slots=True)
class Glimpses:
    """Glimpses of N candidates with their truth.

    Attributes:
        pictures: uint8 [N, `GLIMPSE_PX`, `GLIMPSE_PX`].
        labels: int64 [N], 0 to 9, and 10 for what is no digit.
        weight: float32 [N].
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    weight: NDArray[np.float32]

    def save(self, path: Path) -> None:
        """Write them to an .npz file."""
        write_arrays(path, pictures=self.pictures, labels=self.labels, weight=self.weight)

    @classmethod
    def load(cls, path: Path) -> Glimpses:
        """Return what `save` wrote. Raises DataError."""
        return cls(*read_arrays(path, ("pictures", "labels", "weight"), "Remove the file; it is made again."))

    @classmethod
    def joined(cls, parts: Sequence[Glimpses]) -> Glimpses:
        """Return those of many pages as one."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("pictures", "labels", "weight")))


def collect(seeds: Sequence[int], model: Path, hands: BorrowedHands | None, workers: int = 2) -> Iterator[Glimpses]:
    """Yield what may be digits on each page drawn with ``seeds``, found with the classifier ``model``, in several processes.

    Raises:
        ModelError: The model has no context, which says what is worth a glimpse.
    """
    if Reader(Classifier(model)).context is None:
        raise ModelError(f"{model}: has no context, which says what is worth a glimpse.", "Fit one: scripts/fit-context")
    for page in read_pages(_of_page, seeds, model, hands, workers):
        yield page or Glimpses(np.empty((0, GLIMPSE_PX, GLIMPSE_PX), np.uint8), np.empty(0, np.int64), np.empty(0, np.float32))


def train(
    learnt: Glimpses, held_out: Glimpses, folder: Path, epochs: int = EPOCHS, seed: int = 0, start: Path | None = None
) -> Any:
    """Return the trained Keras network. What it has reached is kept in ``folder`` after each epoch, and gone on from.

    With ``start``, a .keras file of a network no wider, it begins with the weights there and at a third of the rate.

    Each epoch sees the glimpses `varied` anew.
    """
    import keras

    keras.utils.set_random_seed(seed)
    network = build_glimpse()
    if start is not None:
        take_weights_wider(network, start, seed)
    steps = -(-len(learnt.labels) // _BATCH)
    rate = keras.optimizers.schedules.CosineDecay(_RATE if start is None else _RATE / 3, epochs * steps)
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=_DECAY),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=["accuracy"],
        jit_compile=False,
    )
    network.fit(
        _batches(keras, learnt, seed),
        epochs=epochs,
        shuffle=False,
        validation_data=(held_out.pictures[..., None].astype(np.float32), held_out.labels, held_out.weight),
        validation_batch_size=1024,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(folder / "checkpoint"), delete_checkpoint=False),
            keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True),
        ],
        verbose=2,
    )
    return network


def cross_entropy(logits: NDArray[np.float32], glimpses_: Glimpses) -> float:
    """Return the weighted mean of −log p of the truth, for logits float32 [N, 11]."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_chance = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -float(np.average(log_chance[np.arange(len(logits)), glimpses_.labels], weights=glimpses_.weight))


def varied(pictures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return glimpses, uint8 [N, s, s], each turned, stretched and shifted in its own way, some blurred, lighter or darker."""
    count, middle = len(pictures), (pictures.shape[1] - 1) / 2
    scale = np.exp(rng.uniform(-_SCALE, _SCALE, (count, 2)))
    turn = np.radians(rng.uniform(-_TURN, _TURN, count))
    shear = np.stack([np.ones(count), rng.uniform(-_SHEAR, _SHEAR, count), np.zeros(count), np.ones(count)], axis=1)
    rotation = np.stack([np.cos(turn), -np.sin(turn), np.sin(turn), np.cos(turn)], axis=1)
    maps = rotation.reshape(-1, 2, 2) @ shear.reshape(-1, 2, 2) * scale[:, None, :]
    shifts = middle - maps.sum(axis=2) * middle + rng.uniform(-_SHIFT, _SHIFT, (count, 2))
    matrices = np.concatenate([maps, shifts[:, :, None]], axis=2)
    moved = [cv2.warpAffine(picture, matrix, picture.shape[:2]) for picture, matrix in zip(pictures, matrices, strict=True)]
    for index in np.flatnonzero(rng.random(count) < _BLURRED).tolist():
        moved[index] = cv2.GaussianBlur(moved[index], (5, 5), float(rng.uniform(*_BLUR)))
    light = rng.uniform(*_BRIGHTNESS, count)
    return np.stack([cv2.convertScaleAbs(picture, alpha=factor) for picture, factor in zip(moved, light, strict=True)])


def _batches(keras: Any, learnt: Glimpses, seed: int) -> Any:
    """Return the glimpses as Keras' fit wants them, shuffled and varied anew each epoch."""

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._epoch = 0
            self._order = self._shuffled()

        def __len__(self) -> int:
            return -(-len(learnt.labels) // _BATCH)

        def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
            rows = self._order[index * _BATCH : (index + 1) * _BATCH]
            rng = np.random.default_rng((seed, self._epoch, index))
            pictures = varied(learnt.pictures[rows], rng).astype(np.float32)
            return pictures[..., None], learnt.labels[rows], learnt.weight[rows]

        def on_epoch_end(self) -> None:
            self._epoch += 1
            self._order = self._shuffled()

        def _shuffled(self) -> NDArray[np.intp]:
            return np.random.default_rng((seed, self._epoch)).permutation(len(learnt.labels))

    return Batches()


def _of_page(reader: Reader, page: ReadPage) -> Glimpses:
    assert reader.context is not None
    kept = np.flatnonzero(reader.context.before_looking(page.known) > _WORTH)  # sure digits, too: what is doubtful changes
    drawn = np.random.default_rng(page.seed).permutation(kept)[:_PER_PAGE]
    pictures = glimpses([page.candidates[index] for index in drawn], page.layers)
    return Glimpses(pictures, page.truth[drawn], np.full(len(drawn), page.weight, np.float32))
