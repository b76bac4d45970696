"""What is said of a picture that cannot be read well, on drawn pages: spoilt ones get the right sentence, good ones none."""

import json

import cv2
import numpy as np
import pytest
from needs import lacking

from digitedge.cli import app
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.advice import OUT_OF_FOCUS, PALE, TOO_DARK, advice
from digitedge.reading.candidates import MIN_HEIGHT_PX
from digitedge.reading.reader import Reader
from digitedge.runtime.classifier import Classifier
from digitedge.scenes.pages import draw_page
from digitedge.scenes.seeds import Purpose, page_seeds

SEEDS = page_seeds(Purpose.TESTS, 12, seed=5)
MANY_SEEDS = page_seeds(Purpose.TESTS, 36, seed=5)
SIZE_WH = (640, 480)


@pytest.fixture(scope="module")
def reader():
    if not DEFAULT_MODEL.is_file():
        lacking("no shipped model")
    return Reader(Classifier(DEFAULT_MODEL))


def _pages(seeds=SEEDS):
    """Yield rows of digits in easy light: the grey picture and the digits' median height, pixels."""
    for seed in seeds:
        scene = draw_page(seed, size_wh=SIZE_WH, difficulty=0.3, kind="rows")
        yield cv2.cvtColor(scene.image_bgr, cv2.COLOR_BGR2GRAY), float(np.median([digit.box_xywh[3] for digit in scene.digits]))


def _noisy(gray):
    return np.clip(gray + np.random.default_rng(1).normal(0, 1.5, gray.shape), 0, 255).astype(np.uint8)


def _said(reader, spoil):
    return [reader.read(spoil(gray, height)).advice for gray, height in _pages()]


def test_a_good_page_gets_no_advice(reader):
    pages = [reader.read(gray) for gray, _ in _pages()]
    assert all(page.digits for page in pages)
    assert {page.advice for page in pages} == {""}


def test_a_dark_page_is_told_from_a_pale_one(reader):
    assert set(_said(reader, lambda gray, _: _noisy(0.025 * gray))) == {TOO_DARK}
    assert set(_said(reader, lambda gray, _: _noisy(255 - 0.06 * (255.0 - gray)))) == {PALE}
    assert set(_said(reader, lambda gray, _: np.full_like(gray, 255))) == {PALE}


def test_a_page_out_of_focus_is_told(reader):
    pages = [
        reader.read(_noisy(cv2.GaussianBlur(gray, (0, 0), 0.16 * height).astype(float))) for gray, height in _pages(MANY_SEEDS)
    ]
    unread = [page.advice for page in pages if not page.digits]  # on others a few are still read
    assert len(unread) >= 0.6 * len(pages)
    assert set(unread) <= {OUT_OF_FOCUS, PALE, ""}
    assert unread.count(OUT_OF_FOCUS) >= 0.7 * len(unread)


def test_small_writing_is_told_with_its_height(reader):
    def shrunk(gray, height):
        return cv2.resize(gray, None, fx=7 / height, fy=7 / height, interpolation=cv2.INTER_AREA)

    pages = [reader.read(shrunk(gray, height)) for gray, height in _pages(MANY_SEEDS)]
    unread = [page.advice for page in pages if not page.digits]  # of others the largest digits are still high enough
    assert len(unread) >= 0.4 * len(pages)  # of 72 such pages 39
    told = [sentence for sentence in unread if sentence.startswith("The writing is only ")]
    assert len(told) >= 0.75 * len(unread)
    assert {int(sentence.split()[4]) for sentence in told} <= set(range(4, MIN_HEIGHT_PX))


def test_what_was_read_surely_needs_no_advice_and_a_tiny_or_empty_picture_breaks_nothing(reader):
    dark = np.full((40, 40), 3, np.uint8)
    marks = np.empty((0, 6), np.float32)
    assert advice(dark, [], marks) == TOO_DARK
    assert advice(dark[:0], [], marks) == ""
    sure = next(page for page in (reader.read(gray) for gray, _ in _pages()) if page.digits)
    assert advice(dark, [reading for reading in sure.digits if reading.confidence > 0.9], marks) == ""
    for size in ((1, 1), (3, 17), (17, 3)):
        assert isinstance(reader.read(np.full(size, 200, np.uint8)).advice, str)


def test_predict_gives_the_advice_beside_the_page_and_explains_with_it(reader, tmp_path, capsys):
    gray, _ = next(_pages())
    picture, folder = tmp_path / "dark.png", tmp_path / "why"
    cv2.imwrite(str(picture), _noisy(0.025 * gray))
    app(["predict", str(picture), "--json", "--explain", str(folder)], standalone_mode=False)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["advice"] == TOO_DARK
    assert TOO_DARK in printed.err
    drawn = cv2.imread(str(next(folder.rglob("3-candidates.png"))))
    assert drawn[-20:].std() > 3 * drawn[:20].std()  # a plate with the sentence
