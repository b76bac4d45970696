"""Run folders: numbered, found again, never overwritten by accident."""

from dataclasses import replace
from pathlib import Path

import pytest

from digitedge.errors import DataError, InputError, OutputError
from digitedge.export import runs
from digitedge.export.runs import Epoch, Plan
from digitedge.models.recipes import Settings

PLAN = Plan("cnn", "mnist", 7, Settings(epochs=4, schedule="cosine", paper_share=0.35))
LEFT = ("model.keras", "metrics.json", "history.csv", "checkpoint.keras", "pages.npz")  # each of it by an earlier run
HISTORY = [Epoch(1, 0.5, 0.9, 0.4, 0.92, 1e-3, 3.25), Epoch(2, 0.25, 0.95, 0.3, 0.94, 5e-4, 3.125)]


def begun(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    runs.write_plan(folder, PLAN)
    return folder


def test_numbers_go_on_after_the_highest(tmp_path: Path) -> None:
    names = [runs.fresh_folder("cnn", tmp_path / "runs").name for _ in range(2)]
    (tmp_path / "runs" / "cnn-9").mkdir()
    (tmp_path / "runs" / "cnn-tiny-40").mkdir()
    (tmp_path / "runs" / "cnn-old").mkdir()
    names.append(runs.fresh_folder("cnn", tmp_path / "runs").name)
    assert names == ["cnn-1", "cnn-2", "cnn-10"]


def test_what_was_asked_and_reached_is_read_back(tmp_path: Path) -> None:
    begun(tmp_path)
    runs.write_history(tmp_path, HISTORY)
    assert runs.read_plan(tmp_path) == PLAN
    assert runs.read_history(tmp_path) == HISTORY
    assert (
        (tmp_path / "history.csv").read_text().startswith("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\n")
    )


def test_the_latest_unfinished_run_is_resumed(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        begun(tmp_path / f"cnn-{number}")
    (tmp_path / "cnn-11").mkdir()
    assert runs.latest_unfinished("cnn", tmp_path).name == "cnn-10"
    (tmp_path / "cnn-10" / "metrics.json").write_text("{}")
    assert runs.latest_unfinished("cnn", tmp_path).name == "cnn-2"
    with pytest.raises(InputError, match="No unfinished run of cnn-tiny"):
        runs.latest_unfinished("cnn-tiny", tmp_path)


def test_a_folder_with_something_in_it_needs_force(tmp_path: Path) -> None:
    assert runs.given_folder(tmp_path / "new" / "run", force=False).is_dir()
    begun(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists already") as raised:
        runs.given_folder(tmp_path, force=False)
    assert "--resume" in raised.value.remedy
    assert "--force" in raised.value.remedy
    for name in LEFT:
        (tmp_path / name).write_text("old")
    runs.given_folder(tmp_path, force=True)
    assert all((tmp_path / name).read_text() == "old" for name in LEFT), "nothing goes before the new run begins"
    runs.begin(tmp_path, PLAN)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"notes.txt", "run.json"}
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_may_not_be_written_to_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitedge.export.runs.os.access", lambda *_: False)  # root may always write
    with pytest.raises(OutputError, match="cannot be written to"):
        runs.given_folder(tmp_path, force=True)


def test_what_never_began_leaves_no_folder_and_what_was_there_stays(tmp_path: Path) -> None:
    for name in ("empty", "planned", "kept"):
        (tmp_path / name).mkdir()
    begun(tmp_path / "planned")
    (tmp_path / "kept" / "model.keras").touch()
    for name in ("empty", "planned", "kept"):
        runs.forget_unbegun(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        runs.given_folder(tmp_path / "file", force=True)
    with pytest.raises(OutputError, match="cannot be made"):
        runs.given_folder(tmp_path / "file" / "run", force=False)


def test_a_run_goes_on_from_a_whole_epoch_of_its_own(tmp_path: Path) -> None:
    assert not runs.can_go_on(begun(tmp_path), PLAN), "no epoch is whole"
    (tmp_path / runs.CHECKPOINT).touch()
    assert runs.can_go_on(tmp_path, PLAN)
    assert not runs.can_go_on(tmp_path, replace(PLAN, seed=8)), "the checkpoint is another run's"
    (tmp_path / "run.json").write_text("{")
    assert not runs.can_go_on(tmp_path, PLAN)


@pytest.mark.parametrize(
    "content",
    ["", "{", "{}", '{"recipe": "cnn", "data": "mnist", "seed": 1, "settings": {"epochs": 0}}', "[]"],
)
def test_a_damaged_plan_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(DataError, match="damaged"):
        runs.read_plan(tmp_path)


def test_no_plan_and_a_damaged_history_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run was begun here"):
        runs.read_plan(tmp_path)
    (tmp_path / "history.csv").write_text("epoch,loss\n1,wide\n")
    with pytest.raises(DataError, match="damaged"):
        runs.read_history(tmp_path)
