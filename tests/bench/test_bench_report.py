import json
from pathlib import Path

import pytest

from digitedge.bench.compare import compare, differences, read_report
from digitedge.bench.latency import Plan, time_side_by_side
from digitedge.bench.models import Accuracy, ModelTiming
from digitedge.bench.report import Findings, PipelineTiming, doubts, to_json
from digitedge.bench.stages import time_stages
from digitedge.bench.tables import boards_table, changes_table, report_tables, to_markdown
from digitedge.cli.bench_plot import plot_report
from digitedge.errors import InputError

QUIET = {
    "frequency_mhz": None,
    "temperature_c": None,
    "power_w": None,
    "throttled_before": "0x0",
    "throttled_after": "0x0",
    "throttled_during": [],
    "supply_warning": False,
}
BOARD = {
    "model": "Raspberry Pi 5",
    "soc": "bcm2712",
    "machine": "aarch64",
    "cores": 4,
    "memory_mb": 8064,
    "governor": "ondemand",
    "os": "Debian",
    "kernel": "6.12",
    "bits": 64,
}


def make_report(latencies_us=(20.0,), threads=(1,), watch=None, sha256="a" * 64, drift=0.0, accuracy=None, board=BOARD):
    """Return a report of files that take exactly so long; ``drift`` slows the machine down by that share in all."""
    now = [0]

    def subject(microseconds):
        def call():
            now[0] += round(1000 * microseconds * (1 + drift * min(1.0, now[0] / 2e7)))

        return call

    def frame_taking_2500_us():
        now[0] += 2_500_000
        return {"ink": 2.0, "invoke": 0.5}

    timings = time_side_by_side([subject(one) for one in latencies_us], Plan(1000, 0.0), clock=lambda: now[0])
    busy = [replace_share(timing) for timing in timings]
    models = [
        ModelTiming(Path(f"/models/net-{index}.tflite"), sha256, 17_000, "int8", count, 1.5, timing)
        for index, timing in enumerate(busy)
        for count in threads
    ]
    stages = time_stages(frame_taking_2500_us, 10, 0.0, clock=lambda: now[0])
    frame = PipelineTiming((640, 480), 24, "drawn scene", stages)
    accuracies = {} if accuracy is None else {model.file: accuracy for model in models}
    software = {"digitedge": "0.1.0", "ai-edge-litert": "2.3.0", "numpy": "2.4.6"}
    found = Findings(board, software, QUIET | (watch or {}), models, accuracies, frame, rss_mb=80.0, peak_rss_mb=90.0)
    return to_json(found)


def replace_share(timing):
    """A clock turned by hand takes no processor time; say that the core was ours."""
    import dataclasses

    return dataclasses.replace(timing, cpu_share=1.0)


def make_twins(latencies_us=(20.0, 30.0), folders=("a", "b")):
    """Return a report of files called net.tflite, each in a folder of its own."""
    text = json.dumps(make_report(latencies_us))
    for index, folder in enumerate(folders):
        text = text.replace(f"/models/net-{index}.tflite", f"/models/{folder}/net.tflite")
    return json.loads(text)


def test_the_contracts_keys_are_there():
    report = json.loads(json.dumps(make_report()))
    assert {"board", "software", "models", "pipeline", "rss_mb"} <= report.keys()
    assert {"file", "sha256", "size_bytes", "quantize", "threads", "runs", "latency_us"} <= report["models"][0].keys()
    assert report["models"][0]["latency_us"] == {"min": 20.0, "p50": 20.0, "p90": 20.0, "p99": 20.0, "mean": 20.0}
    assert report["pipeline"]["size"] == [640, 480] and report["pipeline"]["digits"] == 24
    assert {"p50", "p90", "p99"} <= report["pipeline"]["stages_ms"]["ink"].keys()


def test_a_quiet_run_leaves_no_doubt():
    assert make_report()["doubts"] == []


def test_windows_that_disagree_are_doubted():
    assert any("windows disagree" in doubt for doubt in make_report(drift=0.5)["doubts"])


