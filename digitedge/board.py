"""What the machine says about itself: small readers of /proc, /sys, /etc and the firmware, used by bench and doctor alike.

Standard library only, so that they work when NumPy or OpenCV do not. Every reader takes the root of the file tree (tests build
real trees of a Raspberry Pi) and, where the firmware must be asked, a ``run`` that starts a command. What cannot be read is
None or "", never a guess.

    identity   board_model, soc, cores, memory_mb, os_name, os_release, kernel, userland_bits, glibc_version
    at work    governor, frequencies_mhz, temperature_c, throttling (decoded), undervoltage_alarm, power_w (Pi 5)
    a process  rss_mb

Both bench (board facts, sampling during a run) and doctor (findings) take their facts here; who needs one more reader adds it.
"""

from __future__ import annotations

import getpass
import os
import platform
import re
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")
COMMAND_TIMEOUT_S = 10.0

Run = Callable[[Sequence[str]], str | None]
"""Starts a command and returns its stdout, or None if it is not there, fails or takes too long."""


def user_name() -> str:
    """Return who runs this; the number where the user has no name, as in many containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True, slots=True)
class Throttling:
    """The Raspberry Pi firmware's throttling word (documentation of ``vcgencmd get_throttled``).

    Attributes:
        word: The raw bits.
        now: What holds the board back at this moment, of "under-voltage", "frequency capped", "throttled" and
            "soft temperature limit".
        since_boot: The same, at any time since the board started.
    """

    word: int
    now: tuple[str, ...]
    since_boot: tuple[str, ...]


def run_command(command: Sequence[str], timeout_s: float = COMMAND_TIMEOUT_S) -> str | None:
    """Return a command's stdout, or None if it is not there, fails or takes longer than ``timeout_s``."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout


def read_text(path: Path) -> str:
    """Return a file's text without the blanks and NULs around it, or "" if it cannot be read."""
    try:
        return path.read_bytes().decode(errors="replace").strip("\0 \t\r\n")
    except OSError:
        return ""


def board_model(root: Path = ROOT) -> str:
    """Return "Raspberry Pi 5 Model B Rev 1.0", a PC's product name, or ""."""
    for name in ("proc/device-tree/model", "sys/firmware/devicetree/base/model", "sys/class/dmi/id/product_name"):
        if model := read_text(root / name):
            return model
    return ""


def is_raspberry_pi(root: Path = ROOT) -> bool:
    """Tell whether the board is a Raspberry Pi."""
    return board_model(root).startswith("Raspberry Pi")


def soc(root: Path = ROOT) -> str:
    """Return the system on chip, such as "bcm2712", else the processor's name from /proc/cpuinfo, else ""."""
    compatible = read_text(root / "proc/device-tree/compatible").split("\0")
    if compatible[-1]:
        return compatible[-1].rpartition(",")[2]
    match = re.search(r"^model name\s*:\s*(.+)$", read_text(root / "proc/cpuinfo"), re.MULTILINE)
    return match.group(1).strip() if match else ""


def cores(root: Path = ROOT) -> int:
    """Return how many processors the tree shows online, else how many Python sees.

    >>> count_of_list("0-3"), count_of_list("0,2-3")
    (4, 3)
    """
    online = read_text(root / "sys/devices/system/cpu/online")
    return count_of_list(online) if online else os.cpu_count() or 1


def count_of_list(text: str) -> int:
    """Return how many numbers a kernel list such as "0,2-3" holds."""
    total = 0
    for part in text.split(","):
        first, _, last = part.partition("-")
        total += int(last or first) - int(first) + 1
    return total


def memory_mb(root: Path = ROOT, field: str = "MemTotal") -> int | None:
    """Return a field of /proc/meminfo ("MemTotal", "MemAvailable") in MiB, or None."""
    match = re.search(rf"^{field}:\s+(\d+) kB", read_text(root / "proc/meminfo"), re.MULTILINE)
    return int(match.group(1)) // 1024 if match else None


def os_release(root: Path = ROOT) -> dict[str, str]:
    """Return /etc/os-release as a dictionary; {} where there is none."""
    text = read_text(root / "etc/os-release") or read_text(root / "usr/lib/os-release")
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}


def os_name(root: Path = ROOT) -> str:
    """Return "Debian GNU/Linux 12 (bookworm)" or ""; a Raspberry Pi OS image is named as one."""
    name = os_release(root).get("PRETTY_NAME", "")
    return f"Raspberry Pi OS ({name})" if name and read_text(root / "etc/rpi-issue") else name


