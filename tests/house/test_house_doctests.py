"""Every example in a docstring gives what it says."""

import doctest
import importlib
import pkgutil

import pytest

import digitedge


def _modules(workstation: bool) -> list[str]:
    """Return the modules of the workstation's package, or all others."""
    found = [module.name for module in pkgutil.walk_packages(digitedge.__path__, "digitedge.", onerror=lambda _: None)]
    return [name for name in found if name.startswith("digitedge.export") is workstation and not name.endswith("__main__")]


@pytest.mark.parametrize("name", _modules(workstation=False))
def test_examples(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


@pytest.mark.train
def test_examples_of_the_workstation() -> None:
    tried = [doctest.testmod(importlib.import_module(name)) for name in _modules(workstation=True)]
    assert sum(result.failed for result in tried) == 0
    assert sum(result.attempted for result in tried) > 0
