"""Python and the packages: each is imported in a process of its own, because a broken one may take its process with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from digitedge.doctor.machine import Finding, Machine

NEWEST_PYTHON = (3, 14)  # for which LiteRT has wheels
NEEDED = {"numpy": "numpy", "cv2": "opencv-python", "PIL": "pillow", "ai_edge_litert.interpreter": "ai-edge-litert"}
FITTING_SET = '"numpy==1.24.2" "opencv-python==4.11.0.86"'  # imports beside Bookworm's picamera2 (requirements/bookworm.in)

_LIBRARY_PACKAGES = {
    "libGL.so.1": "libgl1 libglib2.0-0",
    "libgthread-2.0.so.0": "libgl1 libglib2.0-0",
    "libglib-2.0.so.0": "libgl1 libglib2.0-0",
    "libopenblas.so.0": "libopenblas0",
    "libatlas.so.3": "libatlas3-base",
    "libstdc++.so.6": "libstdc++6",
    "libusb-1.0.so.0": "libusb-1.0-0",
}
_NUMPY_CLASH = re.compile(r"NumPy 1\.x|multiarray failed to import|dtype size changed|_ARRAY_API|module compiled against API")
_PROBE = """
import importlib, json, sys
try:
    module = importlib.import_module(sys.argv[1])
    answer = {"version": str(getattr(module, "__version__", ""))}
except BaseException as error:
    answer = {"error": f"{type(error).__name__}: {error}"}
print(json.dumps(answer))
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """How an import went.

    Attributes:
        version: Of the module, "" if it has none.
        error: Why it failed, "" if it did not.
    """

    version: str = ""
    error: str = ""


def probe(machine: Machine, module: str) -> Probe:
    """Import a module in a fresh process of the machine's Python."""
    said = machine.run([machine.python, "-P", "-W", "ignore", "-c", _PROBE, module])
    try:
        answer = json.loads((said or "").splitlines()[-1])
        return Probe(**answer)
    except (IndexError, TypeError, ValueError):
        return Probe(error="the process crashed or hung")


def packages(machine: Machine) -> Iterator[Finding]:
    """Give the findings about Python and what digitedge needs from PyPI."""
    yield _python(machine)
    if {"opencv-python", "opencv-python-headless"} <= machine.packages.keys():
        yield Finding(
            "OpenCV",
            "warning",
            "opencv-python and opencv-python-headless are both installed and overwrite each other.",
            f"{machine.pip('uninstall', 'opencv-python-headless')}"
            f" && {machine.pip('install --force-reinstall --no-deps', 'opencv-python')}",
        )
    for module, package in NEEDED.items():
        yield import_finding(machine, module, package)
    extras = [name for name in ("tensorflow", "paho-mqtt") if name in machine.packages]
    yield Finding(
        "extras", "note", f"Installed: {', '.join(extras)}" if extras else "None installed: no training, no MQTT here"
    )


def import_finding(machine: Machine, module: str, package: str) -> Finding:
    """Return how a needed package does, with the command that mends it."""
    result = probe(machine, module)
    if not result.error:
        return Finding(package, "ok", machine.packages.get(package, result.version) or "installed")
    first_line = result.error.splitlines()[0]
    if _NUMPY_CLASH.search(result.error):
        return Finding(package, "missing", f"{package} was built for another NumPy ({first_line})", mend_clash(machine))
    library = re.search(r"([\w.+-]+\.so[.\d]*): cannot open shared object file", result.error)
    if library:
        text = f"{package} misses the system's library {library.group(1)}"
        return Finding(package, "missing", text, f"sudo apt install {_apt_package(library.group(1))}")
    is_absent = result.error.startswith("ModuleNotFoundError") and package not in machine.packages
    text = f"{package} is not installed" if is_absent else f"{package} cannot be imported ({first_line})"
    how = "install" if is_absent else "install --force-reinstall --no-cache-dir"
    return Finding(package, "missing", text, machine.pip(how, package))


def is_numpy_clash(error: str) -> bool:
    """Tell whether an import failed because a package was built for another NumPy."""
    return bool(_NUMPY_CLASH.search(error))


def mend_clash(machine: Machine) -> str:
    """Return the command that installs a NumPy and an OpenCV that go with the system's picamera2."""
    return machine.pip("install", FITTING_SET)


def _python(machine: Machine) -> Finding:
    version = ".".join(map(str, machine.python_version))
    if machine.python_version > NEWEST_PYTHON:
        newest = ".".join(map(str, NEWEST_PYTHON))
        remedy = f"uv venv --python {newest}   and install digitedge there"
        return Finding(
            "Python", "warning", f"Python {version} is newer than the {newest} that LiteRT is known to support.", remedy
        )
    if not machine.is_venv and any(machine.root.glob("usr/lib/python3*/EXTERNALLY-MANAGED")):
        sites = " --system-site-packages" if machine.is_pi else ""
        remedy = f"python3 -m venv{sites} ~/digitedge && ~/digitedge/bin/pip install digitedge"
        return Finding("Python", "warning", f"Python {version} is the system's own, where pip is refused.", remedy)
    return Finding("Python", "ok", f"{version}{' in ' + str(machine.prefix) if machine.is_venv else ''}")


def _apt_package(library: str) -> str:
    return _LIBRARY_PACKAGES.get(library, f"apt-file && sudo apt-file update && apt-file search {library}")