def kernel(root: Path = ROOT) -> str:
    """Return the kernel's release, such as "6.12.25+rpt-rpi-2712"."""
    return read_text(root / "proc/sys/kernel/osrelease") or platform.release()


def userland_bits() -> int:
    """Return 32 or 64: the width of this Python, which may be 32 under a 64-bit kernel."""
    return struct.calcsize("P") * 8


def glibc_version() -> tuple[int, ...]:
    """Return the C library's version, such as (2, 36); () where it is not glibc."""
    name, version = platform.libc_ver()
    return tuple(int(part) for part in version.split(".")) if name == "glibc" and version else ()


def governor(root: Path = ROOT) -> str:
    """Return the frequency governor of the first processor, such as "ondemand", or ""."""
    return read_text(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


def frequencies_mhz(root: Path = ROOT) -> tuple[int, ...]:
    """Return the present frequency of each processor, MHz; () where the tree does not tell."""
    files = sorted((root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_cur_freq"), key=_cpu_number)
    return tuple(int(text) // 1000 for file in files if (text := read_text(file)).isdigit())


def temperature_c(root: Path = ROOT) -> float | None:
    """Return the processor's temperature, degrees Celsius (the hottest zone), or None."""
    texts = [read_text(file) for file in (root / "sys/class/thermal").glob("thermal_zone*/temp")]
    readings = [int(text) / 1000 for text in texts if re.fullmatch(r"-?\d+", text)]
    return max(readings, default=None)


_THROTTLE_BITS = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")


def decode_throttling(word: int) -> Throttling:
    """Return what the bits mean: 0 to 3 now, 16 to 19 since boot.

    >>> decode_throttling(0x50005)
    Throttling(word=327685, now=('under-voltage', 'throttled'), since_boot=('under-voltage', 'throttled'))
    """
    now = tuple(name for bit, name in enumerate(_THROTTLE_BITS) if word >> bit & 1)
    since_boot = tuple(name for bit, name in enumerate(_THROTTLE_BITS, 16) if word >> bit & 1)
    return Throttling(word, now, since_boot)


def throttling(root: Path = ROOT, run: Run = run_command) -> Throttling | None:
    """Return the firmware's word, from /sys where the kernel shows it, else from ``vcgencmd``; None on other boards."""
    text = read_text(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    if not text and is_raspberry_pi(root):
        text = (run(["vcgencmd", "get_throttled"]) or "").strip().removeprefix("throttled=0x")
    return decode_throttling(int(text, 16)) if re.fullmatch(r"[0-9a-fA-F]+", text) else None


def undervoltage_alarm(root: Path = ROOT) -> bool | None:
    """Return whether the kernel's supply monitor (rpi_volt, every Raspberry Pi) rings its alarm; None without one."""
    for name in sorted((root / "sys/class/hwmon").glob("hwmon*/name")):
        if read_text(name) == "rpi_volt":
            return read_text(name.with_name("in0_lcrit_alarm")) == "1"
    return None


def power_w(run: Run = run_command) -> float | None:
    """Return what the power chip of a Pi 5 delivers at this moment, watts, or None on other boards.

    The sum over its rails of current times voltage, from ``vcgencmd pmic_read_adc``; the board takes a little more from
    its supply.

    >>> power_w(lambda _: "VDD_CORE_A current(7)=2.00A\\n VDD_CORE_V volt(15)=0.75V\\n EXT5V_V volt(24)=5.1V\\n")
    1.5
    """
    text = run(["vcgencmd", "pmic_read_adc"]) or ""
    amperes = dict(re.findall(r"(\w+)_A current\(\d+\)=([\d.]+)A", text))
    volts = dict(re.findall(r"(\w+)_V volt\(\d+\)=([\d.]+)V", text))
    rails = amperes.keys() & volts.keys()
    return sum(float(amperes[rail]) * float(volts[rail]) for rail in rails) if rails else None


def rss_mb(root: Path = ROOT, pid: int | str = "self", field: str = "VmRSS") -> float | None:
    """Return a process's resident memory ("VmRSS") or its peak ("VmHWM"), MiB, or None."""
    match = re.search(rf"^{field}:\s+(\d+) kB", read_text(root / f"proc/{pid}/status"), re.MULTILINE)
    return int(match.group(1)) / 1024 if match else None


def _cpu_number(file: Path) -> int:
    return int(file.parent.parent.name.removeprefix("cpu"))
