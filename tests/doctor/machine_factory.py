"""Trees of files and answers of commands, as a Raspberry Pi or a PC has them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from digitedge.doctor.machine import Machine

PI5 = {
    "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
    "proc/device-tree/compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0",
    "proc/meminfo": "MemTotal:        8245280 kB\nMemFree:         6012344 kB\nMemAvailable:    7340032 kB\n",
    "proc/sys/kernel/osrelease": "6.12.25+rpt-rpi-2712\n",
    "proc/self/status": "Name:\tpython\nVmHWM:\t  120832 kB\nVmRSS:\t   65536 kB\n",
    "sys/devices/system/cpu/online": "0-3\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "2400000\n",
    "sys/devices/system/cpu/cpu10/cpufreq/scaling_cur_freq": "1000000\n",
    "sys/devices/system/cpu/cpu2/cpufreq/scaling_cur_freq": "1500000\n",
    "sys/class/thermal/thermal_zone0/temp": "48750\n",
    "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n# a comment\n',
    "etc/rpi-issue": "Raspberry Pi reference 2025-10-01\n",
    "usr/lib/python3/dist-packages/picamera2/__init__.py": "",
    "usr/lib/python3.13/EXTERNALLY-MANAGED": "[externally-managed]\n",
}
PC = {
    "sys/class/dmi/id/product_name": "OptiPlex 7090\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5\n",
    "proc/meminfo": "MemTotal:       16384000 kB\nMemAvailable:   12288000 kB\n",
    "sys/devices/system/cpu/online": "0,2-3\n",
    "etc/os-release": 'PRETTY_NAME="Ubuntu 24.04 LTS"\n',
    "sys/class/thermal/thermal_zone0/temp": "41000\n",
    "sys/class/thermal/thermal_zone1/temp": "53000\n",
}
PI_COMMANDS = {
    "vcgencmd get_throttled": "throttled=0x0\n",
    "rpicam-hello --list-cameras": "Available cameras\n-----------------\n0 : imx708 [4608x2592 10-bit RGGB] (/base/axi/...)\n",
    "uname -m": "aarch64\n",
}
GOOD_IMPORTS = {"numpy": "2.3.4", "cv2": "4.12.0", "PIL": "12.0.0", "ai_edge_litert.interpreter": "", "picamera2": ""}


def tree(root: Path, files: dict[str, str]) -> Path:
    """Write files below a root."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def machine(
    root: Path,
    files: dict[str, str],
    commands: dict[str, str] | None = None,
    imports: dict[str, str] | None = None,
    **other: object,
) -> Machine:
    """A healthy machine around a tree.

    Args:
        root: Empty folder for the tree.
        files: Of the tree.
        commands: What commands answer; all others are not installed.
        imports: Module to its version, or to "Error: …"; every other module is absent.
        other: Fields of `Machine`.
    """
    commands, imports = commands or {}, GOOD_IMPORTS | (imports or {})

    def run(command):
        if command[0] == "/venv/bin/python":
            if len(command) > 6 and "/" in command[6]:
                return None
            return import_answer(imports.get(command[6], f"ModuleNotFoundError: No module named {command[6]!r}"))
        return commands.get(" ".join(command))

    here = Machine(
        root=tree(root, files),
        run=run,
        python="/venv/bin/python",
        python_version=(3, 13),
        bits=64,
        glibc=(2, 41),
        prefix=tree(root / "venv", {"pyvenv.cfg": "include-system-site-packages = true\n"}),
        is_venv=True,
        packages={"pip": "25.0", "numpy": "2.3.4", "opencv-python": "4.12.0.88", "pillow": "12.0.0", "ai-edge-litert": "2.3.0"},
        usb_cameras=list,
        user="pi",
        free_mb=20_000,
    )
    return replace(here, **other)  # type: ignore[arg-type]


def import_answer(outcome: str) -> str | None:
    """What the import's own process prints; None is one that crashed."""
    if outcome == "crash":
        return None
    return json.dumps({"error": outcome} if "Error:" in outcome else {"version": outcome}) + "\n"


def environment(folder: Path, modules: dict[str, str]) -> dict[str, str]:
    """An environment for a real Python in which modules with these sources come first."""
    for name, source in modules.items():
        tree(folder, {f"{name}/__init__.py": source})
    return {"PYTHONPATH": str(folder)}


def run_doctor(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real command on this machine."""
    import os

    command = [sys.executable, "-m", "digitedge", "doctor", *arguments]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, check=False, timeout=120)