@pytest.mark.parametrize(
    ("watch", "sentence"),
    [
        ({"throttled_during": ["under-voltage"]}, "the board was held back (under-voltage)"),
        ({"supply_warning": True}, "the power supply is too weak"),
    ],
)
def test_what_the_board_suffered_is_doubted(watch, sentence):
    assert sentence in make_report(watch=watch)["doubts"]


def test_a_core_that_others_used_is_doubted():
    report = make_report()
    report["models"][0]["cpu_share"] = 0.6
    assert "net-0.tflite, 1 thread: had the processor for only 60% of the time" in doubts(report)


def test_models_of_one_call_are_compared_in_pairs():
    (row,) = make_report((20.0, 30.0))["ratios"]
    assert (row["ratio"], row["low"], row["high"]) == (1.5, 1.5, 1.5)
    assert row["file"].endswith("net-1.tflite") and row["over"].endswith("net-0.tflite")


def test_the_recommended_number_of_threads():
    assert make_report(threads=(1, 2))["recommended_threads"] == {"/models/net-0.tflite": 1}


def test_energy_is_power_times_time():
    report = make_report((20.0,), watch={"power_w": {"min": 4.0, "median": 5.0, "max": 6.0}})
    assert report["models"][0]["energy_uj"] == 100.0  # 5 W · 20 µs


def test_accuracy_stands_beside_latency_with_its_data():
    report = make_report(accuracy=Accuracy(997, 1000, "mnist", "test"))
    assert report["models"][0]["accuracy"] == {"value": 0.997, "correct": 997, "count": 1000, "data": "mnist", "split": "test"}
    assert "99.70%" in to_markdown(report_tables(report))


def test_the_tables_hold_what_the_report_holds():
    text = to_markdown(report_tables(make_report((20.0, 30.0), threads=(1, 2))))
    for part in ("Raspberry Pi 5", "bcm2712", "net-0.tflite", "1 (best)", "20.0", "1.500", "640×480", "invoke", "whole frame"):
        assert part in text


def test_files_of_the_same_name_are_told_apart_in_every_table():
    report = make_twins()
    report["models"][1]["cpu_share"] = 0.6
    checked = {"threads": 1, "page": 24, "repeats": 3, "runs": 9, "litert_us": 1.0, "alone_us": 1.0, "page_us": 1.0}
    ratio = {"ratio": 1.0, "low": 1.0, "high": 1.0}
    for model in report["models"]:
        report["against_litert"].append({"file": model["file"], **checked, "alone": ratio, "each_of_page": ratio})
    for table in [*report_tables(report)[1:4], boards_table({"pi@one": report})]:
        cells = " ".join([table.title, *(cell for row in table.rows for cell in row)])
        assert "a/net.tflite" in cells and "b/net.tflite" in cells, table
        assert "models/" not in cells
    assert doubts(report) == ["b/net.tflite, 1 thread: had the processor for only 60% of the time"]
    assert plot_report(report) != plot_report(make_twins(folders=("a", "c")))


def test_files_of_the_same_name_are_compared_each_with_its_own():
    new, old = make_twins((20.0, 60.0)), make_twins((20.0, 30.0))
    ratios = {change.what: round(change.ratio.ratio, 3) for change in compare(new, old, 0.1)}
    assert ratios == {"a/net.tflite, 1 thread": 1.0, "b/net.tflite, 1 thread": 2.0, "frame (drawn scene)": 1.0}


def test_one_that_has_got_a_namesake_since_is_compared_by_its_folder():
    twins, alone = make_twins((20.0, 60.0)), make_twins((20.0,), folders=("b",))
    assert [change.what for change in compare(twins, alone, 0.1)] == ["b/net.tflite, 1 thread", "frame (drawn scene)"]
    assert differences(twins, alone) == ["a/net.tflite, 1 thread: not in the older report"]
    assert [change.what for change in compare(alone, twins, 0.1)] == ["net.tflite, 1 thread", "frame (drawn scene)"]


