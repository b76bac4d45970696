import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.reading.grouping import pairs_of
from digitedge.reading.joints import APART, FIRST_FEATURES, JOINED, POINT, SECOND_FEATURES, JointModel, Pairs, shipped_joints
from digitedge.reading.network import Network
from digitedge.reading.page import Box, Gap, Reading


def row(*left: int, height: int = 40) -> list[Reading]:
    field, scores = np.zeros((28, 28), np.uint8), np.zeros(11, np.float32)
    return [Reading(8, 1.0, (x, 0, 24, height), field, scores) for x in left]


def pairs(readings: list[Reading], *signs: Box, rules: Sequence[Box] = ()) -> Pairs:
    return Pairs.of(readings, pairs_of(readings), boxes(signs), boxes(rules))


def boxes(places: Sequence[Box]) -> NDArray[np.int32]:
    return np.array(places, np.int32).reshape(-1, 4)


def always(kind: int, features: int) -> Network:
    """A network that says the same of all pairs."""
    zeros, hidden = np.zeros(features, np.float32), np.zeros((features, 1), np.float32)
    return Network(zeros, zeros + 1, hidden, zeros[:1], np.zeros((1, 3), np.float32), 9 * np.eye(3, dtype=np.float32)[kind])


def even(features: int) -> Network:
    """A network that knows nothing."""
    return replace(always(APART, features), output_bias=np.zeros(3, np.float32))


def test_what_is_known_does_not_depend_on_where_on_the_page_the_pair_stands() -> None:
    here = pairs(row(0, 44), (32, 36, 5, 5))
    digits = [replace(r, box_xywh=(r.box_xywh[0] + 300, 500, 24, 40)) for r in row(0, 44)]
    there = pairs(digits, (332, 536, 5, 5), (40, 36, 5, 5))
    assert here.features.shape == (1, FIRST_FEATURES) and here.features.dtype == np.float32
    assert there.features == pytest.approx(here.features, abs=1e-5)


def test_ink_in_the_gap_is_counted_once_and_ink_elsewhere_not() -> None:
    assert pairs(row(0, 44), (32, 36, 5, 5)).signs.tolist() == [1]
    assert pairs(row(0, 44), (32, 36, 5, 5), (31, 35, 7, 7)).signs.tolist() == [1], "found in two layers"
    assert pairs(row(0, 44), (32, 36, 5, 5), (32, 14, 5, 5)).signs.tolist() == [2]
    for outside in ((4, 20, 8, 8), (32, -60, 5, 5), (32, 90, 5, 5), (-10, 44, 90, 3), (33, 30, 1, 1)):
        assert pairs(row(0, 44), outside).signs.tolist() == [0], outside


def test_of_several_signs_the_one_counts_that_stands_as_a_point_does() -> None:
    point, above = (32, 36, 5, 5), (30, 10, 9, 9)
    one, both = pairs(row(0, 44), point), pairs(row(0, 44), above, point)
    assert both.sign_height == one.sign_height == pytest.approx(5 / 40)


def test_the_page_tells_what_marks_are() -> None:
    """Between two pairs that a mark parts or joins, the second network sees that mark's size beside the page's."""
    known = pairs(row(0, 44, 88), (32, 36, 5, 5), (76, 36, 6, 12))
    sure = np.array([[0, 0, 9], [9, 0, 0]], np.float32)  # a point, and a comma
    seen = known.of_page(sure)
    assert seen.shape == (2, SECOND_FEATURES)
    points, usual_point, than_points, commas, usual_comma, than_commas = seen[:, -10:-4].T
    assert points == pytest.approx(commas) and points[0] < 0.5
    assert usual_point[0] == pytest.approx(5 / 40, rel=0.2) and usual_comma[0] == pytest.approx(12 / 40, rel=0.2)
    assert than_points[1] > than_points[0] and than_commas[0] < than_commas[1]


