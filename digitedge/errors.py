"""What can go wrong in the world, and how it is told.

    DigitEdgeError            one sentence, one remedy, one exit code
    ├── InputError            a picture or file that is missing, unreadable or not what it claims
    ├── DataError             a data set that is missing, damaged or of the wrong shape
    ├── ModelError            no model, or one that does not fit what is asked of it
    ├── SourceError           a camera or stream that cannot be opened or was lost
    ├── RemoteError           another machine that cannot be reached or fails at what it is asked
    ├── OutputError           a result that cannot be written, or would overwrite another
    ├── GateError             the work was done and the result is worse than was allowed
    └── MissingExtraError     an optional package is not installed

A caller's mistake inside the program is a ``ValueError``, not one of these.
"""

from __future__ import annotations

from typing import Any


class DigitEdgeError(Exception):
    """The root: a sentence about what happened and one about what to do.

    Attributes:
        message: What happened, with the name of the thing it happened to.
        remedy: What the user can do, as a command where there is one; may be empty.
        exit_code: The process's exit code when nobody catches it.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel from helper processes, whatever their own arguments are."""
        return _revived, (type(self), self.message, self.remedy)


def _revived(kind: type[DigitEdgeError], message: str, remedy: str) -> DigitEdgeError:
    error = kind.__new__(kind)
    DigitEdgeError.__init__(error, message, remedy)
    return error


class InputError(DigitEdgeError):
    """A picture or file that is missing, unreadable or not what it claims to be."""


class DataError(DigitEdgeError):
    """A data set that is missing, damaged or of the wrong shape."""


class ModelError(DigitEdgeError):
    """No model, or one that does not fit what is asked of it."""


class SourceError(DigitEdgeError):
    """A camera or stream that cannot be opened or was lost."""


class RemoteError(DigitEdgeError):
    """Another machine that cannot be reached or fails at what it is asked."""


class OutputError(DigitEdgeError):
    """A result that cannot be written, or would overwrite another."""


class GateError(DigitEdgeError):
    """The work was done, and its result is worse than was allowed."""


class MissingExtraError(DigitEdgeError):
    """An optional package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs packages that are not installed.", f'Run: pip install "digitedge[{extra}]"')
