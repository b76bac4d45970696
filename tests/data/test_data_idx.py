"""IDX files: whole ones are read, damaged ones are told apart."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from digitedge.data.idx import format_idx, parse_idx, read_idx
from digitedge.errors import DataError

PICTURES = np.random.default_rng(5).integers(0, 256, (7, 4, 3), np.uint8)


@pytest.mark.parametrize("name", ["pictures-idx3-ubyte", "pictures-idx3-ubyte.gz"])
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    content = format_idx(PICTURES)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    np.testing.assert_array_equal(read_idx(tmp_path / name), PICTURES)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda content: content[:-1], "83 bytes of data, expected 84"),
        (lambda content: content + b"\0", "85 bytes of data, expected 84"),
        (lambda content: content[:9], "ends in its header"),
        (lambda content: b"PK" + content[2:], "no IDX file"),
        (lambda content: b"", "no IDX file"),
        (lambda content: content[:2] + b"\x0d" + content[3:], "type 0x0d"),
        (lambda content: content[:3] + b"\0" + content[4:], "no IDX file"),
    ],
)
def test_damage_is_told(damage: object, what: str) -> None:
    with pytest.raises(DataError, match=what):
        parse_idx(damage(format_idx(PICTURES)), "pictures")  # type: ignore[operator]


def test_sizes_that_overflow_are_no_crash() -> None:
    content = bytes([0, 0, 8, 4]) + b"\xff" * 16
    with pytest.raises(DataError, match="expected"):
        parse_idx(content, "huge")


@pytest.mark.parametrize("cut", [3, 20, -9, -1])
def test_a_cut_gzip_file_is_told_with_a_remedy(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "pictures.gz"
    path.write_bytes(gzip.compress(format_idx(PICTURES))[:cut])
    with pytest.raises(DataError, match="damaged") as raised:
        read_idx(path)
    assert raised.value.remedy


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_idx(tmp_path / "nothing")
