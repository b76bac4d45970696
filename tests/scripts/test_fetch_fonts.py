"""`scripts/fetch-fonts`: what stands in its way is told; what it needs to know is in one table."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from digitedge.errors import DataError
from digitedge.export.cutting import borrowed_hands

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


def fetch(folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / "fetch-fonts"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PATH": path})


def test_without_npm_it_says_what_to_install(tmp_path: Path) -> None:
    done = fetch(tmp_path / "fonts", str(tmp_path))
    assert done.returncode == 1 and "apt install npm" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "fonts").exists()


def test_what_npm_cannot_bring_is_told_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("""#!/bin/sh
case "$*" in *silent*) exit 1;; esac
echo npm error code ENOWAY >&2
echo npm error no way there >&2
echo npm error A complete log of this run is elsewhere >&2
exit 1
""")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    done = fetch(tmp_path / "fonts", f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 1 and "kalam" in done.stderr and "no way there" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "fonts").exists()


def test_a_damaged_archive_is_told_by_name(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\nwhile [ "$1" != --pack-destination ]; do shift; done\necho damaged > "$2/font.tgz"\n')
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    done = fetch(tmp_path / "fonts", f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 1 and "kalam" in done.stderr and "Traceback" not in done.stderr


def test_what_is_learnt_from_is_not_measured_on() -> None:
    rows = [line.split() for line in (SCRIPTS / "fonts.txt").read_text().splitlines() if not line.startswith("#")]
    parts = {part: {name for other, name, *_ in rows if other == part} for part in ("learnt", "held-out")}
    assert len(parts["learnt"]) >= 80 and len(parts["held-out"]) >= 20 and not parts["learnt"] & parts["held-out"]
    assert {len(row) for row in rows} == {4} and len({checksum for *_, checksum in rows}) == len(rows)


def test_a_folder_without_fonts_is_told(tmp_path: Path, mnist_dir: Path) -> None:
    with pytest.raises(DataError, match="holds no font"):
        borrowed_hands(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        borrowed_hands(tmp_path / "elsewhere")
