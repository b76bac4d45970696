"""The service's unit, judged by systemd's own verifier; installed, watched and removed by a real manager in the slow test."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitedge.camera import service
from digitedge.camera.service import Outcome
from digitedge.camera.unit import MARK, Service, camera_groups, quote, refuse_unfit, unit_path, unit_text
from digitedge.cli import app
from digitedge.errors import InputError, OutputError

USER_SERVICE = Service(command=(sys.executable, "-m", "digitedge", "camera", "--source", "csi", "--serve", "8080"))
MACHINE_SERVICE = replace(USER_SERVICE, is_system=True, user="root", groups=camera_groups(), writable=(Path("/var/lib"),))


def run_tool(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return Outcome(done.returncode, done.stdout)


class Systemctl:
    """Answers systemctl as a manager does that takes everything, and leaves the verifier to systemd."""

    def __init__(self, answer: Outcome = Outcome(0, "")):  # noqa: B008
        self.calls: list[list[str]] = []
        self.answer = answer

    def __call__(self, command):
        if command[0] != "systemctl":
            return Outcome(0, "")
        self.calls.append(list(command[1:]))
        return self.answer


@pytest.mark.parametrize("wanted", [USER_SERVICE, MACHINE_SERVICE], ids=["user", "system"])
def test_systemd_accepts_the_unit(wanted, program):
    program("systemd-analyze")
    service.verify(unit_text(wanted), wanted.name, wanted.is_system, run_tool)


@pytest.mark.parametrize("spoilt", ["WatchdogSec=soon", "Restart=perhaps", "NoSuchSetting=1", "ExecStart=/no/such/program"])
def test_systemd_refuses_a_spoilt_unit(spoilt, program):
    program("systemd-analyze")
    name, _ = spoilt.split("=")
    lines = [line for line in unit_text(USER_SERVICE).splitlines() if not line.startswith(f"{name}=")]
    lines.insert(lines.index("[Service]") + 1, spoilt)
    with pytest.raises(OutputError, match="systemd refuses"):
        service.verify("\n".join(lines) + "\n", "digitedge", False, run_tool)


@pytest.mark.parametrize("word", ["a b", "50%", "$HOME", 'say "no"', "back\\slash", "it's", "", "#1", "a;b", "${X}", "ü°"])
def test_arguments_reach_the_program_as_they_were_given(word, program):
    """systemd itself reads the line back: as the unit's ExecStart through its own parser."""
    program("systemd-analyze")
    service.verify(unit_text(replace(USER_SERVICE, command=("/bin/echo", word, "end"))), "digitedge", False, run_tool)
    assert unquote(quote(word)) == word


@pytest.mark.parametrize("is_system", [False, True])
def test_systemd_reads_the_folder_of_the_unit_as_it_was_given(is_system, tmp_path, program):
    program("systemd-analyze")
    wanted = MACHINE_SERVICE if is_system else USER_SERVICE
    folder = tmp_path / """a b$c 50% it's "so"; ü°"""
    folder.mkdir()
    text = unit_text(replace(wanted, folder=folder, writable=(folder,)))
    service.verify(text, "digitedge", is_system, run_tool)
    assert f"WorkingDirectory={str(folder).replace('%', '%%')}" in text.splitlines()
    if is_system:
        (writable,) = (line.partition("=")[2] for line in text.splitlines() if line.startswith("ReadWritePaths="))
        assert unquote(writable.replace("$", "$$")) == str(folder)


def test_a_machine_without_systemd_is_told_so(monkeypatch, tmp_path):
    (tmp_path / "env").symlink_to("/usr/bin/env")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutputError, match="systemd-analyze is not installed"):
        service.verify(unit_text(USER_SERVICE), "digitedge", False, run_tool)


def unquote(text):
    """What systemd.syntax(7) and systemd.service(5) say a word is read back as."""
    if text.startswith('"'):
        text = text[1:-1]
    return text.replace("$$", "$").replace("%%", "%").replace('\\"', '"').replace("\\\\", "\\")


