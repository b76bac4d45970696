"""One picture in, one page out: the stages in their order, each timed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.reading.page import Page
from digitedge.runtime.classifier import Classifier


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What a user may set; the defaults were chosen on generated scenes.

    Attributes:
        min_confidence: Readings below this calibrated probability are dropped, in [0, 1].
    """

    min_confidence: float = 0.5


class Reader:
    """Finds and reads the digits of grey pictures."""

    def __init__(self, classifier: Classifier, settings: ReaderSettings | None = None) -> None:
        self.classifier = classifier
        self.settings = settings or ReaderSettings()

    def read(self, gray: NDArray[np.uint8]) -> Page:
        """Return what is written in a picture, uint8 [H, W], 0 black to 255 white."""
        size_wh = (gray.shape[1], gray.shape[0])
        return Page(size_wh, (), (), {})
