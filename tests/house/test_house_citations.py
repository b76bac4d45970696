"""What a docstring or a comment sends its reader to is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("digitedge", "camera", "export", "models", "scripts")
CITED = re.compile(
    r"\b(?:docs/[\w/-]+\.(?:md|csv|jsonl)|requirements/[\w-]+\.(?:txt|in)|scripts/[a-z][\w-]*[a-z0-9]\b(?![./*{]))"
)


def test_every_document_and_script_that_is_cited_exists() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix == ".py" or path.parent.name == "scripts"}
    cited = {(path.name, name) for path, text in texts.items() for name in CITED.findall(text)}
    assert len({name for _, name in cited}) > 3
    assert [pair for pair in sorted(cited) if not (ROOT / pair[1]).is_file()] == []
