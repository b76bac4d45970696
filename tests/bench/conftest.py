"""A Raspberry Pi's file tree, as far as the benchmark reads it, made anew for each test."""

from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class PiTree:
    """The root of a tree and what its firmware says when asked.

    Attributes:
        root: Where / is.
        throttled: The firmware's word.
        pmic: What the power chip prints; "" on boards without one.
    """

    root: Path
    throttled: int = 0
    pmic: str = ""

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def set_clock(self, megahertz, celsius):
        for core in range(4):
            self.write(f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq", f"{megahertz * 1000}\n")
        self.write("sys/class/thermal/thermal_zone0/temp", f"{round(celsius * 1000)}\n")

    def run(self, command):
        """Answer as vcgencmd does."""
        if list(command) == ["vcgencmd", "get_throttled"]:
            return f"throttled=0x{self.throttled:x}\n"
        if list(command) == ["vcgencmd", "pmic_read_adc"]:
            return self.pmic or None
        return None


@pytest.fixture
def pi(tmp_path):
    """A Raspberry Pi 5 under Bookworm: 2.4 GHz, 55 °C, nothing wrong."""
    tree = PiTree(tmp_path / "pi")
    tree.write("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
    tree.write("proc/device-tree/compatible", "raspberrypi,5-model-b\0brcm,bcm2712\0")
    tree.write("proc/meminfo", "MemTotal:        8257872 kB\nMemAvailable:    7000000 kB\n")
    tree.write("proc/sys/kernel/osrelease", "6.12.25+rpt-rpi-2712\n")
    tree.write("sys/devices/system/cpu/online", "0-3\n")
    for core in range(4):
        tree.write(f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor", "ondemand\n")
    tree.set_clock(2400, 55.0)
    tree.write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    tree.write("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    tree.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    tree.write("etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n')
    tree.write("etc/rpi-issue", "Raspberry Pi reference 2025-05-13\n")
    tree.pmic = (
        "    3V3_SYS_A current(1)=0.20000000A\n   VDD_CORE_A current(7)=2.00000000A\n"
        "     3V3_SYS_V volt(9)=3.30000000V\n   VDD_CORE_V volt(15)=0.75000000V\n      EXT5V_V volt(24)=5.10000000V\n"
    )
    return tree
