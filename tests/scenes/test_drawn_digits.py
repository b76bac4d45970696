import numpy as np
import pytest

from digitedge.scenes.digit_styles import CONTINENTAL, DIGITS
from digitedge.scenes.digits import NONDIGIT_KINDS, draw_digits, draw_nondigits
from digitedge.scenes.hand import Hand
from digitedge.scenes.strokes import parse_template


def test_the_same_seed_draws_the_same_digits_and_another_seed_others():
    first, labels = draw_digits(30, seed=4)
    again, labels_again = draw_digits(30, seed=4)
    other, _ = draw_digits(30, seed=5)
    assert (labels == labels_again).all()
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_classes_are_balanced_and_shuffled():
    _, labels = draw_digits(205, seed=1)
    assert labels.dtype == np.int64
    assert sorted(set(np.bincount(labels, minlength=10))) == [20, 21]
    assert (np.diff(labels) != 0).mean() > 0.7


def test_patches_are_tight_bright_ink_on_nothing():
    patches, _ = draw_digits(300, seed=2)
    for patch in patches:
        assert patch.dtype == np.uint8 and patch.max() > 150
        assert patch[0].any() and patch[-1].any() and patch[:, 0].any() and patch[:, -1].any()
    heights = [patch.shape[0] for patch in patches]
    assert min(heights) >= 12 and max(heights) <= 170
    assert np.quantile(heights, 0.9) - np.quantile(heights, 0.1) > 40


@pytest.mark.parametrize("digit", range(10))
def test_every_hand_writes_its_usual_style_but_all_styles_occur(digit):
    rng = np.random.default_rng(0)
    templates = DIGITS[digit]
    hand = Hand.random(rng)
    own = [hand.choose(templates, rng).style for _ in range(60)]
    assert max(own.count(style) for style in set(own)) > 40
    everybody = {Hand.random(rng).choose(templates, rng).style for _ in range(1500)}
    assert everybody == {template.style for template in templates}


def test_a_template_passes_through_its_points_and_ends_its_strokes():
    seven = parse_template("7", "0,0 60,0! 20,100 ; 10,50 50,50")
    path = seven.sharp @ seven.controls
    assert np.allclose(path[0], (0, 0)) and np.allclose(path[seven.stroke_ends[0] - 1], (0.2, 1.0))
    assert np.allclose(path[-1], (0.5, 0.5))
    assert np.abs(path - (0.6, 0.0)).sum(axis=1).min() < 1e-9
    assert np.allclose(seven.sharp.sum(axis=1), 1) and np.allclose(seven.round.sum(axis=1), 1)


def test_a_stroke_of_one_point_is_refused():
    with pytest.raises(ValueError, match="two points"):
        parse_template("x", "1,2 ; 3,4 5,6")


def test_some_digits_come_in_print_when_asked():
    drawn, labels = draw_digits(100, seed=6)
    mixed, same = draw_digits(100, seed=6, printed=0.4)
    assert (labels == same).all()
    printed = sum(not np.array_equal(a, b) for a, b in zip(drawn, mixed, strict=True))
    assert printed >= 30  # what follows a printed one differs as well
    all_print, _ = draw_digits(40, seed=6, printed=1.0)
    assert all(8 <= patch.shape[0] <= 75 for patch in all_print)


def test_nondigits_come_in_every_kind_and_are_tight():
    patches, kinds = draw_nondigits(260, seed=3)
    assert {kind: kinds.count(kind) for kind in set(kinds)} == dict.fromkeys(NONDIGIT_KINDS, 20)
    for patch in patches:
        assert patch.dtype == np.uint8 and patch.size > 0
        assert patch[0].any() and patch[-1].any() and patch[:, 0].any() and patch[:, -1].any()
    again, _ = draw_nondigits(260, seed=3)
    assert all(np.array_equal(a, b) for a, b in zip(patches, again, strict=True))


def test_only_the_kinds_asked_for_are_drawn():
    _, kinds = draw_nondigits(10, seed=3, kinds=["scribble", "line"])
    assert set(kinds) == {"scribble", "line"}
    with pytest.raises(ValueError, match="kinds must be some of"):
        draw_nondigits(1, seed=0, kinds=["dragon"])


def test_pieces_of_lines_never_stand_upright():
    patches, _ = draw_nondigits(300, seed=8, kinds=["line"])
    assert all(patch.shape[0] < 2.5 * patch.shape[1] for patch in patches)


def test_a_share_of_some_digits_is_drawn_as_on_the_continent():
    usual, labels = draw_digits(200, seed=4)
    mixed, labels_again = draw_digits(200, seed=4, continental=1.0)
    assert (labels == labels_again).all()
    same = np.array([np.array_equal(a, b) for a, b in zip(usual, mixed, strict=True)])
    assert not same[np.isin(labels, list(CONTINENTAL))].any()
    nothing_changed, _ = draw_digits(200, seed=4, continental=0.0)
    assert all(np.array_equal(a, b) for a, b in zip(usual, nothing_changed, strict=True))
