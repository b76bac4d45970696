"""Pictures that nobody takes but somebody sends: degenerate sizes, thousands of pieces, regions outside, foreign formats."""

import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitedge.errors import InputError, OutputError
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.candidates import Candidate
from digitedge.reading.context import second_features
from digitedge.reading.decide import select
from digitedge.reading.ink import levels
from digitedge.reading.page import Box
from digitedge.reading.picture import load_picture, save_picture
from digitedge.reading.pieces import alike
from digitedge.reading.reader import Reader, ReaderSettings, candidates_of
from digitedge.reading.surroundings import FEATURES, evidence
from digitedge.runtime.classifier import Classifier


def candidate(box: Box, light: bool = False, how: str = "piece") -> Candidate:
    return Candidate(box, np.full((box[3], box[2]), 200, np.uint8), box[:2], 100.0, 10.0, light, 0, 1.0, how)


def crowd(count: int, seed: int = 0) -> list[Candidate]:
    rng = np.random.default_rng(seed)
    boxes = np.column_stack([rng.integers(0, 300, (count, 2)), rng.integers(4, 40, (count, 2))]).tolist()
    return [candidate(tuple(box), bool(rng.random() < 0.3), str(rng.choice(["piece", "joined"]))) for box in boxes]


def scores(count: int) -> np.ndarray:
    odds = np.random.default_rng(1).random((count, 11), np.float32) ** 4
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (5, 500), (500, 5), (24, 24), (24, 3000), (1, 9_000_001), (9_000_001, 1)])
@pytest.mark.parametrize("value", [0, 255])
def test_an_even_picture_of_any_shape_holds_nothing(shape: tuple[int, int], value: int) -> None:
    assert candidates_of(np.full(shape, value, np.uint8)) == []


def test_a_picture_thinner_than_a_pixel_after_shrinking_has_no_level() -> None:
    assert list(levels(np.zeros((1, 20_000_000), np.uint8))) == []


@pytest.mark.parametrize("roi", [(3_000_000_000, 0, 5, 5), (0, 10**20, 5, 5), (500, 500, 9, 9), (5, 5, 0, 0)])
def test_a_region_outside_of_the_picture_holds_nothing(roi: Box) -> None:
    page = Reader(Classifier(DEFAULT_MODEL), ReaderSettings(roi_xywh=roi)).read(np.full((60, 80), 220, np.uint8))
    assert page.digits == () and page.size_wh == (80, 60)


def test_known_pieces_are_found_among_thousands_as_by_comparing_all() -> None:
    rng = np.random.default_rng(0)
    known = np.column_stack([rng.integers(0, 400, (250, 2)), rng.integers(1, 90, (250, 2)), rng.integers(1, 900, 250)])
    known = known.astype(np.float32)
    seen = np.concatenate([known * rng.uniform(0.93, 1.07, known.shape).astype(np.float32), known[::-1] + 3])
    corners, others = (np.column_stack([rows[:, :2], rows[:, :2] + rows[:, 2:4]]) for rows in (seen, known))
    near = np.abs(corners[:, None] - others).max(axis=2) <= 0.08 * np.maximum(seen[:, 2], seen[:, 3])[:, None]
    ratio = seen[:, None, 4] / known[:, 4]
    expected = np.argwhere(near & (ratio < 1.35) & (ratio > 1 / 1.35))
    assert 50 < len(np.unique(expected[:, 0])) < 450
    everything, others = np.arange(len(seen)), np.arange(len(known))
    assert np.unique(np.column_stack(alike(seen, everything, known, others)), axis=0).tolist() == expected.tolist()
    assert len(alike(seen, everything, known, others[:0])[0]) == 0


def test_known_pieces_of_a_page_of_print_fit_into_memory() -> None:
    y, x = np.divmod(np.arange(40_000), 200)
    pieces = np.column_stack([x * 20, y * 15, np.full_like(x, 12), np.full_like(x, 11), np.full_like(x, 60)]).astype(np.float32)
    mine, other = alike(pieces, np.arange(len(pieces)), pieces, np.arange(len(pieces)))  # all pairs would take 25 gigabytes
    assert (mine == other).all() and len(mine) == len(pieces)


def test_features_in_blocks_are_those_of_the_whole_page(monkeypatch: pytest.MonkeyPatch) -> None:
    candidates, probabilities = crowd(150), scores(150)
    whole = evidence(candidates, probabilities).features
    monkeypatch.setattr("digitedge.reading.surroundings._FEW", 10)
    monkeypatch.setattr("digitedge.reading.surroundings._MAX_PAIRS", 1000)
    assert evidence(candidates, probabilities).features == pytest.approx(whole, abs=1e-5)  # sums in another order
    assert evidence([], scores(0)).features.shape == (0, FEATURES)


