"""A real Postgres for the tests of restoring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.seeds.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that all tests share, each with databases of its own."""
    with running(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def dump_file(tmp_path: Path) -> Path:
    """Where a test puts its dump."""
    return tmp_path / "a.dump"
