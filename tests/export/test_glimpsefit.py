"""The training of the reader's own network."""

from pathlib import Path

import numpy as np
import pytest

from digitedge.errors import DataError, ModelError
from digitedge.export.glimpsefit import Glimpses, check_same_pages, collect, cross_entropy, train, varied
from digitedge.models import SHIPPED
from digitedge.models.recipes.glimpse import build_glimpse
from digitedge.reading.glimpse import GLIMPSE_PX

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

MIDDLE = GLIMPSE_PX // 2
REFERENCE = Path(__file__).parent.parent / "golden" / "reference-int8.tflite"


def bars_and_rings(count: int) -> Glimpses:
    """Glimpses of an upright bar (1) or a square ring (0) in the middle, every third without either (10)."""
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 90, (count, GLIMPSE_PX, GLIMPSE_PX)).astype(np.uint8)
    labels = np.array([1, 0, 10])[np.arange(count) % 3]
    upright, across = slice(MIDDLE - 8, MIDDLE + 8), slice(MIDDLE - 6, MIDDLE + 6)
    pictures[labels == 1, upright, MIDDLE - 2 : MIDDLE + 2] = 255
    pictures[labels == 0, upright, across] = 255
    pictures[labels == 0, MIDDLE - 5 : MIDDLE + 5, MIDDLE - 3 : MIDDLE + 3] = 0
    return Glimpses(pictures, labels.astype(np.int64), np.ones(count, np.float32))


def test_glimpses_vary_and_still_show_the_same() -> None:
    glimpses = bars_and_rings(30)
    changed = varied(glimpses.pictures, np.random.default_rng(1))
    assert changed.dtype == np.uint8 and changed.shape == glimpses.pictures.shape
    bars = changed[glimpses.labels == 1]
    assert (bars[:, MIDDLE - 3 : MIDDLE + 3, MIDDLE - 6 : MIDDLE + 6].max(axis=(1, 2)) > 120).all()
    assert len({bar.tobytes() for bar in bars}) == len(bars)


def test_cross_entropy_is_the_log_of_what_is_left() -> None:
    logits = np.log(np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]], np.float32))
    two = Glimpses(np.zeros((2, 4, 4), np.uint8), np.array([0, 2]), np.array([1, 3], np.float32))
    assert cross_entropy(logits, two) == pytest.approx((np.log(2) + 3 * np.log(8)) / 4, rel=1e-5)


def test_glimpses_are_kept_and_a_damaged_file_is_told(tmp_path: Path) -> None:
    glimpses, path = bars_and_rings(6), tmp_path / "glimpses.npz"
    glimpses.save(path)
    again = Glimpses.load(path)
    assert all((getattr(again, name) == getattr(glimpses, name)).all() for name in ("pictures", "labels", "weight"))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError):
        Glimpses.load(path)


def test_a_folder_is_held_to_what_it_was_begun_with(tmp_path: Path) -> None:
    check_same_pages(tmp_path, {"pages": 99, "seed": 0})
    check_same_pages(tmp_path, {"pages": 10, "seed": 0})  # nothing was made from the 99
    bars_and_rings(3).save(tmp_path / "learnt.npz")
    check_same_pages(tmp_path, {"pages": 10, "seed": 0})
    with pytest.raises(DataError, match="begun with other pages"):
        check_same_pages(tmp_path, {"pages": 10, "seed": 1})
    (tmp_path / "pages.json").write_text("{")
    with pytest.raises(DataError, match="damaged"):
        check_same_pages(tmp_path, {"pages": 10, "seed": 0})
    (tmp_path / "pages.json").unlink()
    with pytest.raises(DataError, match="not known which pages"):
        check_same_pages(tmp_path, {"pages": 10, "seed": 0})


def test_it_learns_and_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    learnt, held_out = bars_and_rings(1800), bars_and_rings(60)
    train(build_glimpse, learnt, held_out, tmp_path, epochs=1)
    train(build_glimpse, learnt, held_out, tmp_path, epochs=4)
    rows = [row.split(",") for row in (tmp_path / "history.csv").read_text().splitlines()]
    losses = [float(row[rows[0].index("loss")]) for row in rows[1:]]
    assert len(losses) == 4 and losses[-1] < 0.7 * losses[0]


def test_pages_give_doubtful_candidates_and_a_model_without_context_none() -> None:
    (page,) = collect([8_000_001], SHIPPED / "cnn-tiny-int8.tflite", None, workers=1)
    assert page.pictures.shape[1:] == (GLIMPSE_PX, GLIMPSE_PX) and 0 < len(page.labels) <= 100
    assert set(page.labels.tolist()) <= set(range(11)) and (page.weight > 0).all()
    with pytest.raises(ModelError, match="context"):
        next(collect([8_000_001], REFERENCE, None))
