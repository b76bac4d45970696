"""Epochs of pictures made by another process while the network learns from the one before: two cores work instead of one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from digitedge.export.trainingdata import Fields, epoch_pictures
from digitedge.models.recipes import Settings

Pictures = tuple[NDArray[np.uint8], NDArray[np.int64]]

_training: list[Fields] = []  # in the other process only: the pictures travel there once


def epochs_ahead(training: Fields, settings: Settings, seed: int, first: int) -> Iterator[Pictures]:
    """Yield `epoch_pictures` of the epochs ``first`` … ``settings.epochs``, the same as if made one by one.

    Where nothing is augmented there is nothing to wait for, and no process is started. The process ends with the iterator,
    at once, whatever it is at.
    """
    numbers = range(first, settings.epochs + 1)
    if settings.paper_share is None:
        yield from (epoch_pictures(training, settings, seed, number) for number in numbers)
        return
    # Spawned, not forked: TensorFlow's threads do not survive a fork.
    with get_context("spawn").Pool(1, _set_up, (training,)) as pool:
        coming = [pool.apply_async(_epoch, (settings, seed, number)) for number in numbers[:1]]
        for number in numbers:
            ready = coming.pop().get()
            if number < settings.epochs:
                coming.append(pool.apply_async(_epoch, (settings, seed, number + 1)))
            yield ready


def _set_up(training: Fields) -> None:
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the training ends this process
    cv2.setNumThreads(1)  # the network wants the other core
    _training[:] = [training]


def _epoch(settings: Settings, seed: int, number: int) -> Pictures:
    return epoch_pictures(_training[0], settings, seed, number)
