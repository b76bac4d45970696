import os
from pathlib import Path

import pytest

from digitedge.errors import OutputError
from digitedge.files import _unfinished_prefix, check_target, refuse_overwrite, replacing, write_bytes


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "model.tflite"
    target.write_bytes(b"old")
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_alone(tmp_path: Path) -> None:
    target = tmp_path / "model.tflite"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="No space"), replacing(target) as unfinished:
        unfinished.write_bytes(b"ne")
        raise OSError(28, "No space left on device")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["missing/a.txt", "file/a.txt", "n" * 256])
def test_where_nothing_can_be_written_one_sentence_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="cannot be written"):
        write_bytes(tmp_path / name, b"")


def test_a_folder_that_may_not_be_listed_is_told_like_one_that_may_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("digitedge.files.Path.iterdir", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        write_bytes(tmp_path / "a.txt", b"")


def test_remains_of_ended_runs_are_cleared_and_those_of_living_ones_and_of_other_files_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    prefix, of_another = _unfinished_prefix(target), tmp_path / f"{_unfinished_prefix(tmp_path / 'b.txt')}4194305-00.txt"
    ended, living = tmp_path / f"{prefix}4194305-00.txt", tmp_path / f"{prefix}{os.getpid()}-00.txt"
    for remains in (ended, living, of_another):
        remains.touch()
    write_bytes(target, b"")
    assert sorted(tmp_path.iterdir()) == sorted([target, living, of_another])
    write_bytes(tmp_path / "b.txt", b"")
    assert not of_another.exists(), "found at the first look, cleared by whoever writes the file"


def test_a_folder_is_listed_once_however_much_is_written_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, iterdir = [], Path.iterdir
    monkeypatch.setattr("digitedge.files.Path.iterdir", lambda folder: listed.append(folder) or iterdir(folder))
    for name in ("a.txt", "b.txt", "a.txt"):
        write_bytes(tmp_path / name, b"")
    assert listed == [tmp_path]


@pytest.mark.parametrize("name", ["n" * 251 + ".png", "ü" * 125 + ".png", "n." + "x" * 253])
def test_a_name_as_long_as_the_file_system_takes_is_written(name: str, tmp_path: Path) -> None:
    write_bytes(tmp_path / name, b"new")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_too_long_to_look_for_is_left_to_the_writing(tmp_path: Path) -> None:
    refuse_overwrite(tmp_path / ("n" * 300), force=False)


@pytest.mark.parametrize(("given", "named"), [([], "--out"), (["--record"], "--record")])
def test_the_remedy_names_the_flag_that_gave_the_file(tmp_path: Path, given: list[str], named: str) -> None:
    with pytest.raises(OutputError, match="exists already") as raised:
        refuse_overwrite(tmp_path, False, *given)
    assert raised.value.remedy == f"Add --force to replace it, or give another {named}."
    refuse_overwrite(tmp_path, True, *given)


def test_a_target_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    check_target(tmp_path / "new.json", False)
    check_target(tmp_path / "file", True)
    for target, said in (("missing/x.json", "is no folder"), ("file/x.json", "is no folder"), ("", "is a folder")):
        with pytest.raises(OutputError, match=said):
            check_target(tmp_path / target, True)
    with pytest.raises(OutputError, match="exists already"):
        check_target(tmp_path / "file", False)
    monkeypatch.setattr("digitedge.files.os.access", lambda *_: False)  # root may always write
    with pytest.raises(OutputError, match="read-only"):
        check_target(tmp_path / "new.json", False)
