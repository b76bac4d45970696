"""The Pi's own cameras: picamera2 as a faithful fake, rpicam-vid as a script that answers like it."""

import stat
import sys
import textwrap

import cv2
import fake_picamera2
import numpy as np
import pytest
from camera_servers import number_of, numbered_bgr

from digitedge.camera.csi import Picamera2Camera, RpicamCamera, csi_cameras
from digitedge.camera.discover import list_cameras
from digitedge.camera.source import StalledError
from digitedge.camera.sources import make_source
from digitedge.errors import SourceError


@pytest.fixture
def picamera2(monkeypatch):
    """picamera2 with one CSI camera and one on USB; gives the class whose attributes say what it sees."""
    fake = fake_picamera2.Picamera2
    monkeypatch.setitem(sys.modules, "picamera2", fake_picamera2)
    monkeypatch.setattr(
        fake,
        "cameras",
        [
            {"Model": "imx219", "Location": 2, "Rotation": 180, "Id": "/base/soc/i2c0mux/i2c@1/imx219@10", "Num": 0},
            {"Model": "UVC Camera", "Id": "/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.4:1.0", "Num": 1},
        ],
    )
    red = numbered_bgr(700)
    red[60:, :, 2] = 220
    monkeypatch.setattr(fake, "pictures", [red])
    monkeypatch.setattr(fake, "busy", False)
    monkeypatch.setattr(fake, "silent_after", None)
    monkeypatch.setattr(fake, "made", [])
    return fake


@pytest.fixture
def rpicam(monkeypatch, tmp_path):
    """An rpicam-vid on the path that lists one camera and writes three frames, then sleeps or ends; gives its folder."""
    monkeypatch.setitem(sys.modules, "picamera2", None)
    frame = cv2.cvtColor(numbered_bgr(55, (192, 120)), cv2.COLOR_BGR2YUV_I420).tobytes()
    (tmp_path / "frame.yuv").write_bytes(frame)
    script = tmp_path / "rpicam-vid"
    script.write_text(
        textwrap.dedent(f"""\
        #!{sys.executable}
        import sys, time, pathlib
        here = pathlib.Path(__file__).parent
        if "--list-cameras" in sys.argv:
            print("Available cameras\\n-----------------")
            print("0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx708@1a)")
            sys.exit()
        (here / "arguments").write_text(" ".join(sys.argv[1:]))
        for _ in range(3):
            sys.stdout.buffer.write((here / "frame.yuv").read_bytes())
        sys.stdout.buffer.flush()
        if (here / "stall").exists():
            time.sleep(60)
        """)
    )
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_picamera2_is_called_in_the_documented_order_and_every_request_is_given_back(picamera2):
    camera = Picamera2Camera(0, (160, 120), 30)
    camera.open()
    frames = [camera.read() for _ in range(10)]
    camera.close()
    made = picamera2.made[0]
    assert made.calls[:4] == ["init", "create_video_configuration", "configure", "start"]
    assert made.calls[4:-2] == ["capture_request", "release"] * 10
    assert made.calls[-2:] == ["stop", "close"]
    assert made.configuration["controls"] == {"FrameDurationLimits": (33333, 33333)}
    assert len(frames) == 10


def test_grey_is_the_y_plane_without_the_padding_and_colours_are_right(picamera2):
    camera = Picamera2Camera(0, (160, 120), 30)
    camera.open()
    frame = camera.read()
    camera.close()
    assert frame.gray.shape == (120, 160)
    assert frame.bgr.shape == (120, 160, 3)
    assert number_of(frame.gray) == 700
    expected = cv2.cvtColor(picamera2.pictures[0], cv2.COLOR_BGR2YUV_I420)[:120]
    np.testing.assert_array_equal(frame.gray, expected)
    blue, _, red = frame.bgr[90, 80].astype(int)
    assert red > blue + 50


def test_a_busy_camera_and_a_missing_one_say_what_to_do(picamera2):
    with pytest.raises(SourceError, match="ribbon"):
        Picamera2Camera(5, (160, 120), 30).open()
    picamera2.busy = True
    with pytest.raises(SourceError, match="did not complete"):
        Picamera2Camera(0, (160, 120), 30).open()


def test_a_silent_csi_camera_stalls_and_is_closed_in_order(picamera2):
    picamera2.silent_after = 2
    camera = Picamera2Camera(0, (160, 120), 30)
    camera.open()
    camera.read()
    camera.read()
    with pytest.raises(StalledError):
        camera.read()
    camera.close()
    camera.close()
    assert picamera2.made[0].calls[-2:] == ["stop", "close"]


def test_without_picamera2_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(SourceError, match="python3-picamera2"):
        Picamera2Camera(0, (160, 120), 30).open()


def test_auto_takes_the_csi_camera_first(picamera2):
    assert make_source("auto").name == "csi camera 0"
    assert [line.split()[0] for line in list_cameras()][:1] == ["csi:0"]


def test_usb_cameras_that_picamera2_lists_are_not_called_csi(picamera2):
    assert [camera.model for camera in csi_cameras()] == ["imx219"]


def test_rpicam_vid_is_the_second_way(rpicam):
    assert make_source("auto").name == "csi camera 0 (rpicam-vid)"
    camera = RpicamCamera(0, (160, 120), 15)
    camera.open()
    frames = [camera.read() for _ in range(3)]
    with pytest.raises(SourceError, match="ended"):
        camera.read()
    camera.close()
    assert [number_of(frame.gray) for frame in frames] == [55] * 3
    assert frames[0].gray.shape == (120, 192)  # the width without padding next to 160
    arguments = (rpicam / "arguments").read_text()
    for part in ("--codec yuv420", "--width 192", "--height 120", "--framerate 15", "--timeout 0", "--output -"):
        assert part in arguments


def test_a_silent_rpicam_vid_stalls_and_is_ended(rpicam):
    (rpicam / "stall").touch()
    camera = RpicamCamera(0, (192, 120), 15, stall_s=0.1)
    camera.open()
    for _ in range(3):
        camera.read()
    with pytest.raises(StalledError):
        camera.read()
    process = camera._process
    camera.close()
    assert process is not None
    assert process.returncode is not None


def test_without_any_camera_auto_says_where_to_look(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    if list_cameras():
        pytest.skip("this machine has a camera")
    with pytest.raises(SourceError, match="--source demo"):
        make_source("auto")
