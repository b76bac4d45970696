"""Train the networks that look at a page: candidates amid their surroundings in, what they are out; gaps likewise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.errors import DataError, ModelError
from digitedge.export.conversion import convert
from digitedge.export.kerasfile import load_keras_file
from digitedge.export.npz import read_arrays, write_arrays
from digitedge.export.readpages import ReadPage, read_pages
from digitedge.export.starting import take_weights_wider
from digitedge.files import replacing, write_bytes, write_text
from digitedge.models import SHIPPED
from digitedge.reading.context import LEAST
from digitedge.reading.glimpse import GLIMPSE_PX, glimpses
from digitedge.reading.network import log_chances
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.flatfile import with_metadata
from digitedge.scenes.borrowed import BorrowedHands

EPOCHS = 10

_CALIBRATED_ON = 500
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
    """Glimpses of N candidates, or pictures of N gaps, with their truth.

    Attributes:
        pictures: uint8 [N, s, s], s `GLIMPSE_PX` or `digitedge.reading.gaps.GAP_PX`.
        labels: int64 [N], 0 to 9, and 10 for what is no digit; of gaps `digitedge.reading.joints.APART` and so on.
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
    build: Callable[[], Any],
    learnt: Glimpses,
    held_out: Glimpses,
    folder: Path,
    epochs: int = EPOCHS,
    seed: int = 0,
    start: Path | None = None,
) -> Any:
    """Return the trained Keras network. What it has reached is kept in ``folder`` after each epoch, and gone on from.

    Each epoch sees the pictures `varied` anew.

    Args:
        build: Makes the untrained network.
        learnt: What it learns from.
        held_out: What it is measured with after each epoch.
        folder: Of the run.
        epochs: In all, those of an interrupted run as well.
        seed: Of the weights, and of how the pictures are shuffled and varied.
        start: A .keras file of a network no wider: it begins with the weights there and at a third of the rate.
    """
    import keras

    keras.utils.set_random_seed(seed)
    network = build()
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


def ship(
    network: Any,
    name: str,
    labels: Sequence[str],
    path: Path,
    seen: tuple[Glimpses, Glimpses],
    record: dict[str, Any],
) -> dict[str, Any]:
    """Write a trained network beside the shipped models and as int8 beside the reader's code; return how alike the two are.

    Args:
        network: A Keras network.
        name: Of its .keras file, and of the JSON beside that.
        labels: What its outputs stand for.
        path: Of the int8 model.
        seen: What it learnt from, and what was held out.
        record: How it was made; stored with what is found out about it.
    """
    import keras

    learnt, held_out = seen
    original = SHIPPED / f"{name}.keras"
    bare = keras.models.clone_model(network)  # without the optimiser's state
    bare.set_weights(network.get_weights())
    with replacing(original) as unfinished:
        bare.save(unfinished)
    model = load_keras_file(original, least=len(labels))
    drawn = np.random.default_rng(record["seed"]).permutation(len(learnt.labels))[:_CALIBRATED_ON]
    content = convert(model, "int8", learnt.pictures[drawn])
    quantised = Classifier(path, content=content).logits(held_out.pictures)
    exact = model.predict(held_out.pictures)
    found = record | {
        f"{name}s": len(learnt.labels), "held_out": len(held_out.labels), "parameters": model.parameters,
        "cross_entropy": {
            "float": round(cross_entropy(exact, held_out), 4), "int8": round(cross_entropy(quantised, held_out), 4),
        },
        "agreement": round(float((exact.argmax(axis=1) == quantised.argmax(axis=1)).mean()), 4),
    }  # fmt: skip
    write_bytes(path, with_metadata(content, {**model.interface, "labels": list(labels), "quantize": "int8", name: found}))
    write_text(original.with_suffix(".json"), json.dumps(found, indent=2) + "\n")
    return found


def check_same_pages(folder: Path, asked: dict[str, Any]) -> None:
    """Write down what a folder's pictures are cut from and its network learns from, or hold it to that.

    Args:
        folder: Of the run.
        asked: What it is to be, for JSON.

    Raises:
        DataError: The folder was begun with something else.
    """
    record, is_begun = folder / "pages.json", any((*folder.glob("*.npz"), *folder.glob("checkpoint")))
    remedy = "Give another folder, or ask as before."
    if not is_begun:
        write_text(record, json.dumps(asked) + "\n")
    if not record.exists():
        raise DataError(f"{folder}: it is not known which pages its pictures are of.", remedy)
    try:
        recorded = json.loads(record.read_text())
    except ValueError as error:
        raise DataError(f"{record}: damaged.", remedy) from error
    if recorded != asked:
        raise DataError(f"{folder}: it was begun with other pages, fonts or models.", remedy)


def cross_entropy(logits: NDArray[np.float32], glimpses_: Glimpses) -> float:
    """Return the weighted mean of −log p of the truth, for logits float32 [N, K]."""
    return -float(np.average(log_chances(logits)[np.arange(len(logits)), glimpses_.labels], weights=glimpses_.weight))


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
