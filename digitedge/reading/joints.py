"""What joins two neighbours of a line: their number, its point, or nothing; told by two small networks.

The first sees the two digits, the ink between them and how close digits are on the page. Where it doubts, the gap is looked at
(`digitedge.reading.gaps`). The second sees that, too, and what the first thinks of the page: in a list of numbers many pairs
are parted by a mark as large as this one, in a bill such a mark is a point.

    boxes, signs, rules ──first──▶ apart, joined or point ──the whole page's──▶ second ──▶ apart, joined or point
                             └──in doubt: the gap's picture──▶ its network ──▶ ┘

They are fitted on drawn pages (``digitedge.export.jointfit``, scripts/fit-joints) and lie beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.reading.near import overlapping
from digitedge.reading.network import Floats, Network, log_chances
from digitedge.reading.page import Box, Gap, Reading
from digitedge.reading.rules import are_of_paper, do_part

APART, JOINED, POINT = range(3)
"""What two neighbours are: of two numbers, of one, or of one with its point between them."""

UNSEEN = np.full(3, np.nan, np.float32)
"""Of a gap that nobody looked at, in `Pairs.gaps`."""

KINDS = ("apart", "joined", "point")
"""Their names."""

JOINT_MODEL = Path(__file__).with_name("joints.json")
"""Both networks."""

FIRST_FEATURES = 27
"""How many the first network sees."""

SECOND_FEATURES = FIRST_FEATURES + 13
"""How many the second network sees: the first one's, its logits, what it thinks of the page, and what the gap shows."""

DOUBT = 0.02
"""What the first network leaves to other kinds, from which on the gap is looked at."""

_RULE_REACH = 2.5  # heights above and below a pair of digits, where a rule between them may go on,
_RULES_BESIDE = 4.0  # and to its left and right, where the next one stands
_ROOM = 0.35  # heights between digits, where a rule between them touches neither
_FEW = 5  # pairs, which tell little of a page's habits
_MIN_SIGN = 0.06  # heights: smaller ink between digits is a speck
_NEVER = -8.0  # logarithm of a probability, of what a gap does not show
_FREE = np.array([0.0, 0.15, 0.3], np.float32)  # heights between digits, on a page where few pairs tell


