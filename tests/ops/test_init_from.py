"""The stack file that `init --from` writes, decided without Docker."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.composition import Composition
from envctl.ops.init_from import _with_override, public, written
from envctl.stack import load
from envctl.workload import Workload

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@given(st.lists(WORDS.filter(lambda word: "/" not in word), min_size=1), st.lists(WORDS), st.lists(WORDS))
def test_whatever_the_names_the_file_says_them(files: list[str], profiles: list[str], services: list[str]) -> None:
    """Quotes and backslashes too."""
    project = tomllib.loads(written("shop", [Path(file) for file in files], profiles, services))["project"]
    names = [Path(file).as_posix() for file in files]
    assert (names if len(names) > 1 else names[0]) == project["compose"]
    assert (profiles, services) == (project.get("profiles", []), project["public"])


def test_what_is_written_is_a_stack_file(tmp_path: Path) -> None:
    """It can be loaded as it stands, and wraps the files it names."""
    (tmp_path / "envctl.toml").write_text(written("shop", [Path("../a/compose.yaml")], ["dev"], ["web"]))
    wraps = load(tmp_path / "envctl.toml", environ={}).wraps
    assert wraps is not None
    assert ((tmp_path.parent / "a/compose.yaml",), ("dev",), ("web",)) == (wraps.files, wraps.profiles, wraps.public)


def test_who_serves_pages_is_probably_public() -> None:
    """By the inner port; a database or a worker is not."""
    ports = {"web": 80, "app": 3000, "db": 5432, "worker": None}
    works = tuple(Workload(name, "compose", port=port) for name, port in ports.items())
    assert ("web", "app") == public(Composition(works))


@pytest.mark.parametrize(
    ("named", "there", "read"),
    [
        (["compose.yaml"], ["compose.override.yaml"], ["compose.yaml", "compose.override.yaml"]),
        (["compose.yaml"], ["compose.override.yml"], ["compose.yaml", "compose.override.yml"]),
        (
            ["docker-compose.yml"],
            ["docker-compose.override.yml"],
            ["docker-compose.yml", "docker-compose.override.yml"],
        ),
        (["compose.yaml"], ["docker-compose.override.yml"], ["compose.yaml"]),
        (["stack.yaml"], ["stack.override.yaml"], ["stack.yaml"]),
        (["compose.yaml", "b.yaml"], ["compose.override.yaml"], ["compose.yaml", "b.yaml"]),
    ],
)
def test_an_override_is_read_as_compose_would(
    tmp_path: Path, named: list[str], there: list[str], read: list[str]
) -> None:
    """Beside one file by Compose's own name; who names several has said all."""
    for file in there:
        (tmp_path / file).touch()
    assert [tmp_path / file for file in read] == _with_override([tmp_path / file for file in named])
