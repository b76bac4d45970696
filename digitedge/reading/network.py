"""Networks of one hidden layer, small enough for NumPy, and how they are stored as text."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CLIP = 16.0  # log-odds beyond are certainty


@dataclass(frozen=True, slots=True)
class Network:
    """features → hidden, ReLU → log-odds, or logits of several classes; all weights float32.

    Attributes:
        mean: [F], of the features.
        scale: [F], their standard deviations.
        hidden: [F, H] and its ``hidden_bias`` [H], followed by ReLU.
        hidden_bias: See ``hidden``.
        output: [H], giving log-odds, or [H, K], giving the logits of K classes.
        output_bias: One number, or [K].
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    def log_odds(self, features: Floats) -> Floats:
        """Return float32 [N], or logits [N, K], for float32 [N, F]."""
        hidden = np.maximum((features - self.mean) / self.scale @ self.hidden + self.hidden_bias, 0)
        return np.minimum(np.maximum(hidden @ self.output + self.output_bias, -_CLIP), _CLIP)

    @classmethod
    def from_metadata(cls, stored: dict[str, Any]) -> Network:
        """Return the network that `to_metadata` stored."""
        names = ("mean", "scale", "hidden_bias", "output", "output_bias")
        vectors = {name: np.array(stored[name], np.float32) for name in names}
        steps = np.frombuffer(base64.b64decode(stored["hidden"]), np.int8).reshape(len(vectors["mean"]), -1)
        hidden = (steps * np.array(stored["hidden_step"], np.float32)).astype(np.float32)
        return cls(**vectors, hidden=hidden)

    @classmethod
    def all_from_metadata(cls, stored: Any, features: Sequence[int]) -> list[Network] | None:
        """Return the networks stored one after another, None unless they see as many ``features`` as they should."""
        try:
            networks = [cls.from_metadata(network) for network in stored]
        except (KeyError, ValueError, TypeError):  # as an older digitedge stored it, or damaged
            return None
        return networks if [len(network.mean) for network in networks] == list(features) else None

    def to_metadata(self) -> dict[str, Any]:
        """Return the weights: ``hidden`` as int8 in base64 with a step for each unit, the others with two significant digits.

        In a compressed file that is half of what the same weights take as numbers.
        """
        # 120 of the 127 steps, as rounding may make them a twentieth shorter
        step = np.array(_rounded(np.maximum(np.abs(self.hidden).max(axis=0) / 120, 1e-6)), np.float32)
        return {
            "mean": _rounded(self.mean),
            "scale": _rounded(self.scale),
            "hidden": base64.b64encode(np.rint(self.hidden / step).clip(-127, 127).astype(np.int8).tobytes()).decode(),
            "hidden_step": _rounded(step),
            "hidden_bias": _rounded(self.hidden_bias),
            "output": _rounded(self.output),
            "output_bias": _rounded(self.output_bias),
        }


def log_chances(logits: Floats) -> Floats:
    """Return the logarithms of the probabilities that logits, float32 [N, K], stand for."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _rounded(values: Floats) -> Any:
    """Return float32 of any shape as lists with two significant digits; one number as itself."""
    return float(f"{float(values):.2g}") if values.ndim == 0 else [_rounded(part) for part in values]
