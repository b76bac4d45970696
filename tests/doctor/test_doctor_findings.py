"""Every finding, on machines built for it."""

import pytest
from machine_factory import PC, PI5, PI_COMMANDS, machine

from digitedge.camera.discover import VideoDevice
from digitedge.doctor.cameras import cameras
from digitedge.doctor.hardware import hardware
from digitedge.doctor.packages import packages

WEBCAM = VideoDevice("/dev/video0", "C920", True)


def found(findings, name):
    """The one finding of this name."""
    (finding,) = [finding for finding in findings if finding.name == name]
    return finding


def test_a_healthy_pi_has_nothing_to_mend(tmp_path):
    pi = machine(tmp_path, PI5, PI_COMMANDS)
    findings = [*hardware(pi), *packages(pi), *cameras(pi)]
    assert {finding.state for finding in findings} <= {"ok", "note"}
    assert found(findings, "board").text == "Raspberry Pi 5 Model B Rev 1.0, bcm2712, 4 cores, 8052 MiB"
    assert found(findings, "system").text.startswith("Raspberry Pi OS (Debian GNU/Linux 13 (trixie)), kernel 6.12.25")
    assert "imx708: --source csi:0" in found(findings, "CSI camera").text
    assert not [finding.remedy for finding in findings if finding.remedy]


def test_a_pc_is_told_its_camera(tmp_path):
    pc = machine(tmp_path, PC, usb_cameras=lambda: [WEBCAM])
    findings = [*hardware(pc), *packages(pc), *cameras(pc)]
    assert {finding.state for finding in findings} <= {"ok", "note"}
    assert found(findings, "USB camera").text == "C920: --source /dev/video0"
    assert not [finding for finding in findings if finding.name == "picamera2"]


@pytest.mark.parametrize(
    ("changes", "name", "state", "text", "remedy"),
    [
        ({"glibc": (2, 31)}, "system", "missing", "2.31 is older", "rpi-imager"),
        ({"glibc": ()}, "system", "missing", "not glibc", "rpi-imager"),
        ({"bits": 32}, "64-bit", "missing", "The kernel is 64-bit, the system on it is not.", "rpi-imager"),
        ({"free_mb": 20}, "disk", "missing", "full", "sudo apt clean"),
        ({"free_mb": 300}, "disk", "warning", "300 MiB", "sudo apt clean"),
    ],
)
def test_what_the_machine_lacks(tmp_path, changes, name, state, text, remedy):
    finding = found(hardware(machine(tmp_path, PI5, PI_COMMANDS, **changes)), name)
    assert finding.state == state
    assert text in finding.text
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("word", "state", "text", "remedy"),
    [
        ("throttled=0x50005", "warning", "now: under-voltage, throttled", "power supply"),
        ("throttled=0x50000", "warning", "Since its start the board had: under-voltage, throttled", "power supply"),
        ("throttled=0x80008", "warning", "now: soft temperature limit", "heat sink"),
        ("throttled=0x0", "ok", "Not throttled", ""),
        ("error=1", "note", "does not tell", "raspi-utils"),
    ],
)
def test_power_and_heat(tmp_path, word, state, text, remedy):
    finding = found(hardware(machine(tmp_path, PI5, {"vcgencmd get_throttled": word})), "throttling")
    assert (finding.state, remedy in finding.remedy) == (state, True)
    assert text in finding.text
    assert "49 °C" in finding.text


def test_heat_and_low_voltage_without_the_firmware(tmp_path):
    hot = PI5 | {"sys/class/thermal/thermal_zone0/temp": "84100\n", "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n"}
    findings = list(hardware(machine(tmp_path, hot)))
    assert found(findings, "temperature").state == "warning"
    assert "power supply" in found(findings, "power").remedy


def test_little_memory(tmp_path):
    full = PI5 | {"proc/meminfo": "MemTotal: 425984 kB\nMemAvailable: 81920 kB\n"}
    finding = found(hardware(machine(tmp_path, full)), "memory")
    assert (finding.state, "80 MiB" in finding.text) == ("warning", True)


@pytest.mark.parametrize(
    ("module", "error", "package", "text", "remedy"),
    [
        (
            "cv2",
            "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
            "opencv-python",
            "libGL.so.1",
            "sudo apt install libgl1 libglib2.0-0",
        ),
        (
            "cv2",
            "ImportError: libodd.so.3: cannot open shared object file: x",
            "opencv-python",
            "libodd.so.3",
            "apt-file search libodd.so.3",
        ),
        (
            "cv2",
            "ImportError: numpy.core.multiarray failed to import",
            "opencv-python",
            "built for another NumPy",
            '"numpy==1.24.2" "opencv-python==4.11.0.86"',
        ),
        ("numpy", "crash", "numpy", "crashed or hung", "install --force-reinstall --no-cache-dir numpy"),
        ("PIL", "SyntaxError: bad\nmore", "pillow", "SyntaxError: bad", "install --force-reinstall --no-cache-dir pillow"),
    ],
)
def test_packages_that_do_not_import(tmp_path, module, error, package, text, remedy):
    finding = found(packages(machine(tmp_path, PI5, imports={module: error})), package)
    assert finding.state == "missing"
    assert text in finding.text
    assert remedy in finding.remedy
    assert "\n" not in finding.text


