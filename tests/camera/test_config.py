"""Settings files, through the command that takes them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitedge.camera.config import load_config
from digitedge.cli import app
from digitedge.errors import InputError

KNOWN = ("source", "on-change", "min-confidence", "serve")


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "camera.toml"
    file.write_text(text)
    return file


def test_settings_have_the_names_of_the_flags(tmp_path):
    file = write(tmp_path, 'source = "csi"\non-change = true\nmin_confidence = 0.8\nserve = 8080\n')
    assert load_config(file, KNOWN) == {"source": "csi", "on-change": True, "min-confidence": 0.8, "serve": 8080}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('sorce = "csi"', 'there is no setting "sorce". Did you mean "source"?'),
        ("on_chnge = true", 'Did you mean "on-change"?'),
        ("qqq = 1", "Known settings: min-confidence, on-change, serve, source."),
        ("source = ", "is no TOML file"),
        (f"serve = {'1' * 5000}", "is no TOML file"),
        ("[source]\nname = 'csi'", '"source" is a table'),
        ("on-change = true\non_change = false", '"on-change" is set twice'),
    ],
)
def test_what_is_wrong_is_told_with_the_file_and_the_remedy(tmp_path, text, message):
    file = write(tmp_path, text)
    with pytest.raises(InputError) as raised:
        load_config(file, KNOWN)
    assert message in str(raised.value)
    assert str(file) in str(raised.value)


def test_files_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    for file in (tmp_path / "none.toml", tmp_path, tmp_path / "bytes.toml"):
        with pytest.raises(InputError, match=file.name):
            load_config(file, KNOWN)


def test_the_file_sets_the_run_and_flags_win(tmp_path, forks):
    model = Path(__file__).parent.parent / "golden/tiny-int8.tflite"
    file = write(tmp_path, f'source = "demo"\njson = true\nframes = 50\nmodel = "{model}"\n')
    done = forks.run("camera", "--config", file, "--frames", 2)
    assert done.returncode == 0, done.stderr
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 2


def test_how_raw_frames_are_is_no_matter_while_a_flag_asks_for_another_source(tmp_path, forks):
    model = Path(__file__).parent.parent / "golden/tiny-int8.tflite"
    file = write(tmp_path, f'source = "-"\nsize = "320x240"\npixels = "gray"\njson = true\nmodel = "{model}"\n')
    done = forks.run("camera", "--config", file, "--source", "demo", "--frames", 1)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("soruce = 'demo'", 1, 'Did you mean "source"?'),
        ("window = 1", 1, '"window" takes true or false, got 1. Write: window = true'),
        ("fps = true", 1, '"fps" takes a value'),
        ("source = ['demo']", 1, '"source" takes one value'),
        ("fps = 'fast'", 2, "--fps"),
        ("serve = 'here'", 2, "--serve"),
    ],
)
def test_a_wrong_file_ends_the_command_with_one_sentence(tmp_path, text, code, message):
    done = CliRunner().invoke(app, ["camera", "--config", str(write(tmp_path, text))])
    refusal = done.exception
    assert message in (str(refusal) if isinstance(refusal, InputError) else done.stderr)
    assert (refusal.exit_code if isinstance(refusal, InputError) else done.exit_code) == code
    assert done.stdout == ""
