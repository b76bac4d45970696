"""Memory that is freed stays with the process: the next frame needs as much."""

from __future__ import annotations

import ctypes

# Of glibc's malloc.h. By default a frame's large arrays go back to the system when they are freed, and each page of the next
# frame's is taken, cleared and mapped anew: 50 page faults a frame and a tenth of a reading's time at 640×480.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_ONE_ARRAY, _UNUSED, _MORE = 32 << 20, 64 << 20, 4 << 20  # bytes; the first is the most that glibc takes


def keep_freed_memory() -> bool:
    """Let freed arrays up to 32 MiB be used again, and no more than 64 MiB lie unused; return whether the C library obeys."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library than glibc
        return False
    settings = ((_M_MMAP_THRESHOLD, _ONE_ARRAY), (_M_TRIM_THRESHOLD, _UNUSED), (_M_TOP_PAD, _MORE))
    return all(mallopt(option, value) == 1 for option, value in settings)
