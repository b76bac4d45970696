import multiprocessing
import time

import numpy as np
import pytest

from digitedge.data.dataset import make_dataset
from digitedge.export.ahead import epochs_ahead
from digitedge.export.mixture import drawn_fields
from digitedge.export.trainingdata import Fields, epoch_pictures
from digitedge.models.recipes import Settings


def training_of(count):
    fields, labels = drawn_fields(hands=count, nondigits=0, seed=2)
    return Fields(fields, labels, make_dataset(fields, labels, "drawn", "train"))


@pytest.mark.parametrize("paper_share", [None, pytest.param(0.5, marks=pytest.mark.slow)])
def test_epochs_made_ahead_are_those_made_one_by_one(paper_share):
    training, settings = training_of(40), Settings(epochs=3, paper_share=paper_share)
    ahead = list(epochs_ahead(training, settings, seed=7, first=2))
    assert len(ahead) == 2
    for number, (fields, labels) in enumerate(ahead, start=2):
        expected = epoch_pictures(training, settings, 7, number)
        assert np.array_equal(fields, expected[0]) and np.array_equal(labels, expected[1])


@pytest.mark.slow
def test_the_other_process_ends_with_the_iterator_in_the_middle_of_its_work():
    epochs = epochs_ahead(training_of(500), Settings(epochs=9, paper_share=1.0), seed=1, first=1)
    next(epochs)
    begun = multiprocessing.active_children()
    epochs.close()
    assert begun
    for _ in range(100):
        if not multiprocessing.active_children():
            return
        time.sleep(0.05)
    pytest.fail("the process that makes epochs lives on")