def test_a_package_that_is_not_installed(tmp_path):
    pi = machine(
        tmp_path, PI5, imports={"ai_edge_litert.interpreter": "ModuleNotFoundError: No module"}, packages={"pip": "25"}
    )
    finding = found(packages(pi), "ai-edge-litert")
    assert (finding.text, finding.remedy) == (
        "ai-edge-litert is not installed",
        "/venv/bin/python -m pip install ai-edge-litert",
    )


def test_an_environment_without_pip_is_mended_by_uv(tmp_path):
    pi = machine(tmp_path, PI5, imports={"numpy": "ImportError: broken"}, packages={"numpy": "2"})
    remedy = "uv pip install --force-reinstall --no-cache-dir --python /venv/bin/python numpy"
    assert found(packages(pi), "numpy").remedy == remedy


def test_two_opencvs_overwrite_each_other(tmp_path):
    both = {"pip": "25", "opencv-python": "4.12", "opencv-python-headless": "4.12"}
    finding = found(packages(machine(tmp_path, PI5, packages=both)), "OpenCV")
    assert finding.state == "warning"
    assert "pip uninstall opencv-python-headless" in finding.remedy


def test_pythons_that_are_too_new_or_the_systems_own(tmp_path):
    newer = found(packages(machine(tmp_path / "a", PI5, python_version=(3, 15))), "Python")
    own = found(packages(machine(tmp_path / "b", PI5, is_venv=False)), "Python")
    assert (newer.state, own.state) == ("warning", "warning")
    assert "3.14" in newer.remedy
    assert "python3 -m venv --system-site-packages" in own.remedy


def test_a_camera_that_may_not_be_opened_is_missing(tmp_path):
    locked = machine(tmp_path, PC, usb_cameras=lambda: [VideoDevice("/dev/video2", "C920", False)])
    finding = found(cameras(locked), "USB camera")
    assert (finding.state, "usermod -aG video pi" in finding.remedy) == ("missing", True)
    assert "/dev/video2" in finding.text


def test_a_user_outside_the_group_video_has_no_ribbon_camera(tmp_path):
    outside = machine(tmp_path / "a", PI5, PI_COMMANDS | {"id -nG": "pi adm dialout\n"})
    finding = found(cameras(outside), "permissions")
    assert (finding.state, "usermod -aG video pi" in finding.remedy) == ("missing", True)
    inside = machine(tmp_path / "b", PI5, PI_COMMANDS | {"id -nG": "pi adm video\n"})
    assert not [finding for finding in cameras(inside) if finding.name == "permissions"]


def test_no_camera_at_all_is_a_warning_because_streams_need_none(tmp_path):
    pi = machine(tmp_path, PI5, {"libcamera-hello --list-cameras": "No cameras available!\n"})
    finding = found(cameras(pi), "camera")
    assert (finding.state, "ribbon cable" in finding.remedy) == ("warning", True)


def test_the_older_name_of_the_camera_program_is_known(tmp_path):
    commands = {"libcamera-hello --list-cameras": PI_COMMANDS["rpicam-hello --list-cameras"]}
    assert "imx708" in found(cameras(machine(tmp_path, PI5, commands)), "CSI camera").text


@pytest.mark.parametrize(
    ("files", "error", "sites", "remedy"),
    [
        (PI5, "ValueError: numpy.dtype size changed, may indicate binary incompatibility", "true", '"numpy==1.24.2"'),
        (PI5, "ModuleNotFoundError: No module named 'picamera2'", "false", "--system-site-packages"),
        (PC | {"proc/device-tree/model": "Raspberry Pi 4"}, "ModuleNotFoundError: x", "true", "apt install python3-picamera2"),
        (PI5, "ImportError: libcamera.so.0.5: cannot open", "true", "--reinstall python3-picamera2"),
    ],
)
def test_picamera2_and_how_it_is_mended(tmp_path, files, error, sites, remedy):
    pi = machine(tmp_path, files, PI_COMMANDS, imports={"picamera2": error})
    (pi.prefix / "pyvenv.cfg").write_text(f"include-system-site-packages = {sites}\n")
    finding = found(cameras(pi), "picamera2")
    assert finding.state == "warning"  # a CSI camera is there, and rpicam-vid is the second way
    assert remedy in finding.remedy


def test_without_a_ribbon_camera_picamera2_is_only_a_note(tmp_path):
    pi = machine(tmp_path, PI5, imports={"picamera2": "ModuleNotFoundError: x"}, usb_cameras=lambda: [WEBCAM])
    assert found(cameras(pi), "picamera2").state == "note"
