"""Nothing that envctl leaves or listens to goes unmentioned."""

from __future__ import annotations

import re
from pathlib import Path

from envctl import labels
from envctl.cli import traces

SOURCE = Path(__file__).parents[2] / "src" / "envctl"


def test_every_label_is_explained() -> None:
    """Each that the code has, with what it says."""
    known = {value for name, value in vars(labels).items() if name.isupper() and name != "PREFIX"}
    rows = traces.label_rows()
    assert known == {name for name, _ in rows}
    assert all(what for _, what in rows)


def test_every_variable_of_ours_is_explained() -> None:
    """Each `ENVCTL_…` that the code reads or sets."""
    texts = [path.read_text("utf-8") for path in SOURCE.rglob("*.py") if path.name != "traces.py"]
    known = {name for text in texts for name in re.findall(r'"(_?ENVCTL_[A-Z_]+)"', text)}
    told = {name for names, _ in traces.variable_rows() for name in names.split(", ")}
    assert known
    assert set() == known - told


def test_files_are_named_wherever_they_are() -> None:
    """The same page on every machine: no user's number, no home of somebody."""
    page = "\n".join(traces.file_page())
    assert "`$XDG_RUNTIME_DIR/envctl/`" in page
    assert "`$XDG_CONFIG_HOME/envctl/config.toml`" in page
