"""What a Keras model in training answers, before it is a file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BATCH = 500


def outputs_of(model: Any, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the outputs, float32 [N, outputs], for fields, uint8 [N, side, side]."""
    batches = (fields[start : start + _BATCH, :, :, None].astype(np.float32) for start in range(0, len(fields), _BATCH))
    return np.concatenate([np.asarray(model.predict_on_batch(batch)) for batch in batches])


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities, float32 [N, outputs], of logits.

    >>> softmax(np.zeros((1, 2), np.float32)).tolist()
    [[0.5, 0.5]]
    """
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32)
