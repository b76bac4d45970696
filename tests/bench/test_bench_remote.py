import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitedge.bench.remote import RemoteJob, measure_remote, measure_several, read_hosts
from digitedge.bench.shell import Shell
from digitedge.bench.wheel import build_wheel, digitedge_wheel, is_checkout
from digitedge.cli import app
from digitedge.errors import GateError, InputError, RemoteError

ARM64_CHECK = Path(__file__).parent.parent.parent / "scripts" / "arm64-check"

# Stands for digitedge on the other machine: says what it was asked, in which folder, with which rights.
STAND_IN = """
import json, os, stat, sys

def main():
    asked = sys.argv[1:]
    if asked[0] == "doctor":
        print("a line that is no JSON")
        sys.exit("digitedge: no camera.")
    if asked[0] == "inspect":
        print(json.dumps({"verified": os.path.exists(asked[1])}))
        return
    rights = stat.S_IMODE(os.stat(".").st_mode)
    print(json.dumps({"asked": asked, "folder": os.getcwd(), "rights": rights, "models": [], "doubts": []}))
"""


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """A folder with a wheel called digitedge that is nothing but the stand-in."""
    folder = tmp_path_factory.mktemp("wheels")
    info = "digitedge-0.0.1.dist-info"
    parts = {
        "stand_in.py": STAND_IN,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: digitedge\nVersion: 0.0.1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ndigitedge = stand_in:main\n",
    }
    record = ""
    with zipfile.ZipFile(folder / "digitedge-0.0.1-py3-none-any.whl", "w") as wheel:
        for name, text in parts.items():
            wheel.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(text)}\n"
        wheel.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return folder


@pytest.fixture
def job(sshd, wheels, tmp_path):
    model = tmp_path / "a model with blanks; and $(quotes)'.tflite"
    model.write_bytes(b"no model, but a file")
    wheel = digitedge_wheel(wheels)
    return RemoteJob((wheel,), wheel.name, offline=True, models=(model,), options=("--threads", "1,2"), ssh_config=sshd.config)


@pytest.fixture
def sentences():
    return []


@pytest.mark.slow
def test_the_whole_way_there_and_back(sshd, job, sentences):
    report = measure_remote("board", job, sentences.append)
    name = job.models[0].name
    assert report["host"] == "board"
    assert report["asked"] == ["bench", f"files/{name}", "--threads", "1,2", "--json"]
    assert report["rights"] == 0o700
    assert report["verify"] == [{"exit_code": 0, "result": {"verified": True}, "said": ""}]
    assert report["doctor"]["exit_code"] == 1 and report["doctor"]["said"] == "digitedge: no camera."
    assert report["folder"].startswith(f"{sshd.folder}/digitedge-bench-")
    assert list(sshd.folder.iterdir()) == []  # nothing is left behind
    assert any("installing" in sentence for sentence in sentences)


@pytest.mark.slow
def test_several_at_once_and_one_that_is_not_there(sshd, job, sentences):
    result = measure_several(["board", "gone"], job, sentences.append)
    assert list(result["hosts"]) == ["board"]
    assert "gone cannot be reached" in result["failed"]["gone"]
    assert list(sshd.folder.iterdir()) == []


def test_the_folder_is_removed_after_a_failure_and_kept_when_asked(sshd, job, sentences, tmp_path):
    import dataclasses

    (tmp_path / "broken.whl").write_bytes(b"")
    broken = dataclasses.replace(job, wheels=(tmp_path / "missing.whl",))
    with pytest.raises(RemoteError, match="board could not take the files"):
        measure_remote("board", broken, sentences.append)
    assert list(sshd.folder.iterdir()) == []
    with pytest.raises(RemoteError):
        measure_remote("board", dataclasses.replace(broken, keep=True), sentences.append)
    (kept,) = sshd.folder.iterdir()
    assert str(kept) in sentences[-1]
    (kept / "files").rmdir()
    kept.rmdir()


def test_commands_and_files_reach_the_other_machine_as_they_are(sshd, tmp_path):
    odd = tmp_path / "two: words 'and' $HOME"
    odd.write_text("content")
    with Shell("board", sshd.config) as shell:
        target = shell.run("mktemp -d", "make a folder").strip()
        shell.send([odd], target)
        assert shell.run(f"cat {target}/two*", "read").strip() == "content"
        assert shell.ask("echo said >&2; exit 3") == (3, "", "said\n")
        shell.run(f"rm -r {target}", "clean up")


