from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont

from digitedge.errors import DataError
from digitedge.export.fontfiles import font_files
from digitedge.export.mixture import REJECT, TRAINED_KINDS, drawn_fields, font_fields, read_extra
from digitedge.models import DEFAULT_MODEL
from digitedge.runtime.classifier import Classifier


def test_drawn_fields_hold_what_was_asked_for():
    fields, labels = drawn_fields(hands=20, nondigits=12, seed=3)
    assert fields.shape == (32, 28, 28) and fields.dtype == np.uint8
    assert np.bincount(labels, minlength=11).tolist() == [2] * 10 + [12]
    assert fields.reshape(32, -1).any(axis=1).all()
    assert (labels[20:] == REJECT).all()


def test_what_some_reader_takes_for_a_digit_is_not_taught_as_none():
    assert "ambiguous" not in TRAINED_KINDS


def test_extra_patches_come_back_as_they_were_saved(tmp_path):
    fields, labels = drawn_fields(hands=4, nondigits=2, seed=1)
    np.savez(tmp_path / "own.npz", fields=fields, labels=labels)
    read = read_extra(tmp_path / "own.npz")
    assert np.array_equal(read[0], fields) and np.array_equal(read[1], labels)


@pytest.mark.parametrize(
    "fields, labels",
    [
        (np.zeros((2, 28, 28), np.float32), [0, 1]),
        (np.zeros((2, 20, 20), np.uint8), [0, 1]),
        (np.zeros((2, 28, 28), np.uint8), [0]),
        (np.zeros((2, 28, 28), np.uint8), [0, 11]),
    ],
)
def test_extra_patches_of_another_form_are_refused(tmp_path, fields, labels):
    np.savez(tmp_path / "wrong.npz", fields=fields, labels=np.array(labels))
    with pytest.raises(DataError):
        read_extra(tmp_path / "wrong.npz")


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(DataError, match="no file with fields and labels"):
        read_extra(tmp_path / "text.npz")


def test_digits_of_fonts_are_read_as_what_they_are(font: Path):
    """Labels belong to their fields: the shipped model, which has not seen this font, reads most of them."""
    fields, labels = font_fields(100, 5, [font])
    assert fields.shape == (100, 28, 28) and fields.dtype == np.uint8
    assert (Classifier(DEFAULT_MODEL).probabilities(fields)[:, :10].argmax(axis=1) == labels).mean() > 0.9


@pytest.mark.parametrize("content", ["Dear Sir", ""])
def test_a_file_that_is_no_font_is_refused(content, tmp_path):
    (tmp_path / "letter.woff").write_text(content)
    with pytest.raises(DataError, match=r"letter\.woff: this is no font with the digits"):
        font_files(tmp_path)


def test_fonts_with_digits_are_found(font, tmp_path):
    assert font_files(font.parent) == (font,)


def test_a_font_that_shows_boxes_for_digits_is_refused(font, monkeypatch):
    boxes = ImageFont.truetype(font, 40).getmask("\ufffe")
    monkeypatch.setattr(ImageFont.FreeTypeFont, "getmask", lambda *_: boxes)
    with pytest.raises(DataError, match="no font with the digits"):
        font_files(font.parent)