def test_neighbours_that_were_not_kept_are_found_again() -> None:
    known = evidence(crowd(60), scores(60))
    log_odds = np.linspace(-3, 3, 60, dtype=np.float32)
    assert np.array_equal(second_features(replace(known, neighbours=None), log_odds), second_features(known, log_odds))


def test_a_place_goes_to_the_surest() -> None:
    candidates = [candidate((0, 0, 20, 30)), candidate((2, 0, 20, 30)), candidate((40, 0, 20, 30)), candidate((41, 0, 20, 30))]
    selection = select(candidates, np.arange(4), np.array([0.6, 0.9, 0.8, 0.3], np.float32), 0.5)
    assert selection.standing == [1, 2]
    assert selection.rivals.tolist() == [1, -1, -1, -1]


@pytest.mark.parametrize("form", ["EPS", "DDS", "SPIDER", "ICO"])
def test_formats_beyond_the_promised_ones_are_no_pictures(form: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("F" if form == "SPIDER" else "RGB", (20, 20)).save(path, form)
    with pytest.raises(InputError, match="not a picture"):
        load_picture(path)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP", "JPEG2000"])
def test_the_promised_formats_are_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    Image.new("RGB", (20, 10), "white").save(path, form)
    assert load_picture(path).gray.shape == (10, 20)


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_a_picture_of_real_numbers_is_as_bright_as_it_was_meant(white: float, tmp_path: Path) -> None:
    paper = np.full((12, 20), white, np.float32)
    paper[4:8, 6:9] = 0.2 * white
    if white < 65535:
        paper[9, 3] = 1.02 * white  # as what resized it may leave it
    Image.fromarray(paper).save(tmp_path / "photo.tif")
    gray = load_picture(tmp_path / "photo.tif").gray
    assert gray[0, 0] == 255 and gray[5, 7] == pytest.approx(51, abs=1)


@pytest.mark.parametrize("value", [-3.0, 0.0, np.nan, np.inf, -np.inf])
def test_a_constant_picture_is_even_whatever_the_number(value: float, tmp_path: Path) -> None:
    Image.fromarray(np.full((12, 20), value, np.float32)).save(tmp_path / "photo.tif")
    assert np.ptp(load_picture(tmp_path / "photo.tif").gray) == 0


def test_what_is_no_number_says_nothing_of_the_others_brightness(tmp_path: Path) -> None:
    paper = np.full((12, 20), 1.0, np.float32)
    paper[5, 5:9] = 0.2, np.inf, -np.inf, np.nan
    Image.fromarray(paper).save(tmp_path / "photo.tif")
    gray = load_picture(tmp_path / "photo.tif").gray
    assert gray[5, 4:10].tolist() == [255, 51, 255, 0, 0, 255]


@pytest.mark.parametrize("kind", [np.uint16, ">u2", np.int32])
def test_a_picture_of_deep_grey_is_read_in_either_order_of_bytes(kind: str, tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 240).reshape(12, 20).astype(kind)
    Image.fromarray(values).save(tmp_path / "photo.tif")
    gray = load_picture(tmp_path / "photo.tif").gray
    assert np.abs(gray - values.astype(float) / 257).max() <= 0.51  # rounded; half a level and its float32


def test_a_deep_picture_is_not_copied_in_doubles(tmp_path: Path) -> None:
    Image.fromarray(np.full((1000, 1000), 40000, np.uint16)).save(tmp_path / "photo.png")
    load_picture(tmp_path / "photo.png")  # imports what it needs
    tracemalloc.start()
    load_picture(tmp_path / "photo.png")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 12_000_000  # a pixel: 2 bytes of the file, 1 of grey, 3 of colour, a mask; a copy in doubles has 8


def test_a_bomb_is_told_as_too_large(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"P5 30000 30000 255\n")
    with pytest.raises(InputError, match=r"more than can be read\. Scale it down"):
        load_picture(path)


@pytest.mark.timeout(20)
def test_a_named_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photo.png")
    for special in (tmp_path / "photo.png", Path(os.devnull)):
        with pytest.raises(InputError, match="no regular file"):
            load_picture(special)


def test_what_a_shell_pipes_in_is_read(tmp_path: Path) -> None:
    Image.new("L", (20, 10), 200).save(tmp_path / "photo.png")
    reading_end, writing_end = os.pipe()
    os.write(writing_end, (tmp_path / "photo.png").read_bytes())
    os.close(writing_end)
    assert load_picture(Path(f"/dev/fd/{reading_end}")).gray.shape == (10, 20)
    os.close(reading_end)


def test_a_picture_of_unknown_kind_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be encoded"):
        save_picture(tmp_path / "copy.nothing", np.zeros((4, 4, 3), np.uint8))
