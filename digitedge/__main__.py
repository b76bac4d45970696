"""``python -m digitedge`` and the command ``digitedge``: looks after Ctrl-C before anything slow is imported."""

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line; a Ctrl-C that comes while it is imported ends as quietly as any later one."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # what a script starts in its background ignores the signal
        signal.signal(signal.SIGINT, _end)
    from digitedge.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


def _end(_signal: int, _frame: FrameType | None) -> None:
    os._exit(130)  # a KeyboardInterrupt in an import is told with a traceback, or lost in a callback of Python's


if __name__ == "__main__":
    main()
