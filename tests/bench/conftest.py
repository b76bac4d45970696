"""A Raspberry Pi's file tree, as far as the benchmark reads it, made anew for each test; a real ssh server on loopback."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
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


@dataclass(frozen=True)
class Loopback:
    """A real ssh server on this machine that the test alone can log into.

    Attributes:
        config: Client configuration for the hosts "board", "liar" (answers "/" to everything) and "gone" (nobody listens).
        folder: TMPDIR of those who log in.
    """

    config: Path
    folder: Path


@pytest.fixture(scope="session")
def sshd(program):
    """Start sshd with keys and configuration of its own on a free port of 127.0.0.1."""
    server, keygen = program("sshd"), program("ssh-keygen")
    home = Path(tempfile.mkdtemp(prefix="sshd-"))  # a short path: control sockets allow 104 characters
    shared = home / "tmp"
    shared.mkdir()
    for key in ("host", "user", "liar"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", home / key], check=True)
    forced = f'command="echo /" {(home / "liar.pub").read_text()}'
    (home / "authorized").write_text((home / "user.pub").read_text() + forced)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd's privilege separation wants it; a service manager would make it
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = Path(sys.base_prefix) / "bin"
    (home / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {home}/authorized\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        f'Subsystem sftp internal-sftp\nSetEnv "PATH={python}:/usr/local/bin:/usr/bin:/bin" "TMPDIR={shared}"\n'
    )
    (home / "config").write_text(
        f"Host board\n Port {port}\n IdentityFile {home}/user\n"
        f"Host liar\n Port {port}\n IdentityFile {home}/liar\n"
        f"Host gone\n Port 1\n"
        f"Host *\n HostName 127.0.0.1\n User {getpass.getuser()}\n IdentitiesOnly yes\n"
        f" UserKnownHostsFile {home}/known\n StrictHostKeyChecking accept-new\n"
    )
    running = subprocess.Popen([server, "-D", "-e", "-f", home / "sshd_config"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise TimeoutError("sshd does not listen")
        yield Loopback(home / "config", shared)
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def golden_model():
    """An untrained int8 model of a few kilobytes, see scripts/make-golden."""
    return Path(__file__).parent.parent / "golden" / "tiny-int8.tflite"
