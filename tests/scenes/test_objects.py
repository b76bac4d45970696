import numpy as np
import pytest

from digitedge.scenes import clutter, objects, pages
from digitedge.scenes.board import Board
from digitedge.scenes.clutter import lay_objects
from digitedge.scenes.objects import Tile, draw_object
from digitedge.scenes.truth import TrueDigit


@pytest.mark.parametrize("draw", sorted({kind.__name__: kind for kind in objects._DRAWN}.items()), ids=lambda kind: kind[0])
def test_every_thing_is_seen_and_lies_within_its_square(draw):
    for seed in range(20):
        tile = Tile.random(np.random.default_rng(seed))
        draw[1](tile)
        assert 0.01 < (tile.mask > 0).mean() < 1
        assert (tile.image_bgr[tile.mask == 255] > 0).any(axis=1).all()  # painted wherever it is


def test_things_are_of_many_kinds():
    rng = np.random.default_rng(0)
    shares = {round((draw_object(rng)[1] > 0).mean(), 2) for _ in range(40)}
    assert len(shares) > 15


def test_colours_are_as_dark_as_the_edge_covers_little():
    for seed in range(40):
        image, mask = draw_object(np.random.default_rng(seed))
        assert (image <= mask[:, :, None]).all()


def test_a_thing_of_the_papers_colour_is_not_seen(monkeypatch):
    """No rim where an edge covers a pixel in part; the shadow is left out."""
    monkeypatch.setattr(Board, "cover", lambda *_: None)
    yy, xx = np.mgrid[-1:1:256j, -1:1:256j]
    mask = (np.clip(0.9 - np.hypot(xx, yy), 0, 0.02) / 0.02 * 255).astype(np.uint8)
    thing = np.rint(mask[:, :, None] * np.full(3, 200 / 255)).astype(np.uint8)
    monkeypatch.setattr(clutter, "draw_object", lambda rng: (thing, mask))
    for seed in range(10):
        board = Board(np.full((120, 160, 3), 200, np.uint8), np.eye(3), np.random.default_rng(seed))
        lay_objects(board, board.rng, 3)
        assert np.abs(board.image_bgr.astype(int) - 200).max() <= 3


def test_things_cover_no_glyph_and_change_the_page():
    digit = TrueDigit(7, (60, 40, 20, 30))
    touched = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        board = Board(np.full((120, 160, 3), 200, np.uint8), np.eye(3), rng, digits=[digit])
        lay_objects(board, rng, 3)
        shadowed = board.image_bgr[40:70, 60:80].astype(int)
        assert shadowed.min() > 95  # a shadow at most, which is half as dark as what it lies on
        touched += bool((board.image_bgr != 200).any())
    assert touched > 15


def test_a_page_without_things_is_as_it_was_before_there_were_any(monkeypatch):
    drawn = [pages.draw_page(seed, size_wh=(320, 240)) for seed in range(12)]
    monkeypatch.setattr(pages, "_OBJECTS", 0.0)
    monkeypatch.setattr(pages, "_OBJECTS_ON_DESKS", 0.0)
    bare = [pages.draw_page(seed, size_wh=(320, 240)) for seed in range(12)]
    assert all(a.digits == b.digits and a.numbers == b.numbers for a, b in zip(drawn, bare, strict=True))
    same = [np.array_equal(a.image_bgr, b.image_bgr) for a, b in zip(drawn, bare, strict=True)]
    assert any(same) and not all(same)
