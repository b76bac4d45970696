"""Fit the context model: candidates of drawn pages in, the probability that each is the digit it looks like out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digitedge.export.cutting import cut_page
from digitedge.patch import to_inputs
from digitedge.reading.context import ContextModel, features
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.truth import MnistHands

_HIDDEN = 24
_FULL_PAGE = 80  # candidates; a page with more weighs no more
_EPOCHS = 30


@dataclass(frozen=True, slots=True)
class Samples:
    """Candidates of many pages.

    Attributes:
        features: float32 [N, F], see `digitedge.reading.context.features`.
        right: bool [N], whether the candidate is the digit that the classifier likes best.
        weight: float32 [N].
    """

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    weight: NDArray[np.float32]


def collect(seeds: Sequence[int], model: Path, hands: MnistHands | None, workers: int = 2) -> Iterator[Samples]:
    """Yield the samples of each page drawn with ``seeds``, read with ``model``, in several processes."""
    # Spawned: who fits a model has TensorFlow running, and its threads do not survive a fork.
    with ProcessPoolExecutor(workers, get_context("spawn"), _load, (model,)) as pool:
        yield from pool.map(partial(_samples, hands=hands), seeds, chunksize=8)


def joined(parts: Sequence[Samples]) -> Samples:
    """Return the samples of all pages as one."""
    return Samples(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def fit(samples: Samples, seed: int = 0) -> ContextModel:
    """Return the context model with the least weighted cross-entropy on the samples, regularised by weight decay."""
    import keras

    keras.utils.set_random_seed(seed)
    mean, scale = samples.features.mean(axis=0), samples.features.std(axis=0) + 1e-3
    network = keras.Sequential(
        [
            keras.Input((samples.features.shape[1],)),
            keras.layers.Dense(_HIDDEN, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    batch = 512
    steps = _EPOCHS * len(samples.right) // batch
    rate = keras.optimizers.schedules.CosineDecay(5e-3, max(1, steps))
    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    network.fit(
        (samples.features - mean) / scale,
        samples.right.astype(np.float32)[:, None],
        sample_weight=samples.weight,
        batch_size=batch,
        epochs=_EPOCHS,
        verbose=0,
    )
    hidden, hidden_bias, output, output_bias = network.get_weights()
    return ContextModel(mean, scale, hidden, hidden_bias, output[:, 0], float(output_bias[0]))


_CLASSIFIERS: list[Classifier] = []  # one a worker process


def _load(model: Path) -> None:
    cv2.setNumThreads(1)
    _CLASSIFIERS[:] = [Classifier(model)]


def _samples(seed: int, hands: MnistHands | None) -> Samples:
    classifier = _CLASSIFIERS[0]
    page = cut_page(seed, hands)
    fields = to_inputs((candidate.patch for candidate in page.candidates), classifier.info.geometry)
    probabilities = classifier.probabilities(fields)
    best = probabilities[:, : classifier.digits].argmax(axis=1) if len(fields) else np.empty(0, np.int64)
    weight = np.full(len(fields), min(1.0, _FULL_PAGE / max(1, len(fields))), np.float32)
    return Samples(features(page.candidates, probabilities, classifier.digits), page.truth == best, weight)
