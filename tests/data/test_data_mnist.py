"""MNIST: found where people have it, believed only when its checksum says so."""

import gzip
import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from digitedge.data import load, mnist
from digitedge.data.idx import format_idx
from digitedge.errors import DataError

TINY = {
    "train-images-idx3-ubyte": np.random.default_rng(1).integers(0, 256, (6000, 2, 2), np.uint8),
    "train-labels-idx1-ubyte": np.arange(6000, dtype=np.uint8) % 10,
    "t10k-images-idx3-ubyte": np.random.default_rng(2).integers(0, 256, (30, 2, 2), np.uint8),
    "t10k-labels-idx1-ubyte": np.arange(30, dtype=np.uint8) % 10,
}


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no data at all, whose MNIST is `TINY`, and whose only mirror refuses connections."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("DIGITEDGE_MNIST_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("DIGITEDGE_DATA", raising=False)
    tiny_sums = {name: hashlib.sha256(format_idx(array)).hexdigest() for name, array in TINY.items()}
    monkeypatch.setattr(mnist, "CHECKSUMS", tiny_sums)
    return tmp_path


@pytest.fixture
def mirror(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that a mirror on loopback serves."""
    folder = bare_machine / "mirror"
    write_idx(folder)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("DIGITEDGE_MNIST_URL", f"http://127.0.0.1:{server.server_port}")
        yield folder
        server.shutdown()


def write_idx(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, array in TINY.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(format_idx(array)))


def test_the_splits_are_the_first_the_last_5000_and_the_test_set(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(bare_machine / "data" / "mnist")
    monkeypatch.setenv("DIGITEDGE_DATA", str(bare_machine / "data"))
    pictures = TINY["train-images-idx3-ubyte"]
    np.testing.assert_array_equal(load("mnist", "train").images, pictures[:1000])
    np.testing.assert_array_equal(load("mnist", "validation").images, pictures[1000:])
    np.testing.assert_array_equal(load("mnist", "test").images, TINY["t10k-images-idx3-ubyte"])
    assert len(load("mnist", "all")) == 6030
    assert load("mnist", "test").labels.dtype == np.int64


def test_a_changed_pixel_is_refused(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(bare_machine / "data")
    changed = TINY["t10k-images-idx3-ubyte"].copy()
    changed[3, 1, 1] ^= 1
    (bare_machine / "data" / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(format_idx(changed)))
    monkeypatch.setenv("DIGITEDGE_DATA", str(bare_machine / "data"))
    for source in ("mnist", "auto"):
        with pytest.raises(DataError, match="wrong checksum"):
            load(source, "test")
    assert len(load("mnist", "train")) == 1000


def test_the_keras_cache_is_read_and_gives_the_same(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = bare_machine / "keras" / "datasets"
    folder.mkdir(parents=True)
    arrays = {mnist._KERAS_KEYS[name]: array for name, array in TINY.items()}
    np.savez_compressed(folder / "mnist.npz", **arrays)  # type: ignore[arg-type]
    from_keras = load("mnist", "test")
    write_idx(bare_machine / "data")
    monkeypatch.setenv("DIGITEDGE_DATA", str(bare_machine / "data"))
    assert load("mnist", "test").sha256 == from_keras.sha256


@pytest.mark.parametrize("kept_bytes", [0, 100, 4000])
def test_a_damaged_keras_cache_is_told(bare_machine: Path, kept_bytes: int) -> None:
    folder = bare_machine / "keras" / "datasets"
    folder.mkdir(parents=True)
    np.savez(folder / "mnist.npz", x_test=np.zeros((30, 28, 28), np.uint8))
    content = (folder / "mnist.npz").read_bytes()
    (folder / "mnist.npz").write_bytes(content[:kept_bytes])
    with pytest.raises(DataError, match="damaged"):
        load("mnist", "test")


def test_missing_everywhere_is_told_with_both_ways_out(bare_machine: Path) -> None:
    with pytest.raises(DataError, match="cannot be downloaded") as raised:
        load("mnist", "test")
    assert "DIGITEDGE_DATA" in raised.value.remedy
    assert "synthetic" in raised.value.remedy


def test_a_download_is_announced_kept_and_not_repeated(mirror: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = load("mnist", "test")
    seen = capfd.readouterr()
    assert "Downloading http://127.0.0.1" in seen.err
    assert seen.out == ""
    assert sorted(path.name for path in (mirror.parent / "cache" / "digitedge" / "mnist").iterdir()) == [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]
    for path in mirror.iterdir():
        path.unlink()
    assert load("mnist", "test").sha256 == first.sha256


@pytest.mark.parametrize("content", [b"", b"<html>busy</html>", gzip.compress(b"another file"), gzip.compress(b"x" * 999)[:-4]])
def test_a_wrong_download_is_refused_and_not_kept(mirror: Path, content: bytes) -> None:
    (mirror / "t10k-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(DataError, match="cannot be downloaded"):
        load("mnist", "test")
    assert not (mirror.parent / "cache" / "digitedge" / "mnist" / "t10k-images-idx3-ubyte.gz").exists()


def test_auto_draws_digits_when_mnist_cannot_be_had_and_says_so(bare_machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = load("auto", "test")
    assert data.name == "synthetic"
    assert "drawn digits" in capfd.readouterr().err


def test_the_real_files_if_they_are_here() -> None:
    if not mnist.mnist_is_here():
        if os.environ.get("DIGITEDGE_STRICT") == "1":
            pytest.fail("DIGITEDGE_STRICT=1 and MNIST is not on this machine")
        pytest.skip("MNIST is not on this machine; set DIGITEDGE_DATA")
    data = load("mnist", "test")
    assert isinstance(data.images, np.ndarray)
    assert data.images.shape == (10_000, 28, 28)
    assert np.bincount(data.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