def test_a_failing_command_names_machine_deed_and_remedy(sshd):
    with Shell("board", sshd.config) as shell, pytest.raises(RemoteError) as caught:
        shell.run("echo 'No space left on device' >&2; exit 1", "make a folder")
    assert caught.value.message == "board could not make a folder: No space left on device."
    assert "TMPDIR" in caught.value.remedy


def test_a_machine_that_is_not_there(sshd):
    with Shell("gone", sshd.config) as shell, pytest.raises(RemoteError, match="gone cannot be reached"):
        shell.run("true", "answer")


@pytest.mark.parametrize("host", ["-oProxyCommand=touch /tmp/owned", "", " "])
def test_a_host_that_ssh_would_take_for_an_option_is_refused(host):
    with pytest.raises(InputError, match="no machine"):
        Shell(host)


def test_a_shell_that_answers_something_else_than_a_folder_is_not_trusted(sshd, job):
    """The folder's name goes into rm -rf: a login script that prints another last word must stop everything."""
    with pytest.raises(RemoteError, match='liar answers "/" instead of the name of a new folder'):
        measure_remote("liar", job, lambda _: None)


def test_a_file_of_machines(tmp_path):
    path = tmp_path / "boards"
    path.write_text("# kitchen\npi@one\n\npi@two  # the old one\npi@one\n")
    assert read_hosts(path) == ["pi@one", "pi@two"]
    path.write_text("# nobody\n")
    with pytest.raises(InputError, match="names no machine"):
        read_hosts(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_hosts(tmp_path / "none")


def test_a_folder_without_a_wheel_is_refused(tmp_path):
    with pytest.raises(InputError, match="no digitedge wheel"):
        digitedge_wheel(tmp_path)


@pytest.mark.slow
def test_a_wheel_of_this_checkout_leaves_the_checkout_clean(tmp_path):
    assert is_checkout()
    wheel = build_wheel(tmp_path)
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("digitedge/bench/remote.py", "digitedge/camera/live.py", "digitedge/export/__init__.py", "digitedge/py.typed"):
        assert part in names
    assert [path.name for path in tmp_path.iterdir()] == [wheel.name]


@pytest.mark.slow
def test_the_real_thing_over_a_real_connection(sshd, tmp_path, golden_model):
    """A wheel of this checkout, installed with its dependencies from the index, benches there."""
    wheel = build_wheel(tmp_path)
    options = ("--runs", "50", "--seconds", "0.1")
    job = RemoteJob((wheel,), wheel.name, False, (golden_model,), options=options, ssh_config=sshd.config)
    report = measure_remote("board", job, lambda _: None)
    assert report["models"][0]["latency_us"]["p50"] > 0
    assert report["models"][0]["sha256"] == hashlib.sha256(golden_model.read_bytes()).hexdigest()
    assert next(iter(report["pipeline"]["stages_ms"])) == "grab"
    assert json.dumps(report)
    assert list(sshd.folder.iterdir()) == []


@pytest.mark.slow
def test_the_command_tables_the_boards_that_answered_and_fails_for_the_one_that_did_not(sshd, wheels, tmp_path):
    hosts, out = tmp_path / "boards", tmp_path / "out.json"
    hosts.write_text("board\ngone  # in the cellar\n")
    words = ["bench", "--hosts", hosts, "--wheels", wheels, "--ssh-config", sshd.config, "--out", out]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(result.exception, GateError) and "Not measured: gone" in str(result.exception)
    assert "Boards" in result.stdout
    assert json.loads(out.read_text())["hosts"]["board"]["host"] == "board"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_wheel_on_emulated_arm64(program):
    """Only where asked for: it fetches a Debian root and wheels (400 MB, kept in DIGITEDGE_ARM64) and takes minutes."""
    cache = os.environ.get("DIGITEDGE_ARM64")
    if not cache:
        pytest.skip("DIGITEDGE_ARM64 names no folder for the arm64 root")
    for name in ("mmdebstrap", "qemu-aarch64-static"):
        program(name)
    done = subprocess.run([sys.executable, ARM64_CHECK, "--cache", cache], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "all of it works" in done.stdout