@dataclass(frozen=True, slots=True)
class Pairs:
    """Neighbours, P pairs, and the ink between them.

    Attributes:
        members: intp [2, P], which digits: left and right.
        features: float32 [P, `FIRST_FEATURES`].
        signs: float32 [P], how many there are between them.
        sign_height: float32 [P], of the one that stands most as a point does, in heights of the digits.
        in_cells: bool [P], whether a rule parts them that has room between them: one that runs through writing says less.
        gaps: float32 [P, 3], logits of what each pair is, as its gap's picture shows; `UNSEEN` where nobody looked.
    """

    members: NDArray[np.intp]
    features: Floats
    signs: Floats
    sign_height: Floats
    in_cells: NDArray[np.bool_]
    gaps: Floats

    @classmethod
    def of(
        cls, readings: Sequence[Reading], pairs: NDArray[np.intp], signs: NDArray[np.int32], rules: NDArray[np.int32]
    ) -> Pairs:
        """Return what is known of pairs of digits.

        Args:
            readings: All digits of the page.
            pairs: intp [2, P], left and right, P at least 1.
            signs: int32 [M, 4], boxes of ink beside the digits.
            rules: int32 [K, 4], of pieces of upright rules.
        """
        digits = np.array([reading.box_xywh for reading in readings], np.float32)
        left, right = digits[pairs[0]].T, digits[pairs[1]].T
        (x, y, w, h), (other_x, other_y, other_w, other_h) = left, right
        height = (h + other_h) / 2
        gap = (other_x - x - w) / height
        between = _between(left, right, signs.astype(np.float32))
        signed = between[:, 0] > 0
        free = np.sort(np.concatenate([gap[~signed], _FREE]))
        columns = [
            gap,
            np.log(other_h / h),
            (other_y + other_h - y - h) / height,
            (other_y - y) / height,
            w / h,
            other_w / other_h,
            np.log(height / np.sort(digits[:, 3])[len(digits) // 2]),
            height / 20,
            *(np.full(len(gap), free[len(free) * part // 4]) for part in (1, 2, 3)),
        ]
        parted = _parted(digits, pairs, np.maximum(h, other_h), rules)
        features = np.concatenate([np.stack(columns, axis=1), between, parted], axis=1)
        in_cells = (parted[:, 0] > 0) & (gap >= _ROOM)
        gaps = np.array([_shown(readings[one], readings[other]) for one, other in pairs.T.tolist()], np.float32)
        return cls(pairs, features.astype(np.float32), between[:, 0], between[:, 7], in_cells, gaps)

    def seen(self, which: NDArray[np.intp], logits: Floats) -> Pairs:
        """Return the same with what a look at some gaps, intp [K], has shown: float32 [K, 3]."""
        gaps = self.gaps.copy()
        gaps[which] = logits
        return replace(self, gaps=gaps)

    def looked_at(self, logits: Floats) -> NDArray[np.bool_]:
        """Return which gaps' pictures count, bool [P]: those the first network, whose logits are [P, 3], doubts."""
        return in_doubt(logits) & ~np.isnan(self.gaps[:, 0])

    def of_page(self, logits: Floats) -> Floats:
        """Return float32 [P, `SECOND_FEATURES`], what the second network sees, from the first one's logits, [P, 3]."""
        signed = self.signs > 0
        chances = np.exp(log_chances(logits)) * signed[:, None]
        habits = []
        for kind in (POINT, APART):
            of_kind = chances[:, kind]
            usual = (of_kind @ self.sign_height) / (of_kind.sum() + 0.1)
            share = of_kind.sum() / (len(logits) + _FEW)
            shares = np.full(len(logits), share), np.full(len(logits), usual)
            habits += [*shares, (self.sign_height - usual) * signed]
        seen = self.looked_at(logits)
        shown = np.zeros((len(logits), 4), np.float32)
        shown[seen, 0] = 1
        shown[seen, 1:] = np.maximum(log_chances(self.gaps[seen]), _NEVER)
        return np.concatenate([self.features, logits, np.stack(habits, axis=1), shown], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class JointModel:
    """Both networks, see the module's head."""

    first: Network
    second: Network

    def judge(self, pairs: Pairs) -> NDArray[np.intp]:
        """Return what each pair is, intp [P] of `APART`, `JOINED` and `POINT`.

        Two signs, as of a time, are no point, and two cells are apart, whatever the networks think.
        """
        logits = self.first.log_odds(pairs.features)
        kinds = self.second.log_odds(pairs.of_page(logits)).argmax(axis=1)
        no_point = (pairs.signs > 1) | (pairs.signs == 0) & ~pairs.looked_at(logits)
        kinds[(kinds == POINT) & no_point | pairs.in_cells] = APART
        return kinds

    def doubtful(self, pairs: Pairs) -> NDArray[np.intp]:
        """Return which pairs' gaps are worth a look, intp [K]."""
        return np.flatnonzero(in_doubt(self.first.log_odds(pairs.features)) & ~pairs.in_cells)

    def to_text(self) -> str:
        """Return the weights as JSON."""
        return json.dumps({"networks": [self.first.to_metadata(), self.second.to_metadata()]}, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> JointModel:
        """Return the model that `to_text` wrote.

        Raises:
            ModelError: It was fitted to other features.
        """
        networks = Network.all_from_metadata(json.loads(text)["networks"], (FIRST_FEATURES, SECOND_FEATURES))
        if networks is None:
            raise ModelError(
                "What joins digits to numbers was fitted to other features than this digitedge's.",
                "Fit it again (scripts/fit-joints).",
            )
        return cls(*networks)


@lru_cache(maxsize=1)
def shipped_joints() -> JointModel:
    """Return the model that lies beside this file."""
    return JointModel.from_text(JOINT_MODEL.read_text())


def in_doubt(logits: Floats) -> NDArray[np.bool_]:
    """Return bool [P]: whether the first network, whose logits are float32 [P, 3], does not know what a pair is."""
    return log_chances(logits).max(axis=1) < np.log1p(-DOUBT)


def _shown(left: Reading, right: Reading) -> Floats:
    """Return what the gap between two digits shows, float32 [3]."""
    is_known = left.after and left.after.is_same(Gap.between(left.box_xywh, right.box_xywh, UNSEEN))
    return left.after.shows if left.after and is_known else UNSEEN


def _between(left: Floats, right: Floats, signs: Floats) -> Floats:
    """Return float32 [P, 13]: how many signs stand between two digits, how high the highest is, and where that one is, and how
    large, that stands most as a point does: in the middle of the gap and at the digits' feet. All 0 where there is none.

    Args:
        left: float32 [4, P], x, y, width and height.
        right: The same.
        signs: float32 [M, 4].
    """
    (x, y, w, h), (other_x, other_y, other_w, other_h) = left, right
    found = np.zeros((len(x), 13), np.float32)
    if not len(signs):
        return found
    height, taller, foot = (h + other_h) / 2, np.maximum(h, other_h), (y + h + other_y + other_h) / 2
    lowest = np.maximum(y + h, other_y + other_h)
    top = np.minimum(y, other_y) + 0.22 * taller
    pair, sign = overlapping(np.stack([x, top, w, lowest + 0.3 * taller - top], axis=1), signs)
    sign_x, sign_y, sign_w, sign_h = signs[sign].T
    middle_x, middle_y, size = sign_x + sign_w / 2, sign_y + sign_h / 2, np.maximum(sign_w, sign_h)
    inside = (middle_x > (x + 0.6 * w)[pair]) & (middle_x < (other_x + 0.4 * other_w)[pair])
    inside &= (middle_y >= top[pair]) & (sign_y < lowest[pair] + 0.08 * taller[pair]) & (size >= _MIN_SIGN * taller[pair])
    inside &= ~((sign_x < (x + 0.5 * w)[pair]) & (sign_x + sign_w > (other_x + 0.5 * other_w)[pair]))  # below both
    off = np.abs(middle_y - foot[pair]) + np.abs(middle_x - ((x + w + other_x) / 2)[pair]) / 2
    kept = np.flatnonzero(inside)
    kept = kept[np.lexsort((off[kept], pair[kept]))]
    pair, sign = pair[kept], sign[kept]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    rows, main = pair[starts], kept[starts]
    if not len(rows):
        return found
    unit = height[rows]
    of_main = main.repeat(np.diff(starts, append=len(pair)))
    again = np.abs(middle_x[kept] - middle_x[of_main]) < np.minimum(sign_w[kept], sign_w[of_main]) / 2
    again &= np.abs(middle_y[kept] - middle_y[of_main]) < np.minimum(sign_h[kept], sign_h[of_main]) / 2  # in another layer
    found[rows, 0] = np.minimum(1 + np.add.reduceat(~again, starts), 4)
    found[rows, 1] = np.maximum.reduceat(signs[sign, 3], starts) / taller[rows]
    found[rows, 2] = (sign_x[main] - x[rows] - w[rows]) / unit
    found[rows, 3] = (other_x[rows] - sign_x[main] - sign_w[main]) / unit
    found[rows, 4] = (middle_y[main] - foot[rows]) / unit
    found[rows, 5] = (sign_y[main] - foot[rows]) / unit
    found[rows, 6] = (sign_y[main] + sign_h[main] - foot[rows]) / unit
    found[rows, 7] = sign_h[main] / unit
    found[rows, 8] = sign_w[main] / unit
    found[rows, 9] = np.log(sign_h[main] / sign_w[main])
    found[rows, 10] = np.minimum(sign_w[main] / 20, 2)
    found[rows, 11] = np.minimum(sign_h[main] / 20, 2)
    found[rows, 12] = 1
    return found


def _parted(digits: Floats, pairs: NDArray[np.intp], taller: Floats, rules: NDArray[np.int32]) -> Floats:
    """Return float32 [P, 3]: whether rules part the two, whether they are of a comb, and whether rules are near."""
    found = np.zeros((pairs.shape[1], 3), np.float32)
    if not len(rules) or are_of_paper(rules.astype(np.float32), digits):
        return found
    left, right = digits[pairs[0]], digits[pairs[1]]
    first, last = left[:, 0] - _RULES_BESIDE * taller, right[:, 0] + right[:, 2] + _RULES_BESIDE * taller
    top, bottom = left[:, 1] - _RULE_REACH * taller, left[:, 1] + (1 + _RULE_REACH) * taller
    near: dict[int, list[Box]] = {}
    boxes: list[Box] = [(x, y, w, h) for x, y, w, h in rules.tolist()]
    pair, rule = overlapping(np.stack([first, top, last - first, bottom - top], axis=1), rules.astype(np.float32))
    x, y, w, h = rules[rule].T
    here = (x < last[pair]) & (x + w > first[pair]) & (y < bottom[pair]) & (y + h > top[pair])
    for row, index in zip(pair[here].tolist(), rule[here].tolist(), strict=True):
        near.setdefault(row, []).append(boxes[index])
    for row, pieces in near.items():
        one, other = (_box(place[row]) for place in (left, right))
        part = do_part(one, other, pieces)
        found[row] = part is True, part is False, 1
    return found


def _box(place: Floats) -> Box:
    x, y, w, h = (round(value) for value in place.tolist())
    return x, y, w, h
