import pickle
from pathlib import Path

import numpy as np
import pytest

from digitedge.errors import DigitEdgeError, InputError, MissingExtraError, ModelError, OutputError
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.album import Task, _distinct_names, read_album
from digitedge.reading.gaps import GAP_MODEL
from digitedge.reading.page import Box
from digitedge.reading.picture import save_picture
from digitedge.reading.reader import ReaderSettings
from digitedge.scenes.fixed import fixed_scene


def blank(path: Path) -> Path:
    save_picture(path, np.full((40, 60), 220, np.uint8))
    return path


def task(save: Path | None = None) -> Task:
    return Task(DEFAULT_MODEL, ReaderSettings(), save)


def test_names_are_distinct_even_where_a_file_has_the_name_made_up() -> None:
    names = _distinct_names([Path("a.png"), Path("b/a.jpg"), Path("a-2.png"), Path("c/a.png")])
    assert names == ["a", "a-2", "a-2-2", "a-3"]
    assert len(set(_distinct_names([Path(f"{i}/a.png") for i in range(5000)]))) == 5000


def test_a_copy_never_replaces_a_picture_that_is_read(tmp_path: Path) -> None:
    picture = blank(tmp_path / "page.png")
    before = picture.read_bytes()
    with pytest.raises(OutputError, match=r"page\.png is one of the pictures"):
        list(read_album([picture], task(save=tmp_path)))
    assert picture.read_bytes() == before


def test_a_copy_never_replaces_another_file_beside_the_pictures(tmp_path: Path) -> None:
    scan, foreign = tmp_path / "scan.jpg", blank(tmp_path / "scan.png")
    save_picture(scan, np.full((40, 60), 220, np.uint8))
    before = foreign.read_bytes()
    with pytest.raises(OutputError, match=r"scan\.png exists already"):
        list(read_album([scan], task(save=tmp_path)))
    assert foreign.read_bytes() == before
    foreign.unlink()
    assert all(answer.page for answer in read_album([scan], task(save=tmp_path)))


@pytest.mark.parametrize("linked", [False, True])
def test_stages_never_replace_a_picture_that_is_read(linked: bool, tmp_path: Path) -> None:
    picture = blank(tmp_path / "1-gray" / "1-gray.png")
    before = picture.read_bytes()
    if linked:
        (tmp_path / "links").mkdir()
        (tmp_path / "links" / "1-gray.png").symlink_to(picture)
    given = tmp_path / "links" / "1-gray.png" if linked else picture
    with pytest.raises(OutputError, match="1-gray holds pictures to read"):
        list(read_album([given], Task(DEFAULT_MODEL, ReaderSettings(), explain=tmp_path)))
    assert picture.read_bytes() == before


def test_stages_of_an_earlier_run_go_and_other_files_stay(tmp_path: Path) -> None:
    picture, folder = tmp_path / "page.png", tmp_path / "why" / "page"
    explained = Task(DEFAULT_MODEL, ReaderSettings(), explain=tmp_path / "why")
    save_picture(picture, fixed_scene().image_bgr)
    assert all(answer.page for answer in read_album([picture], explained))
    kept = [blank(folder / "2-ink-7-dark.png"), folder / "copy.png"]
    kept[1].write_bytes((folder / "4-patches.png").read_bytes())
    assert all(answer.page for answer in read_album([blank(picture)], explained))
    left = {path.name for path in folder.iterdir()}
    assert {path.name for path in kept} < left and not {"4-patches.png", "5-glimpses.png"} & left
    assert {"1-gray.png", "3-candidates.png"} < left


def test_copies_in_a_folder_of_their_own_are_made_anew(tmp_path: Path) -> None:
    picture, copies = blank(tmp_path / "page.png"), tmp_path / "read"
    for _ in range(2):
        assert all(answer.page for answer in read_album([picture], task(save=copies)))


@pytest.mark.parametrize("roi", [(60, 0, 9, 9), (0, 40, 9, 9), (900, 900, 9, 9)])
def test_a_region_outside_the_picture_is_told_with_the_pictures_size(roi: Box, tmp_path: Path) -> None:
    (answer,) = read_album([blank(tmp_path / "page.png")], Task(DEFAULT_MODEL, ReaderSettings(roi_xywh=roi)))
    assert isinstance(answer.error, InputError)
    assert "outside the picture of 60x40 pixels" in str(answer.error)


def test_a_region_partly_outside_is_read(tmp_path: Path) -> None:
    (answer,) = read_album([blank(tmp_path / "page.png")], Task(DEFAULT_MODEL, ReaderSettings(roi_xywh=(59, 39, 900, 900))))
    assert answer.page is not None


def test_no_pictures_give_no_answers() -> None:
    assert list(read_album([], task(), workers=2)) == []


def test_a_model_that_reads_no_digits_is_told_before_helpers_start(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no classifier of single digits"):
        list(read_album([blank(tmp_path / f"{i}.png") for i in range(2)], Task(GAP_MODEL, ReaderSettings()), workers=2))


def test_helpers_answer_in_the_files_order_errors_too(tmp_path: Path) -> None:
    pictures = [blank(tmp_path / f"{i}.png") for i in range(3)]
    pictures.insert(1, tmp_path / "missing.png")
    answers = list(read_album(pictures, task(save=tmp_path / "read"), workers=2))
    assert [answer.image for answer in answers] == pictures
    assert [answer.page is None for answer in answers] == [False, True, False, False]
    assert isinstance(answers[1].error, InputError)
    assert sorted(path.name for path in (tmp_path / "read").iterdir()) == ["0.png", "1.png", "2.png"]


@pytest.mark.parametrize("error", [InputError("It is gone.", "Look again."), MissingExtraError("Training", "train")])
def test_errors_travel_between_processes(error: DigitEdgeError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.message, copy.remedy) == (str(error), error.message, error.remedy)
