"""One picture in, one page out: the stages in their order, each timed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from digitedge.errors import ModelError
from digitedge.patch import to_inputs
from digitedge.reading.advice import advice
from digitedge.reading.candidates import MAX_ASPECT, Candidate, find_candidates
from digitedge.reading.context import ContextModel
from digitedge.reading.decide import Selection, select
from digitedge.reading.gaps import GAP_MODEL, gap_pictures
from digitedge.reading.glimpse import FAR_HEIGHTS, GLIMPSE_MODEL, NEAR_HEIGHTS, glimpses
from digitedge.reading.grouping import group_numbers, in_reading_order, known_pairs
from digitedge.reading.ink import InkLayer, ink_layers
from digitedge.reading.joints import Pairs, shipped_joints
from digitedge.reading.page import Box, Gap, Page, Reading
from digitedge.reading.signs import signs_between
from digitedge.reading.splits import split
from digitedge.reading.surroundings import evidence
from digitedge.reading.tilt import tilted_lines, upright
from digitedge.runtime.classifier import Classifier, softmax
from digitedge.runtime.modelfile import DIGIT_LABELS

_PLAUSIBLE = 0.1  # a digit's probability, below which a candidate does not tell where a line of digits runs,
_SURE = 0.9  # and above which for all of a line none would be read better another way
_SHOWN = 0.98  # probability past which one glimpse has shown what something is


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What a user may set; the defaults were chosen on generated scenes.

    Attributes:
        min_confidence: Readings below this calibrated probability are dropped, in [0, 1]. The default is half of the F1 that is
            reached on drawn pages (Z. C. Lipton et al. 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure").
        roi_xywh: Region of interest, pixels of the full picture; None reads all of it.
        grouped: Whether digits are grouped into numbers; the camera does that itself, with those that are steady.
        looks_between: Whether doubtful gaps between digits are looked at, for grouping them.
    """

    min_confidence: float = 0.48
    roi_xywh: Box | None = None
    grouped: bool = True
    looks_between: bool = True


@dataclass(frozen=True, slots=True)
class Trace:
    """A page and how it came about, for explaining.

    Attributes:
        page: The result.
        view: uint8 [h, w], the region of interest; everything below is in its pixels.
        layers: Ink at each scale and polarity.
        candidates: Everything offered to the classifier, N of them.
        fields: uint8 [N, side, side], what it saw.
        probabilities: float32 [N, outputs], what it said.
        digits: intp [N], what each is taken for, its surroundings considered.
        confidence: float32 [N], how likely it is that digit.
        selection: Which stand.
        origins: The candidate of each of the page's digits, in their order.
        pairs: What is known of neighbours among these; None where there are none or `ReaderSettings.looks_between` is off.
    """

    page: Page
    view: NDArray[np.uint8]
    layers: list[InkLayer]
    candidates: list[Candidate]
    fields: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    digits: NDArray[np.intp]
    confidence: NDArray[np.float32]
    selection: Selection
    origins: list[Candidate]
    pairs: Pairs | None


