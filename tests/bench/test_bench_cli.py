import json
import subprocess
import sys

import pytest
from PIL import Image
from typer.testing import CliRunner

from digitedge.cli import app
from digitedge.errors import GateError, InputError, OutputError

QUICK = ["--runs", "50", "--seconds", "0"]


@pytest.fixture
def bench():
    """Run the command in this process; give its stdout, or let its error through."""

    def run(*words):
        result = CliRunner().invoke(app, ["bench", *map(str, words)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture(scope="module")
def process(golden_model):
    """A process of its own that benches two models; its last line on stderr names the modules it imported."""
    other = golden_model.with_name("tiny-none.tflite")
    words = ["bench", str(golden_model), str(other), "--threads", "1,2", *QUICK, "--json"]
    code = (
        f"import sys; from digitedge.cli import app; app({words!r}, standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@pytest.fixture
def report(process):
    """What two models of a call give."""
    return json.loads(process.stdout)


def test_json_is_all_there_is_on_stdout_and_holds_every_case(report):
    cases = [(model["quantize"], model["threads"]) for model in report["models"]]
    assert cases == [("int8", 1), ("int8", 2), ("none", 1), ("none", 2)]
    for model in report["models"]:
        latency = model["latency_us"]
        assert 0 < latency["min"] <= latency["p50"] <= latency["p90"] <= latency["p99"]
        assert len(model["window_medians_us"]) == 5 and model["runs"] >= 50
    assert len(report["ratios"]) == 3
    assert report["rss_mb"] > 20 and report["peak_rss_mb"] >= report["rss_mb"]


def test_the_stages_of_a_frame_in_the_order_of_the_work(report):
    stages = list(report["pipeline"]["stages_ms"])
    assert stages[:4] == ["grab", "gray", "ink", "candidates"]
    assert stages[-3:] == ["track", "draw", "encode"]
    assert stages.index("patch") < stages.index("quantise") < stages.index("invoke") < stages.index("decide")
    assert report["pipeline"]["size"] == [640, 480]
    known = sum(stage["mean"] for stage in report["pipeline"]["stages_ms"].values())
    assert known == pytest.approx(report["pipeline"]["total_ms"]["mean"], rel=0.2)  # what no stage claims is small


def test_bench_never_imports_tensorflow(process):
    imported = set(process.stderr.splitlines()[-1].split())
    assert "digitedge.bench.latency" in imported
    assert not imported & {"tensorflow", "keras", "matplotlib"}


def test_a_table_for_people_and_markdown_for_documents(bench, golden_model):
    table = bench(golden_model, *QUICK)
    assert "tiny-int8.tflite" in table and "whole frame" in table and "p99" in table and "| model |" not in table
    markdown = bench(golden_model, *QUICK, "--markdown")
    assert "| model | mode |" in markdown


def test_a_file_whose_name_looks_like_markup_stands_in_the_table(bench, golden_model, tmp_path):
    model = tmp_path / "[b]net[i].tflite"
    model.write_bytes(golden_model.read_bytes())
    assert "[b]net[i].tflite" in bench(model, *QUICK)


def test_a_picture_of_ones_own_and_accuracy_beside_latency(bench, golden_model, tmp_path):
    from digitedge.scenes.digits import draw_digits

    picture = tmp_path / "page.png"
    Image.new("L", (200, 120), 230).save(picture)
    patches, labels = draw_digits(40, 1)
    for index, (patch, label) in enumerate(zip(patches, labels, strict=True)):
        folder = tmp_path / "digits" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(patch).save(folder / f"{index}.png")
    found = json.loads(
        bench(golden_model, "--image", picture, "--data", tmp_path / "digits", "--split", "all", *QUICK, "--json")
    )
    assert found["pipeline"]["size"] == [200, 120] and found["pipeline"]["digits"] == 0
    assert found["models"][0]["accuracy"]["count"] == 40
    assert 0 <= found["models"][0]["accuracy"]["value"] <= 1


def test_files_are_written_once_and_only_replaced_by_force(bench, golden_model, tmp_path):
    out, plot = tmp_path / "bench.json", tmp_path / "bench.png"
    bench(golden_model, *QUICK, "--out", out, "--plot", plot)
    assert json.loads(out.read_text())["models"]
    with Image.open(plot) as picture:
        assert picture.width == 900
        assert len(set(picture.convert("L").resize((90, 60)).tobytes())) > 20  # something is drawn
    with pytest.raises(OutputError, match="exists already"):
        bench(golden_model, *QUICK, "--out", out)
    with pytest.raises(OutputError, match="another --plot"):
        bench(golden_model, *QUICK, "--plot", plot)
    bench(golden_model, *QUICK, "--out", out, "--plot", plot, "--force")


@pytest.mark.parametrize("flag", ["--out", "--plot"])
def test_where_nothing_can_be_written_nothing_is_measured(bench, golden_model, tmp_path, flag, monkeypatch):
    monkeypatch.setattr("digitedge.cli.bench_here.measure_here", lambda _: pytest.fail("measured"))
    with pytest.raises(OutputError, match=r"nope.x\.json cannot be written: .*nope is no folder"):
        bench(golden_model, *QUICK, flag, tmp_path / "nope" / "x.json")


@pytest.mark.parametrize(("factor", "verdict"), [(0.01, "slower"), (100.0, "faster")])
def test_an_older_report_of_a_far_faster_or_slower_machine(bench, report, golden_model, tmp_path, factor, verdict):
    model = report["models"][0]
    model["window_medians_us"] = [factor * value for value in model["window_medians_us"]]
    older = tmp_path / "old.json"
    older.write_text(json.dumps(report | {"pipeline": None}))
    if verdict == "slower":
        with pytest.raises(GateError, match=r"Slower than before: tiny-int8\.tflite, 1 thread"):
            bench(golden_model, *QUICK, "--compare", older)
    else:
        assert "New over old" in bench(golden_model, *QUICK, "--compare", older)


def test_an_older_report_of_other_models_is_no_proof(bench, report, golden_model, tmp_path):
    older = tmp_path / "old.json"
    models = [model | {"file": "other.tflite"} for model in report["models"]]
    older.write_text(json.dumps(report | {"pipeline": None, "models": models}))
    with pytest.raises(GateError, match="Nothing was compared"):
        bench(golden_model, *QUICK, "--compare", older)


def test_strict_fails_on_doubts_and_then_prints_no_json(report, capsys):
    from digitedge.cli.bench_deliver import Delivery, deliver

    doubtful = report | {"doubts": ["frame: windows disagree by 40%"]}
    strict = Delivery(True, False, None, None, False, True, None, 0.1)
    with pytest.raises(GateError, match="windows disagree by 40%"):
        deliver(doubtful, strict)
    assert capsys.readouterr().out == ""
    deliver(report | {"doubts": []}, strict)
    assert json.loads(capsys.readouterr().out)["models"]


@pytest.mark.parametrize("words", [["--threads", "0"], ["--threads", "two"], ["--threads", ""], ["--against", "torch"]])
def test_wrong_words_are_a_matter_of_usage(words, golden_model):
    assert CliRunner().invoke(app, ["bench", str(golden_model), *words]).exit_code == 2


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (["--host", "one", "--host", "two", "--plot", "new.png"], "--plot"),
        (["--host", "one", "--host", "two", "--compare", "old.json"], "--compare"),
        (["--host", "one", "--data", "mnist"], "--data"),
        (["--host", "one", "--split", "all"], "--split"),
        (["--host", "one", "--against", "litert"], "--against"),
        (["--host", "one", "--repeats", "3"], "--repeats"),
        (["a/net.tflite", "b/net.tflite", "--host", "one"], "net.tflite"),
    ],
)
def test_what_another_machine_would_not_be_told_is_a_matter_of_usage(words, flag, tmp_path):
    result = CliRunner().invoke(app, ["bench", *words, "--out", str(tmp_path / "new.json")])
    assert result.exit_code == 2, result.exception
    assert flag in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--wheels", "folder"], ["--ssh-config", "file"], ["--keep"]])
def test_flags_for_another_machine_without_one_are_a_matter_of_usage(words):
    result = CliRunner().invoke(app, ["bench", *words, "--json"])
    assert result.exit_code == 2, result.exception
    assert f"{words[0]}: is about another machine, and none is named; add --host" in result.output


def test_a_missing_model_says_so_before_anything_is_measured(bench, tmp_path):
    with pytest.raises(InputError, match="no such model"):
        bench(tmp_path / "none.tflite", *QUICK)


@pytest.mark.slow
def test_litert_s_own_benchmark_stands_beside_ours(bench, golden_model):
    found = json.loads(bench(golden_model, *QUICK, "--against", "litert", "--repeats", "3", "--json"))
    (check,) = found["against_litert"]
    assert check["repeats"] == 3 and check["litert_us"] > 0
    # An untrained model of 3 µs is almost all overhead; only the order of magnitude is a matter of fact.
    assert 0.05 < check["each_of_page"]["ratio"] < 20
    assert check["each_of_page"]["low"] <= check["each_of_page"]["ratio"] <= check["each_of_page"]["high"]
