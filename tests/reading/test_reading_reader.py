"""The reader with the shipped model on pages whose truth is known."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from forks import Forks

from digitedge.errors import ModelError
from digitedge.models import DEFAULT_MODEL
from digitedge.reading.explain import write_explanation
from digitedge.reading.gaps import GAP_MODEL
from digitedge.reading.glimpse import GLIMPSE_MODEL
from digitedge.reading.picture import picture_from_bgr
from digitedge.reading.reader import Reader, ReaderSettings
from digitedge.runtime.classifier import Classifier
from digitedge.runtime.flatfile import with_metadata
from digitedge.scenes.fixed import fixed_scene
from digitedge.scenes.pages import draw_page
from digitedge.scenes.scoring import by_kind, score_page
from digitedge.scenes.seeds import Purpose, page_seeds
from digitedge.scenes.truth import Scene

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="module")
def scene() -> Scene:
    return fixed_scene()


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(DEFAULT_MODEL)


def read(classifier: Classifier, image_bgr: np.ndarray, **settings: object):
    return Reader(classifier, ReaderSettings(**settings)).read(picture_from_bgr(image_bgr).gray)


def test_the_fixed_page_is_read_to_the_last_digit(classifier: Classifier, scene: Scene) -> None:
    page = read(classifier, scene.image_bgr)
    assert sorted(number.text for number in page.numbers) == sorted(number.text for number in scene.numbers)
    score = score_page(scene, [(digit.digit, digit.box_xywh) for digit in page.digits])
    assert (score.right, score.false_alarms) == (24, 0)


def test_a_region_of_interest_reads_only_that_part_in_the_pictures_coordinates(classifier: Classifier, scene: Scene) -> None:
    whole = {number.text: number.box_xywh for number in read(classifier, scene.image_bgr).numbers}
    page = read(classifier, scene.image_bgr, roi_xywh=(280, 30, 360, 120))
    assert [number.text for number in page.numbers] == ["768", "35"]
    for number in page.numbers:
        assert np.abs(np.subtract(number.box_xywh, whole[number.text])).max() <= 2


def test_light_writing_on_a_dark_board_is_read_alike(classifier: Classifier, scene: Scene) -> None:
    page = read(classifier, 255 - scene.image_bgr)
    assert score_page(scene, [(digit.digit, digit.box_xywh) for digit in page.digits]).right >= 22


def test_a_higher_min_confidence_only_takes_away(classifier: Classifier, scene: Scene) -> None:
    some = {digit.box_xywh for digit in read(classifier, scene.image_bgr, min_confidence=0.99).digits}
    assert some < {digit.box_xywh for digit in read(classifier, scene.image_bgr).digits}


def test_unseen_drawn_pages_are_mostly_read_and_words_mostly_not(classifier: Classifier) -> None:
    scores = []
    for seed in page_seeds(Purpose.TESTS, 16):
        drawn = draw_page(seed, size_wh=(640, 480))
        page = read(classifier, drawn.image_bgr)
        scores.append((drawn.kind, score_page(drawn, [(digit.digit, digit.box_xywh) for digit in page.digits])))
    everything = by_kind(scores)["all"]
    assert everything.wanted > 200
    assert everything.f1 > 0.75  # 0.87 on 200 pages of all sizes; the tutorials' pipeline reaches 0.30


@pytest.mark.parametrize("model", [GLIMPSE_MODEL, GAP_MODEL])
def test_a_network_of_the_readers_own_is_no_model(model: Path) -> None:
    with pytest.raises(ModelError, match="no classifier of single digits"):
        Reader(Classifier(model))


def test_a_model_from_elsewhere_needs_no_labels() -> None:
    assert Reader(Classifier(GOLDEN / "tiny-none.tflite")).classifier.info.metadata == {}


def test_a_model_of_other_labels_is_refused() -> None:
    content = (GOLDEN / "tiny-none.tflite").read_bytes()
    letters = with_metadata(content, {"format_version": 1, "labels": list("abcdefghij")})
    with pytest.raises(ModelError, match=r"letters\.tflite: is no classifier of single digits"):
        Reader(Classifier(Path("letters.tflite"), content=letters))


def test_explain_writes_every_stage(classifier: Classifier, scene: Scene, tmp_path: Path) -> None:
    trace = Reader(classifier).trace(picture_from_bgr(scene.image_bgr).gray)
    names = [path.name for path in write_explanation(tmp_path, trace)]
    assert names[0] == "1-gray.png" and names[-4:] == ["3-candidates.png", "4-patches.png", "5-glimpses.png", "6-gaps.png"]
    assert any(name.startswith("2-ink-0-dark") for name in names)
    assert all(cv2.imread(str(tmp_path / name)) is not None for name in names)


def test_predict_prints_the_contract(scene: Scene, tmp_path: Path, forks: Forks) -> None:
    picture = tmp_path / "scene.png"
    cv2.imwrite(str(picture), scene.image_bgr)
    done = forks.run("predict", picture, "--json", "--save", tmp_path / "read")
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout)
    assert page["image"] == str(picture) and page["size"] == [640, 480]
    assert {"digit", "confidence", "box"} <= set(page["digits"][0])
    assert {"text", "confidence", "box"} <= set(page["numbers"][0])
    assert all(ms >= 0 for ms in page["ms"].values())
    assert cv2.imread(str(tmp_path / "read" / "scene.png")).shape == (480, 640, 3)
