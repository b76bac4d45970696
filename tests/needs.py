"""What to do about a test that lacks what it needs."""

import os
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skip the running test for the reason given; fail it where DIGITEDGE_STRICT=1 (CI)."""
    if os.environ.get("DIGITEDGE_STRICT") == "1":
        pytest.fail(f"{what} (DIGITEDGE_STRICT=1)")
    pytest.skip(what)
