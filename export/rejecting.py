"""How easily a network refuses: the bias of its reject output, settled on validation digits after training."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitedge.export.answers import outputs_of
from digitedge.export.metrics import DIGITS

_PAST = 1e-3  # beyond the tie


def lower_reject(model: Any, digit_fields: NDArray[np.uint8], share: float) -> float:
    """Lower the reject output's bias until it wins at most a share of true digits; return by how much, in logits.

    The order in which pictures are taken for digits (AUROC) stays as it is: only the prior is shifted, from a training set
    that is half non-digits to a place where digits are.

    Args:
        model: A Keras model whose last layer is dense, its outputs ten digits and reject; changed in place.
        digit_fields: uint8 [N, side, side], of the validation split.
        share: In [0, 1).
    """
    logits = outputs_of(model, digit_fields)
    lead = np.sort(logits[:, DIGITS] - logits[:, :DIGITS].max(axis=1))[::-1]
    lowered = max(0.0, float(lead[int(share * len(lead))]) + _PAST)
    kernel, bias = model.layers[-1].get_weights()
    bias[DIGITS] -= lowered
    model.layers[-1].set_weights([kernel, bias])
    return lowered
