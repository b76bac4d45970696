"""`digitedge train`, `recipes` and `evaluate` as a user meets them: streams, exit codes, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from forks import Forks
from typer.testing import CliRunner

from digitedge.cli import app
from digitedge.export import runs
from digitedge.export.runs import Plan
from digitedge.models import DEFAULT_MODEL
from digitedge.models.recipes import Recipe
from digitedge.patch import to_inputs
from digitedge.scenes.digits import draw_digits

PROGRAM = [sys.executable, "-m", "digitedge"]


def digitedge(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: TensorFlow does not survive a fork."""
    return subprocess.run([*PROGRAM, *map(str, arguments)], capture_output=True, text=True, cwd=cwd)


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "drawn.npz"
    images, labels = draw_digits(600, seed=31)
    np.savez(path, images=to_inputs(images), labels=labels)
    return path


def test_recipes_are_listed_for_people_and_scripts(forks: Forks) -> None:
    assert "mlp-256-128-128" in forks.run("recipes").stdout
    listed = json.loads(forks.run("recipes", "--json").stdout)
    by_name = {recipe["name"]: recipe for recipe in listed}
    assert by_name["mlp-25-15"]["input"] == [20, 20, 1]
    assert by_name["mlp-128-64"]["settings"]["epochs"] == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "resnet"), 'no recipe "resnet"'),
        (("train", "cnn", "--resume"), "No unfinished run of cnn"),
        (("train", "cnn", "--resume", "--out", "nowhere"), "no run was begun here"),
        (("train", "cnn", "--data", "nowhere.mat"), "no such data set"),
        (("train", "mlp-128-64", "--fonts", "."), "mlp-128-64 takes no --fonts"),
        (("evaluate", "nothing.tflite", "--data", "synthetic"), "no such model"),
    ],
)
def test_a_failure_is_one_sentence_and_exit_1(tmp_path: Path, arguments: tuple[str, ...], said: str, forks: Forks) -> None:
    ran = forks.run(*arguments, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()], "a failure leaves no run behind"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--data", "nope"), "no such data set"),
        (("--data", "mine.txt"), "not a data set"),
        (("--extra", "mine.txt"), "no file with fields"),
        (("--fonts", "."), "holds no font"),
        (("--fonts", "nowhere"), "is no folder"),
        (("--fonts", "fonts"), "letter.woff: this is no font with the digits 0 to 9"),
        (("--start", "none.keras"), "no such model"),
        (("--start", "picture.png"), "picture.png: this is no .keras file"),
        (("--start", DEFAULT_MODEL), "this is no .keras file"),
        (("--teacher", "picture.png"), "picture.png: this is no .keras file"),
        (("--teacher", "other.zip"), "other.zip: this is no .keras file"),
        (("--teacher", DEFAULT_MODEL), "this is no .keras file"),
    ],
)
def test_a_finished_run_outlives_a_wrong_request_to_replace_it(
    tmp_path: Path, wrong: tuple[str, str], said: str, forks: Forks
) -> None:
    (tmp_path / "mine.txt").write_text("text")
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "letter.woff").write_text("Dear Sir")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("letters.txt", "abc")
    (tmp_path / "myrun").mkdir()
    for name in ("model.keras", "metrics.json", "history.csv", "run.json"):
        (tmp_path / "myrun" / name).write_text("weeks of work")
    ran = forks.run("train", "cnn", "--out", "myrun", "--force", *wrong, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr
    assert "tensorflow" not in ran.args, "told in a moment"
    assert [path.read_text() for path in (tmp_path / "myrun").iterdir()] == ["weeks of work"] * 4


@pytest.mark.parametrize("checkpointed", [False, True])
def test_only_a_run_with_a_whole_epoch_is_said_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpointed: bool
) -> None:
    def interrupted(_recipe: Recipe, plan: Plan, folder: Path, *_: object, **__: object) -> None:
        if checkpointed:
            runs.begin(folder, replace(plan, data_sha256="12"))
            (folder / runs.CHECKPOINT).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("digitedge.export.train.train", interrupted)
    ran = CliRunner().invoke(app, ["train", "cnn", "--data", "synthetic", "--out", str(tmp_path / "run")])
    assert ran.exit_code != 0
    assert ("Go on from the last whole epoch" in ran.stderr) == checkpointed
    assert (tmp_path / "run").exists() == checkpointed


def test_an_unknown_split_is_a_usage_error(forks: Forks) -> None:
    ran = forks.run("evaluate", DEFAULT_MODEL, "--split", "training")
    assert (ran.returncode, ran.stdout) == (2, "")


def test_evaluating_a_tflite_file_needs_no_tensorflow(drawn_set: Path) -> None:
    code = "import sys; from digitedge.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    arguments = ["evaluate", DEFAULT_MODEL, "--data", drawn_set, "--split", "all", "--json"]
    ran = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert not {"tensorflow", "keras", "matplotlib"} & set(ran.stderr.split())
    result = json.loads(ran.stdout)
    assert result["count"] == sum(map(sum, result["confusion"])) == 600
    assert result["data"] == {"name": "drawn.npz", "split": "all", "count": 600, "sha256": result["data"]["sha256"]}
    assert result["accuracy"] > 0.9, "the shipped model reads drawn digits"


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.timeout(600)  # five starts of TensorFlow, on whatever machine CI has
def test_ctrl_c_leaves_a_run_that_is_resumed_by_the_command_it_names(tmp_path: Path, drawn_set: Path) -> None:
    # So many epochs that the signal comes before the last one, whatever else the machine does.
    arguments = ["train", "mlp-128-64", "--data", str(drawn_set), "--epochs", "60"]
    training = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
        # What a script starts in its background ignores SIGINT, and so would all that these tests start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert training.stderr is not None
    said = ""
    while "epoch 1/60" not in said:
        line = training.stderr.readline()
        assert line, said
        said += line
    os.killpg(training.pid, signal.SIGINT)  # as a terminal does, to every process of the group
    output, rest = training.communicate(timeout=60)
    assert (training.returncode, output) == (130, "")
    assert "Traceback" not in rest
    command = rest.split("digitedge ", 1)[1].split()
    assert command == ["train", "mlp-128-64", "--resume", "--out", "runs/mlp-128-64-1"]

    other = digitedge(*command, "--epochs", "9", cwd=tmp_path)
    assert (other.returncode, other.stdout) == (1, "")
    assert "begun with --epochs 60" in other.stderr
    resumed = digitedge(*command, cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert "Resuming after epoch" in resumed.stderr
    assert "epoch 1/60" not in resumed.stderr
    assert "Confusion" in resumed.stdout
    assert (tmp_path / "runs" / "mlp-128-64-1" / "metrics.json").is_file()
    again = digitedge(*command, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (1, "")
    assert "is finished" in again.stderr

    plots = tmp_path / "plots"
    model = tmp_path / "runs" / "mlp-128-64-1" / "model.keras"
    evaluated = digitedge("evaluate", model, "--data", drawn_set, "--plots", plots, "--json")
    metrics = json.loads((model.parent / "metrics.json").read_text())
    assert json.loads(evaluated.stdout)["accuracy"] == metrics["accuracy"]
    assert {path.name for path in plots.iterdir()} == {"curves.png", "confusion.png", "predictions.png", "mistakes.png"}