def test_a_word_of_two_lines_is_a_mistake():
    with pytest.raises(ValueError, match="one line"):
        quote("a\nb")


def test_the_unit_watches_restarts_and_spares_the_card():
    text = unit_text(USER_SERVICE)
    assert text.startswith(MARK)
    for line in ("Type=notify", "WatchdogSec=30", "Restart=on-failure", "StandardOutput=null", "StartLimitIntervalSec=0"):
        assert line in text.splitlines()
    assert "StandardOutput=journal" in unit_text(replace(USER_SERVICE, keeps_readings=True))


def test_a_unit_of_the_machine_is_closed_but_for_the_camera():
    lines = unit_text(MACHINE_SERVICE).splitlines()
    assert {"User=root", "ProtectSystem=strict", "CapabilityBoundingSet=", "ReadWritePaths=/var/lib"} <= set(lines)
    assert not any(line.startswith(("PrivateDevices", "ProtectClock", "DevicePolicy")) for line in lines)  # these hide cameras
    if camera_groups():
        assert f"SupplementaryGroups={' '.join(camera_groups())}" in lines


def test_install_writes_the_unit_and_starts_it(tmp_path):
    manager, path = Systemctl(), unit_path("digitedge", False, tmp_path)
    service.install(USER_SERVICE, path, manager)
    assert path == tmp_path / ".config/systemd/user/digitedge.service"
    assert path.read_text() == unit_text(USER_SERVICE)
    assert manager.calls == [
        ["--user", "daemon-reload"],
        ["--user", "enable", "digitedge.service"],
        ["--user", "restart", "digitedge.service"],
    ]


def test_install_leaves_another_unit_alone_unless_forced(tmp_path):
    path = unit_path("digitedge", True, Path("/"), root=tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text("[Service]\nExecStart=/bin/true\n")
    with pytest.raises(OutputError, match="--force"):
        service.install(MACHINE_SERVICE, path, Systemctl())
    assert "ExecStart=/bin/true" in path.read_text()
    service.install(MACHINE_SERVICE, path, Systemctl(), force=True)
    assert path.read_text() == unit_text(MACHINE_SERVICE)


def test_remove_takes_only_what_is_ours(tmp_path):
    path = unit_path("digitedge", False, tmp_path)
    with pytest.raises(OutputError, match="no such service"):
        service.remove("digitedge", False, path, Systemctl())
    path.parent.mkdir(parents=True)
    path.write_text("[Service]\n")
    with pytest.raises(OutputError, match="not made by digitedge"):
        service.remove("digitedge", False, path, Systemctl())
    path.write_text(unit_text(USER_SERVICE))
    manager = Systemctl()
    service.remove("digitedge", False, path, manager)
    assert not path.exists()
    assert manager.calls[0] == ["--user", "disable", "--now", "digitedge.service"]


def test_a_manager_that_refuses_is_told_with_the_remedy(tmp_path):
    manager = Systemctl(Outcome(1, "Failed to connect to bus: No medium found\n"))
    path = unit_path("digitedge", False, tmp_path)
    with pytest.raises(OutputError, match=r"No medium found\. .*login session"):
        service.install(USER_SERVICE, path, manager)
    assert not path.exists()
    path.write_text(unit_text(USER_SERVICE))
    with pytest.raises(OutputError, match=r"is removed, but .*No medium found"):
        service.remove("digitedge", False, path, manager)
    assert not path.exists()


def test_a_unit_that_was_there_stays_where_its_successor_is_refused(tmp_path):
    path = unit_path("digitedge", False, tmp_path)
    path.parent.mkdir(parents=True)
    older = unit_text(replace(USER_SERVICE, keeps_readings=not USER_SERVICE.keeps_readings))
    path.write_text(older)
    with pytest.raises(OutputError):
        service.install(USER_SERVICE, path, Systemctl(Outcome(1, "no bus")), force=True)
    assert path.read_text() == older


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["--window"], "d"), (["--source", "-"], "d"), (["--source=-"], "d"), ([], "../d"), ([], ""), ([], "a b")],
)
def test_what_no_service_can_do_is_refused(arguments, name):
    with pytest.raises(InputError):
        refuse_unfit(arguments, name)


