"""Which cameras this machine has."""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

_QUERYCAP = 0x80685600  # VIDIOC_QUERYCAP, linux/videodev2.h
_CAPABILITY = struct.Struct("16s32s32sIII12x")  # struct v4l2_capability
_VIDEO_CAPTURE, _MEMORY_TO_MEMORY, _DEVICE_CAPS = 0x1, 0x8000 | 0x4000, 0x80000000
# The Pi's own codecs, image processors and raw CSI receivers also show up as /dev/video*; none is a camera for OpenCV.
_NOT_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpivid", "rpi-hevc-dec", "pispbe", "rp1-cfe", "unicam")


@dataclass(frozen=True, slots=True)
class VideoDevice:
    """A /dev/video* that takes pictures.

    Attributes:
        path: "/dev/video0".
        name: As the driver calls it.
        is_usable: It may be opened by this user.
    """

    path: str
    name: str
    is_usable: bool


def usb_cameras(dev: Path = Path("/dev"), sys_class: Path = Path("/sys/class/video4linux")) -> list[VideoDevice]:
    """Return the V4L2 cameras in the order of their numbers."""
    found = []
    for device in sorted(dev.glob("video[0-9]*"), key=lambda path: (len(path.name), path.name)):
        name_file = sys_class / device.name / "name"
        name = name_file.read_text(errors="replace").strip() if name_file.is_file() else device.name
        capability = _capability(device)
        if capability is None:
            found.append(VideoDevice(str(device), name, False))
        elif _is_camera(*capability):
            found.append(VideoDevice(str(device), name, True))
    return found


def _capability(device: Path) -> tuple[str, int] | None:
    """Return driver and capability bits; None if the device may not be opened."""
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return None
    answer = bytearray(_CAPABILITY.size)
    try:
        fcntl.ioctl(descriptor, _QUERYCAP, answer)
    except OSError:
        return ("", 0)
    finally:
        os.close(descriptor)
    driver, _card, _bus, _version, capabilities, device_capabilities = _CAPABILITY.unpack(answer)
    bits = device_capabilities if capabilities & _DEVICE_CAPS else capabilities
    return driver.rstrip(b"\0").decode(errors="replace"), bits


def _is_camera(driver: str, bits: int) -> bool:
    return bool(bits & _VIDEO_CAPTURE) and not bits & _MEMORY_TO_MEMORY and not driver.startswith(_NOT_CAMERAS)


def list_cameras() -> list[str]:
    """Return a line a camera: what to give to ``--source``, and what it is."""
    from digitedge.camera.csi import csi_cameras

    lines = [f"csi:{camera.index}  {camera.model} ({camera.way})" for camera in csi_cameras()]
    for camera in usb_cameras():
        remedy = "" if camera.is_usable else '   may not be opened; run: sudo usermod -aG video "$USER"   then log in again'
        lines.append(f"{camera.path}  {camera.name}{remedy}")
    return lines
