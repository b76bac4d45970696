from dataclasses import replace

import cv2
import numpy as np
import pytest

from digitedge.export.augment import FORM, MILD, PAPER, augment, augment_one, only
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits


@pytest.fixture(scope="module")
def fields():
    return to_inputs(draw_digits(120, seed=5)[0])


def test_the_same_seed_gives_the_same_fields_and_another_gives_others(fields):
    assert np.array_equal(augment(fields, seed=1), augment(fields, seed=1))
    assert not np.array_equal(augment(fields, seed=1), augment(fields, seed=2))


def test_the_given_fields_stay_as_they_were(fields):
    before = fields.copy()
    augment(fields, seed=1, paper_share=1.0)
    assert np.array_equal(fields, before)


@pytest.mark.parametrize("paper_share", [0.0, 1.0])
def test_what_comes_out_lies_as_the_one_path_lays_it(fields, paper_share):
    """Longer side 20; centre of mass in the middle, or as near as a lopsided field may come."""
    for field in augment(fields, seed=3, paper_share=paper_share):
        rows, columns = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert 18 <= max(height, width) <= 20  # resizing may round a faint outer row away
        ys, xs = np.nonzero(field)
        weight = field[ys, xs].astype(float)
        centre = np.array([(ys * weight).sum(), (xs * weight).sum()]) / weight.sum()
        assert np.abs(centre - 14).max() <= 0.51 or min(rows[0], columns[0], 27 - rows[-1], 27 - columns[-1]) == 0


def test_mild_changes_keep_most_of_the_ink_where_it_was_and_paper_changes_more(fields):
    def distance(changed):
        return np.abs(changed.astype(int) - fields).mean()

    assert 0 < distance(augment(fields, 4, 0.0)) < distance(augment(fields, 4, 1.0))


def test_stroke_width_goes_both_ways(fields):
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 12:16] = 255
    pen_only = replace(only(PAPER, stroke=0.5), turn=0, slant=0, stretch=0, elastic=0)  # half thinner, half thicker
    widths = [augment_one(bar, pen_only, seed).sum() / 255 for seed in range(40)]
    assert min(widths) < 75 < 85 < max(widths)


def test_the_readers_cut_leaves_strong_ink_and_no_haze(fields):
    faint = (fields // 3).astype(np.uint8)
    cut = only(MILD, cut=1.0)
    for seed, field in enumerate(faint):
        assert augment_one(field, cut, seed).max() >= 170  # from 85 at most; the finest strokes lose some of it to the turn


def test_an_empty_field_stays_empty():
    empty = np.zeros((3, 28, 28), np.uint8)
    assert not augment(empty, seed=1, paper_share=0.0).any()


def test_a_scanned_form_leaves_two_levels_and_stretched_digits_but_no_broken_strokes(fields):
    scanned = replace(only(FORM, square=1.0, scan=1.0), turn=0, slant=0, stretch=0, elastic=0)
    faint = np.zeros((28, 28), np.uint8)
    faint[4:24, 10:13] = faint[4:7, 10:18] = 90  # a narrow 7 the wrong way round, written faintly
    for seed in range(30):
        form = augment_one(faint, scanned, seed)
        assert np.ptp(np.flatnonzero(form.any(axis=0))) >= 9, "wider than the 8 it was"
        assert cv2.connectedComponents(form)[0] == 2 and form.max() > 240
