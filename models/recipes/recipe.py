"""What a recipe is: an architecture and the settings it is trained with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from digitedge.patch import Geometry


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network is trained.

    Attributes:
        epochs: Passes over the training pictures.
        batch_size: Pictures a step.
        learning_rate: Adam's, at its highest.
        schedule: "constant", or "cosine": a short linear rise, then down to 0 along half a cosine wave
            (I. Loshchilov, F. Hutter 2017, "SGDR").
        weight_decay: AdamW's; 0 is plain Adam.
        paper_share: Share of the pictures changed as paper and pens change them, the others mildly, anew each epoch;
            None trains on the pictures as they are.
        label_smoothing: Share of each label that is spread over all classes.
        plain_share: Share of the pictures that stay as they are where ``paper_share`` is given.
        hands: How many digits of drawn hands are learnt beside the data set's.
        fonts: A folder of handwriting fonts that digits, and the writing on drawn pages, are taken from; "" for none.
        font_digits: How many of their digits are learnt, where there are ``fonts``.
        nondigits: How many drawn non-digits are learnt as the reject output; 0 for a network of ten outputs.
        pages: How many drawn pages the reader cuts further digits and non-digits from.
        reject_ratio: At most so many non-digits for each digit an epoch, others each time; None learns from all of them.
        reject_wins: Share of the validation digits that the reject output may win in the end: its bias is lowered until it
            does (training on many non-digits makes it win too often where digits are what one meets); None leaves it.
        teacher: A .keras file of a larger network whose answers for digits are learnt beside the labels; "" for none. Of
            several, parted as paths are in $PATH, the mean answer is learnt.
        extra: An .npz file with further patches, ``fields`` uint8 [N, 28, 28] and ``labels`` (0..9, 10 = reject); "" for none.
        start: A .keras file whose weights it starts from; "" starts from random ones.
    """

    epochs: int
    batch_size: int = 32
    learning_rate: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    paper_share: float | None = None
    label_smoothing: float = 0.0
    plain_share: float = 0.0
    hands: int = 0
    nondigits: int = 0
    pages: int = 0
    reject_ratio: float | None = None
    reject_wins: float | None = None
    teacher: str = ""
    extra: str = ""
    start: str = ""
    fonts: str = ""
    font_digits: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError(f"epochs and batch_size must be at least 1, got {self.epochs} and {self.batch_size}")
        if self.schedule not in ("constant", "cosine"):
            raise ValueError(f'schedule must be "constant" or "cosine", got {self.schedule!r}')


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network that one command trains.

    Attributes:
        name: What it is called on the command line.
        summary: One line for the list.
        source: Where architecture and settings were published, or how they were chosen.
        geometry: How a patch is laid into its input.
        build: Returns the untrained Keras model; its input is float32 [N, side, side, 1] with values 0..255 (the rescale is
            inside), its output [N, classes], digits first. Imports Keras when called.
        settings: What it is trained with.
        quick: What ``--quick`` trains it with; None: the same settings, for at most three epochs.
        loss: "sparse" (labels as numbers) or "categorical" (labels as rows of zeros and a one); the same mathematics.
        outputs: "logits" or "probabilities" (the network ends in softmax).
        per_class: How many training pictures of each digit it takes at most; None takes all.
        preferred_data: File names looked for under $DIGITEDGE_DATA before MNIST when the data set is "auto".
    """

    name: str
    summary: str
    source: str
    geometry: Geometry
    build: Callable[[], Any]
    settings: Settings
    quick: Settings | None = None
    loss: str = "sparse"
    outputs: str = "logits"
    per_class: int | None = None
    preferred_data: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.loss not in ("sparse", "categorical"):
            raise ValueError(f'loss must be "sparse" or "categorical", got {self.loss!r}')
        if self.outputs not in ("logits", "probabilities"):
            raise ValueError(f'outputs must be "logits" or "probabilities", got {self.outputs!r}')
        if self.settings.label_smoothing and self.loss != "categorical":
            raise ValueError('label_smoothing needs loss "categorical"')

    def quick_settings(self) -> Settings:
        """Return what ``--quick`` trains with."""
        return self.quick or replace(self.settings, epochs=min(3, self.settings.epochs))
