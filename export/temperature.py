"""The temperature that makes a model's confidence mean what it says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BOUNDS = (0.05, 20.0)


def fit_temperature(outputs: NDArray[np.float32], labels: NDArray[np.int64], kind: str) -> float:
    """Return the temperature under which the labels are likeliest (Guo et al. 2017, "On Calibration of …").

    Args:
        outputs: float32 [N, outputs], what the model gives for held-out pictures (never the test split).
        labels: int64 [N], the right output of each: 0..9, or 10 for a non-digit where the model has a reject output.
        kind: "logits" or "probabilities".

    Returns:
        What the logits are to be divided by before softmax, in 0.05..20.
    """
    from scipy.optimize import minimize_scalar

    if len(outputs) != len(labels) or not len(labels):
        raise ValueError(f"expected equal counts above 0, got {len(outputs)} outputs and {len(labels)} labels")
    logits = (np.log(np.clip(outputs, 1e-7, 1.0)) if kind == "probabilities" else outputs).astype(np.float64)
    logits = logits - logits.max(axis=1, keepdims=True)
    of_label = logits[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        sharpness = float(np.exp(-log_temperature))
        return float((np.log(np.exp(logits * sharpness).sum(axis=1)) - of_label * sharpness).mean())

    best = minimize_scalar(loss, bounds=tuple(np.log(_BOUNDS)), method="bounded")
    return round(float(np.exp(best.x)), 4)