def test_the_unit_is_printed_before_anything_is_written(tmp_path, program):
    program("systemd-analyze")
    runner = CliRunner(env={"HOME": str(tmp_path)})
    shown = runner.invoke(app, ["service", "install", "--dry-run", "--", "--source", "demo"])
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "--wait --source demo" in shown.stdout
    unasked = runner.invoke(app, ["service", "install", "--", "--source", "demo"])
    assert unasked.stdout == shown.stdout
    assert isinstance(unasked.exception, OutputError)
    assert unasked.exception.remedy == "Add --yes."
    assert not (tmp_path / ".config").exists()


def digitedge(*arguments, environ):
    command = [sys.executable, "-m", "digitedge", *arguments]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def user_manager(tmp_path, program):
    """A real systemd, as a user's manager, with a /run of its own so that the machine does not see it."""
    program("unshare")
    systemd = Path("/lib/systemd/systemd")
    if os.geteuid() != 0 or not systemd.exists() or Path("/run/systemd/system").exists():
        pytest.skip("needs root on a machine that systemd does not run, to start a manager apart")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    script = f"mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec {systemd} --user"
    environ = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime)}
    with subprocess.Popen(
        ["unshare", "-m", "sh", "-c", script], env=os.environ | environ, stderr=subprocess.DEVNULL
    ) as manager:
        try:
            deadline = time.monotonic() + 20
            while not (runtime / "systemd/private").exists():
                assert time.monotonic() < deadline, "the manager did not start"
                time.sleep(0.05)
            yield environ
        finally:
            manager.terminate()


@pytest.mark.slow
def test_a_real_manager_starts_watches_restarts_and_removes_the_camera(tmp_path, user_manager):
    def show(name):
        command = ["systemctl", "--user", "show", "--value", "-p", name, "digitedge.service"]
        return subprocess.run(command, env=os.environ | user_manager, capture_output=True, text=True, check=True).stdout.strip()

    def until(name, is_reached):
        deadline = time.monotonic() + 90
        while not is_reached(value := show(name)):
            assert time.monotonic() < deadline, f"{name} stays {value}"
            time.sleep(0.2)

    mistaken = digitedge("service", "install", "--yes", "--", "--config", "/no/such.toml", environ=user_manager)
    assert (mistaken.returncode, "does not start" in mistaken.stderr) == (1, True)
    assert show("ActiveState") in ("inactive", "failed")

    model = Path(__file__).parent.parent / "golden/tiny-int8.tflite"
    arguments = ["--force", "--", "--source", "demo", "--model", str(model), "--fps", "5"]
    installed = digitedge("service", "install", "--yes", *arguments, environ=user_manager)
    assert installed.returncode == 0, installed.stderr
    until("StatusText", lambda text: text.startswith("Camera good"))
    assert digitedge("service", "status", environ=user_manager).returncode == 0

    file = unit_path("digitedge", False, tmp_path)  # a hang, seen sooner than after thirty seconds
    file.write_text(file.read_text().replace("WatchdogSec=30", "WatchdogSec=3").replace("RestartSec=5", "RestartSec=1"))
    for verb in ("daemon-reload", "restart"):
        unit = ["digitedge.service"] if verb == "restart" else []
        subprocess.run(["systemctl", "--user", verb, *unit], env=os.environ | user_manager, check=True)
    first = int(show("MainPID"))
    os.kill(first, 19)  # SIGSTOP: it hangs
    until("NRestarts", lambda count: count == "1")
    until("ActiveState", lambda state: state == "active")
    assert int(show("MainPID")) not in (0, first)

    subprocess.run(["systemctl", "--user", "stop", "digitedge.service"], env=os.environ | user_manager, check=True)
    assert (show("ActiveState"), show("Result")) == ("inactive", "success")
    assert digitedge("service", "status", environ=user_manager).returncode == 1
    removed = digitedge("service", "remove", environ=user_manager)
    assert removed.returncode == 0, removed.stderr
    assert not file.exists()
