"""Every source that can be opened without a camera or a network."""

import functools
import http.server
import os
import threading

import cv2
import numpy as np
import pytest
from camera_servers import number_of, numbered_bgr

from digitedge.camera.capture import HttpStream, NetworkStream, UsbCamera
from digitedge.camera.demo import DemoCamera
from digitedge.camera.discover import usb_cameras
from digitedge.camera.playback import PictureFolder, VideoFile
from digitedge.camera.raw import RawPipe
from digitedge.camera.source import StalledError
from digitedge.camera.sources import SourceOptions, make_source
from digitedge.errors import SourceError


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def _all_frames(source):
    source.open()
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


@pytest.fixture
def video(tmp_path):
    """A file with 12 numbered pictures at 10 frames a second."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (160, 120))
    for number in range(12):
        writer.write(numbered_bgr(number))
    writer.release()
    return path


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("demo", DemoCamera, "demo"),
        ("0", UsbCamera, "camera 0"),
        ("/dev/video7", UsbCamera, "/dev/video7"),
        ("http://cam/stream", HttpStream, "http://cam/stream"),
        ("https://eva:pw@cam/stream", HttpStream, "https://cam/stream"),
        ("rtsp://eva:pw@cam:554/live", NetworkStream, "rtsp://cam:554/live"),
        ("tcp://127.0.0.1:9000", NetworkStream, "tcp://127.0.0.1:9000"),
        ("clip.mp4", VideoFile, "clip.mp4"),
    ],
)
def test_what_the_user_writes_becomes_a_source_without_opening_it(text, kind, name):
    source = make_source(text)
    assert isinstance(source, kind)
    assert source.name == name


@pytest.mark.parametrize("text", ["nonsense", "ftp://x/y", "csi:left", ""])
def test_what_is_no_source_is_refused_with_what_could_be_given(text):
    with pytest.raises(SourceError) as error:
        make_source(text)
    assert "csi" in error.value.remedy


def test_a_video_file_gives_its_frames_with_their_moments_and_ends(video):
    frames = _all_frames(make_source(str(video)))
    assert [number_of(frame.gray) for frame in frames] == list(range(12))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(12) / 10)
    again = make_source(str(video), SourceOptions(fps=5))
    assert _all_frames(again)[-1].time == pytest.approx(11 / 5)


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_a_file_that_is_no_video_says_so(tmp_path, content):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="no video"):
        _all_frames(make_source(str(path)))


def test_an_http_address_may_also_send_a_video(video):
    handler = functools.partial(_QuietHandler, directory=str(video.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        source = make_source(f"http://127.0.0.1:{server.server_port}/clip.avi")
        source.open()
        first, second = (number_of(source.read().gray) for _ in range(2))
        assert second == first + 1
        source.close()
        (video.parent / "page.html").write_text("no stream at all")
        with pytest.raises(SourceError, match="text/html, no stream"):
            make_source(f"http://127.0.0.1:{server.server_port}/page.html").open()
        server.shutdown()


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        _all_frames(make_source(str(tmp_path / "gone.mp4")))


def test_a_folder_gives_its_pictures_in_natural_order_and_skips_damaged_ones(tmp_path):
    for number in (10, 2, 1):
        cv2.imwrite(str(tmp_path / f"page{number}.png"), numbered_bgr(number))
    (tmp_path / "page3.png").write_bytes(b"damaged")
    (tmp_path / "notes.txt").write_text("no picture")
    frames = _all_frames(make_source(str(tmp_path)))
    assert [number_of(frame.gray) for frame in frames] == [1, 2, 10]
    assert [frame.time for frame in frames] == [0.0, 1.0, 3.0]


@pytest.mark.parametrize("count", [1, 3])
def test_a_folder_of_nothing_but_damaged_pictures_says_so(tmp_path, count):
    for number in range(count):
        (tmp_path / f"page{number}.png").write_bytes(b"damaged")
    with pytest.raises(SourceError, match=f"page{count - 1}.png is not a picture. Give a JPEG"):
        _all_frames(PictureFolder(tmp_path))


def test_a_folder_takes_any_names(tmp_path):
    names = ["5\u00b23", "7", "10", "\u0663", "\u00bd", "page", "5"]  # a raised two and a half are digits, and no numbers
    for number, name in enumerate(names):
        (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", numbered_bgr(number))[1].tobytes())
    frames = _all_frames(PictureFolder(tmp_path))
    assert sorted(number_of(frame.gray) for frame in frames) == list(range(len(names)))


def test_a_single_picture_is_sent_to_the_command_that_reads_pictures(tmp_path):
    picture = tmp_path / "photo.JPG"
    picture.write_bytes(cv2.imencode(".jpg", numbered_bgr(1))[1].tobytes())
    with pytest.raises(SourceError, match=r"single picture.*digitedge predict .*photo\.JPG"):
        make_source(str(picture))


def test_an_empty_folder_says_so(tmp_path):
    with pytest.raises(SourceError, match="no pictures"):
        _all_frames(PictureFolder(tmp_path))


@pytest.mark.parametrize("pixels", ["bgr24", "rgb24", "gray", "yuv420p"])
def test_raw_frames_of_a_pipe_and_the_half_one_at_its_end(pixels):
    picture = numbered_bgr(1234)
    picture[60:, :, 2] = 200  # red below, so that the order of colours shows
    stored = {
        "bgr24": picture,
        "rgb24": picture[:, :, ::-1],
        "gray": cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY),
        "yuv420p": cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420),
    }[pixels].tobytes()
    reading_end, writing_end = os.pipe()

    def write():
        os.write(writing_end, stored + stored + stored[:100])
        os.close(writing_end)

    thread = threading.Thread(target=write)
    thread.start()
    frames = _all_frames(RawPipe(reading_end, (160, 120), pixels))
    thread.join()
    os.close(reading_end)
    assert len(frames) == 2
    assert number_of(frames[1].gray) == 1234
    if pixels != "gray":
        blue, _, red = frames[1].bgr[90, 80].astype(int)
        assert red > blue + 50


def test_a_silent_pipe_stalls():
    reading_end, writing_end = os.pipe()
    pipe = RawPipe(reading_end, (4, 4), "gray", stall_s=0.05)
    os.write(writing_end, bytes(16))
    assert pipe.read() is not None
    with pytest.raises(StalledError):
        pipe.read()
    os.close(writing_end)
    os.close(reading_end)


def test_a_descriptor_that_cannot_be_read_is_told():
    written_only = os.open(os.devnull, os.O_WRONLY)
    with pytest.raises(SourceError, match="cannot be read: Bad file descriptor"):
        RawPipe(written_only, (4, 4), "gray").read()
    os.close(written_only)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (SourceOptions(), "no size"),
        (SourceOptions((641, 480), pixels="yuv420p"), "even"),
        (SourceOptions((640, 480), pixels="rgba"), "not known"),
    ],
)
def test_raw_frames_that_cannot_be_are_refused(options, words):
    with pytest.raises(SourceError, match=words):
        make_source("-", options)


def test_the_demo_is_the_same_scene_for_the_same_seed():
    first, second = (DemoCamera((160, 120), seed=4) for _ in range(2))
    first.open()
    second.open()
    for _ in range(3):
        np.testing.assert_array_equal(first.read().gray, second.read().gray)


class _Device:
    """Stands for OpenCV's capture of a USB camera: keeps what is asked of it, gives two pictures, then is unplugged."""

    def __init__(self, device, backend):
        self.calls = [("open", device, backend)]
        self._left = 2

    def set(self, prop, value):
        self.calls.append((prop, value))
        return True

    def isOpened(self):  # noqa: N802 - OpenCV's name
        return True

    def read(self):
        self._left -= 1
        return (True, numbered_bgr(9)) if self._left >= 0 else (False, None)

    def release(self):
        self.calls.append("release")


def test_a_usb_camera_is_asked_for_mjpg_before_its_size(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    made = []
    camera = UsbCamera(str(device), (1280, 720), 30, lambda *a: made.append(_Device(*a)) or made[-1])
    camera.open()
    assert number_of(camera.read().gray) == 9
    camera.read()
    with pytest.raises(SourceError, match="gives no picture"):
        camera.read()
    camera.close()
    assert made[0].calls == [
        ("open", str(device), cv2.CAP_V4L2),
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 1280),
        (cv2.CAP_PROP_FRAME_HEIGHT, 720),
        (cv2.CAP_PROP_FPS, 30),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
        "release",
    ]


def test_a_missing_camera_names_the_command_that_lists_those_there():
    with pytest.raises(SourceError, match="--list"):
        make_source("/dev/video97").open()


def test_what_is_no_capture_device_is_not_listed(tmp_path):
    (tmp_path / "video0").touch()  # answers no question about video
    assert usb_cameras(tmp_path, tmp_path) == []