def test_rules_part_cells_hold_combs_or_are_only_near() -> None:
    table, comb = (37, -90, 2, 220), [(x, 8, 2, 32) for x in (-8, 37, 82)]
    near, far = (140, -90, 2, 220), (400, -90, 2, 220)
    told = [
        pairs(row(0, 50), rules=rules).features[0, -3:].tolist()
        for rules in ([table], comb, [near], [far], [(37, 400, 2, 220)])
    ]
    assert told == [[1, 0, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_two_cells_are_apart_whatever_the_networks_say() -> None:
    model = JointModel(always(JOINED, FIRST_FEATURES), always(JOINED, SECOND_FEATURES))
    table = [(33, -90, 2, 220)]
    assert model.judge(pairs(row(0, 44))).tolist() == [JOINED]
    assert model.judge(pairs(row(0, 44), rules=table)).tolist() == [APART]
    assert model.judge(pairs(row(0, 36), rules=[(29, -90, 2, 220)])).tolist() == [JOINED], "it may be a stroke of the writing"


def test_rules_far_above_are_not_near_on_a_crowded_page_either() -> None:
    """Past some thousand of pairs of rules and digits, `overlapping` gives more than what overlaps."""
    rules = [(60, 0, 2, 4500), *((110, line, 2, 25) for line in range(2500))]
    low = [replace(reading, box_xywh=(reading.box_xywh[0], 5000, 24, 40)) for reading in row(0, 50, 100)]
    for some in (rules[:3], rules):
        assert pairs(low, rules=some).features[:, -3:].tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_model_for_other_features_is_refused() -> None:
    stored = json.loads(shipped_joints().to_text())
    stored["networks"].reverse()
    with pytest.raises(ModelError, match="other features"):
        JointModel.from_text(json.dumps(stored))


def test_two_signs_are_no_point_whatever_the_networks_say() -> None:
    model = JointModel(always(POINT, FIRST_FEATURES), always(POINT, SECOND_FEATURES))
    assert model.judge(pairs(row(0, 44), (32, 36, 5, 5))).tolist() == [POINT]
    assert model.judge(pairs(row(0, 44), (32, 36, 5, 5), (32, 14, 5, 5))).tolist() == [APART]
    assert model.judge(pairs(row(0, 44))).tolist() == [APART], "there is none, and nobody looked"


def test_a_gap_counts_where_the_first_network_doubts() -> None:
    left, right = row(0, 30)
    shows = np.array([1, 0, 3], np.float32)
    known = pairs([replace(left, after=Gap.between(left.box_xywh, right.box_xywh, shows)), right])
    sure, torn = np.array([[0, 9, 0]], np.float32), np.array([[0, 1, 1]], np.float32)
    assert known.of_page(sure)[0, -4:].tolist() == [0, 0, 0, 0]
    looked, *chances = known.of_page(torn)[0, -4:].tolist()
    assert looked == 1 and np.exp(chances) == pytest.approx(np.exp([1, 0, 3]) / np.exp([1, 0, 3]).sum(), rel=1e-5)
    assert pairs([left, right]).of_page(torn)[0, -4:].tolist() == [0, 0, 0, 0], "nobody looked"
    x, y, w, h = right.box_xywh
    speck = Gap.between(left.box_xywh, (x - h // 2, y + h // 2, w // 2, h // 2), shows)
    assert pairs([replace(left, after=speck), right]).of_page(torn)[0, -4:].tolist() == [0] * 4, "of what followed before"


def test_only_doubtful_gaps_outside_tables_are_looked_at() -> None:
    torn = JointModel(even(FIRST_FEATURES), even(SECOND_FEATURES))
    assert torn.doubtful(pairs(row(0, 44, 88))).tolist() == [0, 1]
    assert torn.doubtful(pairs(row(0, 44, 88), rules=[(33, -90, 2, 220)])).tolist() == [1]
    sure = JointModel(always(JOINED, FIRST_FEATURES), always(JOINED, SECOND_FEATURES))
    assert sure.doubtful(pairs(row(0, 44, 88))).tolist() == []


def test_a_model_is_stored_and_read_again() -> None:
    shipped = shipped_joints()
    again = JointModel.from_text(shipped.to_text())
    known = pairs(row(0, 30, 74, 140), (62, 36, 5, 5))
    assert again.judge(known).tolist() == shipped.judge(known).tolist() == [JOINED, POINT, APART]
    assert again.first.log_odds(known.features) == pytest.approx(shipped.first.log_odds(known.features), rel=0.02, abs=0.05)
