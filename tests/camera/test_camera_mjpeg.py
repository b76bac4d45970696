"""Motion JPEG over HTTP, against a server that can be broken."""

import base64
import http.server
import threading

import cv2
import numpy as np
import pytest
from camera_servers import MjpegServer, jpeg_of, number_of, numbered_bgr

from digitedge.camera.jpeg import JpegFrame, JpegFrames, decode_jpeg
from digitedge.camera.mjpeg import MjpegStream, _Parts
from digitedge.camera.source import StalledError, frame_of_bgr, frame_of_gray
from digitedge.errors import SourceError


def _opened(url: str, stall_s: float = 0.3) -> MjpegStream:
    stream = MjpegStream(url, stall_s)
    stream.open()
    return stream


@pytest.mark.parametrize("with_length", [True, False])
def test_pictures_come_in_order_whole_and_new(with_length: bool) -> None:
    with MjpegServer(with_length=with_length) as server:
        stream = _opened(server.url)
        frames = [stream.read() for _ in range(5)]
        stream.close()
    numbers = [number_of(frame.gray) for frame in frames]
    assert numbers == sorted(set(numbers))
    assert frames[0].bgr.shape == (120, 160, 3)


def test_a_slow_reader_gets_the_newest_picture_not_the_next() -> None:
    with MjpegServer(fps=100) as server:
        stream = _opened(server.url, 1.0)
        first = number_of(stream.read().gray)
        threading.Event().wait(0.5)  # fifty pictures pile up in the socket
        sent = server.sent
        second = number_of(stream.read().gray)
        stream.close()
    assert second - first > 1
    assert second >= sent - 2


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("stall", StalledError), ("close", SourceError), ("garbage", SourceError), ("half", SourceError), ("refuse", SourceError)],
)
def test_each_loss_is_an_error_and_no_picture(mode: str, kind: type[SourceError]) -> None:
    with MjpegServer() as server:
        stream = _opened(server.url)
        seen = number_of(stream.read().gray)
        server.mode = mode
        with pytest.raises(kind):
            while True:
                number = number_of(stream.read().gray)
                assert number > seen
                seen = number
        stream.close()


def test_a_part_that_is_cut_is_left_out_and_the_next_one_is_read() -> None:
    parts = _Parts(b"--frame")
    whole, other = jpeg_of(numbered_bgr(1)), jpeg_of(numbered_bgr(2))
    head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    parts.feed(head % len(whole) + whole[: len(whole) // 2])
    assert parts.newest() is None
    parts.feed(b"\r\n" + head % len(other) + other + b"\r\n")
    newest = parts.newest()
    assert newest == other


def test_what_is_no_whole_jpeg_is_no_picture() -> None:
    rng = np.random.default_rng(5)
    content = jpeg_of(rng.integers(0, 256, (120, 160, 3), dtype=np.uint8))
    assert decode_jpeg(content) is not None
    assert decode_jpeg(content + b"\0" * 20) is not None  # padding, as some cameras send it
    half = content[: len(content) // 2]
    for damaged in (b"", half, half + b"\xff\xd9", b"\xff\xd8\xff\xd9", rng.bytes(3000), content[10:]):
        assert decode_jpeg(damaged) is None


def test_a_frame_nobody_looks_at_is_decoded_only_as_far_as_it_is_asked_for() -> None:
    bgr = cv2.GaussianBlur(np.random.default_rng(6).integers(0, 256, (120, 160, 3), dtype=np.uint8), (0, 0), 4)
    content = jpeg_of(cv2.normalize(bgr, None, 0, 255, cv2.NORM_MINMAX))
    frame, whole = JpegFrames().frame(content, 5.0), frame_of_bgr(decode_jpeg(content), 5.0)
    assert frame.time == 5.0
    assert cv2.absdiff(frame.small, whole.small).max() <= 3  # the block's lowest frequencies, not its mean
    assert cv2.absdiff(frame.gray, whole.gray).max() <= 2  # luma as it was sent, not made again of rounded colours
    assert np.array_equal(frame.bgr, whole.bgr)
    assert JpegFrames().frame(content[: len(content) // 2] + b"\xff\xd9", 5.0) is None


def test_a_frame_found_whole_is_not_doubted_when_its_picture_is_asked_for() -> None:
    bgr = numbered_bgr(40)
    bgr[-8:-1], bgr[-1] = 40, 128  # its last row is the grey that libjpeg puts in place of what is missing
    content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    frame = JpegFrames().frame(content, 5.0)
    assert decode_jpeg(content) is None and frame is not None
    assert frame.gray.shape == frame.bgr.shape[:2] == bgr.shape[:2]


def test_the_frame_that_is_due_to_be_read_is_decoded_once() -> None:
    content = jpeg_of(np.random.default_rng(7).integers(0, 256, (120, 160, 3), dtype=np.uint8))
    shrunk_gray = frame_of_gray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE), 0.0).small
    frames = JpegFrames()
    first = frames.frame(content, 5.0)
    assert not np.array_equal(first.small, shrunk_gray)  # libjpeg's small picture is told from the shrunk one by this
    assert first.gray.shape == (120, 160)
    too_early, due, long_past = (frames.frame(content, 5.0 + seconds) for seconds in (0.1, 0.25, 1.0))
    assert np.array_equal(due.small, shrunk_gray)
    assert np.array_equal(due.gray, first.gray)
    assert np.array_equal(too_early.small, first.small)
    assert np.array_equal(long_past.small, first.small)
    assert frames.frame(content[: len(content) // 2] + b"\xff\xd9", 5.5) is None


def test_a_stream_without_onlookers_gives_such_frames() -> None:
    with MjpegServer() as server:
        stream = MjpegStream(server.url, 0.3, in_color=False)
        stream.open()
        frames = [stream.read() for _ in range(3)]
        stream.close()
    assert all(isinstance(frame, JpegFrame) for frame in frames)
    numbers = [number_of(frame.gray) for frame in frames]
    assert numbers == sorted(set(numbers))


class _LoginHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(b"eva:s3cret").decode()
        if self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        content = jpeg_of(numbered_bgr(7))
        self.send_response(200)
        self.send_header("Content-Type", 'multipart/x-mixed-replace;boundary="--b"')
        self.end_headers()
        self.wfile.write(b"----b\r\nContent-Length: %d\r\n\r\n%s\r\n----b\r\n" % (len(content), content))

    def log_message(self, *_: object) -> None:
        pass


def test_a_login_in_the_address_is_used_and_never_shown() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _LoginHandler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        where = f"127.0.0.1:{server.server_port}/video"
        stream = _opened(f"http://eva:s3cret@{where}")
        assert number_of(stream.read().gray) == 7
        stream.close()
        assert "s3cret" not in stream.name
        with pytest.raises(SourceError, match="401"):
            _opened(f"http://{where}")
        server.shutdown()
