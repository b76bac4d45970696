"""LiteRT says on stderr that it made a delegate, in every process and to everybody; it has no switch for that in Python."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_NO_NEWS = b"INFO: Created TensorFlow Lite XNNPACK delegate"
_STDERR = 2


@contextmanager
def without_delegate_news() -> Iterator[None]:
    """Hold back what native code writes to stderr in the meantime, and let all of it out afterwards but that line."""
    try:
        stderr = os.dup(_STDERR)
    except OSError:  # there is none
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            held.seek(0)
            said = b"".join(line for line in held if not line.startswith(_NO_NEWS))
            if said:
                os.write(_STDERR, said)
