"""A real Postgres for what is made up to be taken by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.seeds.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that all tests share, each with databases of its own."""
    with running(tmp_path_factory.mktemp("postgres")) as server:
        yield server
