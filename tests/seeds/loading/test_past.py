"""A real server reads the rows of large tables itself, from pipes that we write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError
from envctl.events import nobody
from envctl.masking.copying import BrokenRows
from envctl.seeds.loading import aside
from envctl.seeds.masked.text import Mask, Masks
from envctl.workload import Database
from envctl.world import real_world
from envctl.world.fifos import Fifos, fifos
from tests.seeds.masked.test_fill import FORMATS, SCHEMA, filled, hidden, lines, plain_dump
from tests.seeds.postgres import USER, Postgres, running

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that sees our pipes."""
    with fifos(real_world(nobody).engine.daemon(), tmp_path_factory.mktemp("runtime"), "shop") as pipes:
        if pipes is None:
            pytest.skip("containers do not see our files")
        with running(tmp_path_factory.mktemp("near"), f"--volume={pipes.folder}:{pipes.folder}") as postgres:
            yield replace(postgres, fifos=pipes)


@pytest.fixture(scope="module")
def source(near: Postgres) -> str:
    """A database with a bit of everything."""
    return near.holding(SCHEMA)


@pytest.fixture
def target(near: Postgres) -> Database:
    """Where it goes."""
    return Database(near.fresh(), USER, data="shop")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The pipes beside the input of psql; each table is worth one."""
    paths: list[Path] = []
    one = Fifos.one

    def counted(pipes: Fifos) -> Path:
        paths.append(one(pipes))
        return paths[-1]

    monkeypatch.setattr(aside, "WORTH", 0)
    monkeypatch.setattr(Fifos, "one", counted)
    return paths


@pytest.mark.parametrize("format_", ["plain", "custom", "directory, zstd"])
def test_all_is_there(
    near: Postgres, source: str, target: Database, tmp_path: Path, made: list[Path], format_: str
) -> None:
    """As by psql, of tables without columns and with partitions too; no pipe is left."""
    assert near.fifos is not None
    rows = filled(near, FORMATS[format_](near, source, tmp_path), target, hidden)
    assert 4 == len([count for count in rows.values() if count])
    assert 4 == len(made)
    assert [] == list(near.fifos.folder.iterdir())
    assert lines(near.dump(source).replace(b"raw", b"xyz").replace(b"RAW", b"XYZ")) == lines(near.dump(target.name))


def test_what_the_server_refuses_stops_it_at_its_line(
    near: Postgres, source: str, target: Database, tmp_path: Path, made: list[Path]
) -> None:
    """A row, by its number; a statement behind rows that psql has not seen, by the line of the dump."""
    dump, before = plain_dump(near, source, tmp_path), near.databases()
    whole = dump.read_bytes()
    dump.write_bytes(whole.replace(b"\t1990-01-01\t6\n", b"\t1990-13-01\t6\n", 1))
    with pytest.raises(EnvctlError, match="table people, row 6, column born"):
        filled(near, dump, target, hidden)
    assert made
    key = b"ADD CONSTRAINT people_boss_fkey FOREIGN KEY (boss) REFERENCES public.people(id);"
    dump.write_bytes(whole.replace(key, b"ADD CONSTRAINT people_boss UNIQUE (boss);"))
    line = 1 + dump.read_bytes().split(b"ADD CONSTRAINT people_boss ")[0].count(b"\n")
    with pytest.raises(EnvctlError, match=f'at line {line}: .*"people_boss"'):
        filled(near, dump, target, hidden)
    assert before == near.databases()


def test_what_a_mask_refuses_stops_it(near: Postgres, source: str, target: Database, tmp_path: Path) -> None:
    """While the server waits for more of the rows; nothing is left of it."""
    assert near.fifos is not None

    def broken(_catalogue: Catalogue) -> Masks:
        def mask(block: bytes) -> bytes:
            if b"note" in block:
                raise BrokenRows(1, "is broken")
            return block

        return lambda _schema, _name, _columns: Mask(mask)

    before = near.databases()
    with pytest.raises(EnvctlError, match="is broken"):
        filled(near, plain_dump(near, source, tmp_path), target, broken)
    assert before == near.databases()
    assert [] == list(near.fifos.folder.iterdir())