def test_a_file_that_may_be_either_of_two_is_compared_with_neither():
    moved = make_twins((20.0,), folders=("c",))
    assert [change.what for change in compare(moved, make_twins(), 0.1)] == ["frame (drawn scene)"]
    unclear = "net.tflite, 1 thread: not compared, as the folders do not tell which file of that name it was then"
    assert differences(moved, make_twins()) == [unclear]
    assert compare(moved, make_twins((10.0,), folders=("d",)), 0.1)[0].ratio.ratio == 2.0  # no namesake: it was moved


def test_every_row_of_a_table_is_as_long_as_its_head():
    report = make_report(
        (20.0, 30.0), (1, 2), {"power_w": {"min": 4.0, "median": 5.0, "max": 6.0}}, accuracy=Accuracy(1, 2, "a", "b")
    )
    for table in [*report_tables(report), boards_table({"pi@one": report, "pi@two": report})]:
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_slow_down_past_the_bound_is_found():
    changes = {change.what: change for change in compare(make_report((24.0,)), make_report((20.0,)), 0.1)}
    assert changes["net-0.tflite, 1 thread"].is_slower
    assert changes["net-0.tflite, 1 thread"].ratio.ratio == pytest.approx(1.2)
    assert not changes["frame (drawn scene)"].is_slower
    assert "slower" in to_markdown([changes_table(list(changes.values()))])


def test_a_slow_down_within_the_bound_passes_and_so_does_a_gain():
    assert not any(change.is_slower for change in compare(make_report((21.0,)), make_report((20.0,)), 0.1))
    assert not any(change.is_slower for change in compare(make_report((10.0,)), make_report((20.0,)), 0.1))


def test_windows_that_disagree_wider_than_the_change_prove_nothing():
    new, old = make_report((20.0,)), make_report((20.0,))
    new["models"][0]["window_medians_us"] = [14.0, 19.0, 23.0, 24.0, 40.0]
    old["models"][0]["window_medians_us"] = [15.0, 19.0, 20.0, 26.0, 41.0]
    change = compare(new, old, 0.1)[0]
    assert change.ratio.ratio > 1.1 and not change.is_slower


def test_other_conditions_are_told():
    old = make_report(sha256="b" * 64, board=BOARD | {"governor": "powersave"})
    found = differences(make_report(), old)
    assert "board governor: powersave then, ondemand now" in found
    assert "net-0.tflite, 1 thread: another file of the same name" in found
    assert differences(old, old) == []


def test_an_older_report_is_read_back(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps(make_report()))
    assert compare(make_report(), read_report(path), 0.1)[0].ratio.ratio == 1.0


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"models": []}',
        '{"models": [], "board": {}}',
        '{"models": [{}]}',
        '{"models": [{"file": "a", "threads": 1}]}',
    ],
)
def test_what_is_no_report_is_refused(tmp_path, content):
    path = tmp_path / "old.json"
    path.write_text(content)
    with pytest.raises(InputError, match="no report"):
        read_report(path)


def test_a_missing_report_is_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_report(tmp_path / "none.json")


@pytest.mark.parametrize("lacking", ["sha256", "window_medians_us"])
def test_a_report_whose_model_lacks_what_is_compared_is_refused(tmp_path, lacking):
    report = make_report()
    del report["models"][0][lacking]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(report))
    with pytest.raises(InputError, match="no report"):
        read_report(path)


def test_a_report_of_several_machines_is_told_apart(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"hosts": {"pi@one": make_report()}, "failed": {}}))
    with pytest.raises(InputError, match="several machines"):
        read_report(path)


def test_a_report_without_windows_is_refused(tmp_path):
    report = make_report()
    report["models"][0]["window_medians_us"] = []
    path = tmp_path / "old.json"
    path.write_text(json.dumps(report))
    with pytest.raises(InputError, match="no report"):
        read_report(path)