class Reader:
    """Finds and reads the digits of grey pictures."""

    def __init__(
        self, classifier: Classifier, settings: ReaderSettings | None = None, context: ContextModel | None = None
    ) -> None:
        """Take a classifier; the context model comes with its file unless another is given. Raises ModelError for no digits."""
        _check_digits(classifier)
        self.classifier = classifier
        self.settings = settings or ReaderSettings()
        stored = classifier.info.metadata.get("context")
        self.context = ContextModel.from_metadata(stored) if context is None and stored else context

    def prepare(self) -> None:
        """Load now what is loaded when the first doubt comes up, so that no live frame waits for it."""
        for network in (self._glimpse, self._gap):
            network.logits(np.zeros((1, network.input.shape[1], network.input.shape[2]), np.uint8))
        shipped_joints()

    def read(self, gray: NDArray[np.uint8]) -> Page:
        """Return what is written in a picture, uint8 [H, W], 0 black to 255 white."""
        return self.trace(gray).page

    def trace(self, gray: NDArray[np.uint8]) -> Trace:
        """Return what is written in a picture, uint8 [H, W], with every stage's result."""
        view, offset = _cropped(gray, self.settings.roi_xywh)
        clock = _StageClock()
        layers = list(ink_layers(view)) if view.size else []
        clock.stage("ink")
        found = self._found(layers, clock)
        candidates, fields, probabilities = found.candidates, found.fields, found.probabilities
        digits = probabilities[:, : self.classifier.digits]
        best = digits.argmax(axis=1) if len(digits) else np.empty(0, np.intp)
        confidence = digits[np.arange(len(best)), best]
        if self.context is not None and len(best):
            known = evidence(candidates, probabilities, self.classifier.digits)
            best, confidence = self.context.judge(known, lambda which: self.look([candidates[i] for i in which], layers))
        selection = select(candidates, best, confidence, self.settings.min_confidence)
        standing = [
            Reading(int(best[i]), float(confidence[i]), box, fields[i], probabilities[i])
            for i in selection.standing
            for box in [_moved(candidates[i].box_xywh, offset, view)]
        ]
        found_at = {id(reading): candidates[i] for reading, i in zip(standing, selection.standing, strict=True)}
        readings = in_reading_order(standing)
        origins = [found_at[id(reading)] for reading in readings]
        clock.stage("decide")
        corner = np.array([*offset, 0, 0], np.int32)
        signs = signs_between(candidates, selection.standing, found.marks) + corner
        rules = np.rint(found.rules[:, :4]).astype(np.int32) + corner
        pairs = known_pairs(readings, signs, rules) if self.settings.looks_between else None
        if pairs:
            pairs = self._look_between(readings, pairs, origins, layers)
        numbers = group_numbers(readings, signs, rules, known=pairs) if self.settings.grouped else ()
        clock.stage("numbers")
        hint = advice(view, readings, np.concatenate([found.marks, found.rules]))
        clock.stage("advice")
        page = Page((gray.shape[1], gray.shape[0]), tuple(readings), numbers, clock.stage_ms, signs, rules, hint)
        return Trace(page, view, layers, candidates, fields, probabilities, best, confidence, selection, origins, pairs)

    def candidates(self, layers: list[InkLayer]) -> tuple[list[Candidate], NDArray[np.float32]]:
        """Return what may be a digit in a picture's ink, and what the classifier says of it, float32 [N, outputs]."""
        found = self._found(layers, _StageClock())
        return found.candidates, found.probabilities

    def look(self, candidates: list[Candidate], layers: list[InkLayer]) -> NDArray[np.float32]:
        """Return what a glimpse of each candidate and its surroundings shows, float32 [N, 11]: 0 to 9, or no digit.

        What that leaves open is looked at from nearer by, too, and the mean of both logits counts.
        """
        network = self._glimpse
        logits = network.logits(glimpses(candidates, layers, FAR_HEIGHTS))
        open_ = np.flatnonzero(softmax(logits, network.info).max(axis=1) < _SHOWN)
        if len(open_):
            nearer = glimpses([candidates[index] for index in open_], layers, NEAR_HEIGHTS)
            logits[open_] = (logits[open_] + network.logits(nearer)) / 2
        return softmax(logits, network.info)

    @cached_property
    def _glimpse(self) -> Classifier:
        return Classifier(GLIMPSE_MODEL)

    @cached_property
    def _gap(self) -> Classifier:
        return Classifier(GAP_MODEL)

    def _look_between(self, readings: list[Reading], pairs: Pairs, origins: list[Candidate], layers: list[InkLayer]) -> Pairs:
        """Look at the gaps of which it is not clear what they join; put what they show into ``readings`` and return it, too."""
        doubtful = shipped_joints().doubtful(pairs)
        if not len(doubtful):
            return pairs
        left, right = pairs.members[:, doubtful].tolist()
        beside = [(origins[one], origins[other]) for one, other in zip(left, right, strict=True)]
        shown = self._gap.logits(gap_pictures(beside, layers))
        for place, follower, shows in zip(left, right, shown, strict=True):
            gap = Gap.between(readings[place].box_xywh, readings[follower].box_xywh, shows)
            readings[place] = replace(readings[place], after=gap)
        return pairs.seen(doubtful, shown)

    def _found(self, layers: list[InkLayer], clock: _StageClock) -> _Found:
        """Return what may be a digit: whole pieces first, then the parts of those that are none as they are."""
        pieces, marks, rules = find_candidates(layers)
        clock.stage("candidates")
        narrow = [index for index, piece in enumerate(pieces) if is_offered(piece)]
        offered = [pieces[index] for index in narrow]
        fields = self._fields(offered)
        clock.stage("patch")
        fields, probabilities = self._classified(offered, fields)
        clock.stage("invoke")
        chances = np.zeros(len(pieces), np.float32)
        chances[narrow] = probabilities[:, : self.classifier.digits].max(axis=1, initial=0)
        whole = [index for index, piece in enumerate(pieces) if piece.how == "piece"]
        parts = list(split([pieces[index] for index in whole], chances[whole]))
        clock.stage("candidates")
        if parts:
            fields = np.concatenate([fields, self._fields(parts)])
            clock.stage("patch")
            probabilities = np.concatenate([probabilities, self.classifier.probabilities(fields[len(offered) :])])
            clock.stage("invoke")
        return _Found([*offered, *parts], fields, probabilities, marks, rules)

    def _fields(self, candidates: list[Candidate]) -> NDArray[np.uint8]:
        return to_inputs((candidate.patch for candidate in candidates), self.classifier.info.geometry)

    def _classified(
        self, candidates: list[Candidate], fields: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return fields and probabilities, with the digits of tilted lines turned upright where that reads better."""
        probabilities = self.classifier.probabilities(fields)
        count = self.classifier.digits
        best = probabilities[:, :count].max(axis=1, initial=0)
        plausible = [index for index in np.flatnonzero(best > _PLAUSIBLE).tolist() if candidates[index].how == "piece"]
        if best[plausible].min(initial=1) > _SURE:
            return fields, probabilities
        for degrees, members in tilted_lines([candidates[index].box_xywh for index in plausible]):
            indices = [plausible[member] for member in members]
            if best[indices].min() > _SURE:
                continue
            turned = to_inputs((upright(candidates[i].patch, degrees) for i in indices), self.classifier.info.geometry)
            read = self.classifier.probabilities(turned)
            if read[:, :count].max(axis=1).mean() > best[indices].mean():
                fields[indices], probabilities[indices] = turned, read
        return fields, probabilities


@dataclass(frozen=True, slots=True)
class _Found:
    """What may be a digit (see `Trace`), and the marks and rules of `find_candidates`."""

    candidates: list[Candidate]
    fields: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    marks: NDArray[np.float32]
    rules: NDArray[np.float32]


def _check_digits(classifier: Classifier) -> None:
    """Raise ModelError for a model that does not read single digits; the glimpse's digits stand amid their surroundings."""
    info = classifier.info
    if classifier.digits < 10 or info.labels[:10] != DIGIT_LABELS or "glimpse" in info.metadata:
        raise ModelError(
            f"{classifier.path}: is no classifier of single digits, 0 to 9.", "Give one, or train one: digitedge train cnn"
        )


def candidates_of(gray: NDArray[np.uint8]) -> list[Candidate]:
    """Return everything in a picture, uint8 [H, W], that may be offered to a classifier, whatever that says of it."""
    pieces = find_candidates(list(ink_layers(gray)))[0]
    return [*filter(is_offered, pieces), *split([piece for piece in pieces if piece.how == "piece"])]


def is_offered(piece: Candidate) -> bool:
    """Return whether a piece is narrow enough for a digit."""
    return piece.patch.shape[1] <= MAX_ASPECT * piece.patch.shape[0]


def _cropped(gray: NDArray[np.uint8], roi: Box | None) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return the region of interest (what of it lies in the picture) and its corner."""
    if roi is None:
        return gray, (0, 0)
    x, y = min(max(0, roi[0]), gray.shape[1]), min(max(0, roi[1]), gray.shape[0])
    return np.ascontiguousarray(gray[y : max(0, roi[1] + roi[3]), x : max(0, roi[0] + roi[2])]), (x, y)


def is_outside(roi: Box, size_wh: tuple[int, int]) -> bool:
    """Return whether no pixel of a region of interest lies in a picture of this size.

    >>> is_outside((640, 0, 9, 9), (640, 480)), is_outside((600, -5, 90, 9), (640, 480))
    (True, False)
    """
    x, y, w, h = roi
    return x >= size_wh[0] or y >= size_wh[1] or x + w <= 0 or y + h <= 0


def _moved(box: Box, offset: tuple[int, int], view: NDArray[np.uint8]) -> Box:
    """Return a box of the view as one of the picture, without what the rounding of coarse layers put past the view's edge.

    >>> _moved((90, 40, 20, 8), (5, 0), np.zeros((50, 100), np.uint8))
    (95, 40, 10, 8)
    """
    height, width = view.shape
    x, y = min(box[0], width - 1), min(box[1], height - 1)
    return x + offset[0], y + offset[1], min(box[2], width - x), min(box[3], height - y)


class _StageClock:
    """Milliseconds between stages; a stage named twice adds up."""

    def __init__(self) -> None:
        self.stage_ms: dict[str, float] = {}
        self._last = perf_counter()

    def stage(self, name: str) -> None:
        now = perf_counter()
        self.stage_ms[name] = self.stage_ms.get(name, 0.0) + (now - self._last) * 1e3
        self._last = now
