"""Masking in place leaves raw values behind, and the proof finds them: that is why nothing is masked so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest

from envctl.masking.key import Key
from envctl.masking.proof.filter import Seen
from envctl.masking.proof.scan import Hits, Scanner
from envctl.ops.snapshots.proof import look_through
from envctl.ops.snapshots.sources import Site
from envctl.ops.snapshots.sources.reader import reader
from envctl.ops.snapshots.throwaway import serving, stop
from envctl.secret import Secret
from tests.scenarios.sites import site, sql
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = '[services.db]\nkind = "postgres"\n'
COUNT = 500
RAW = [f"raw.person.{number}@mail.test" for number in range(1, COUNT + 1)]
LOAD = f"""CREATE TABLE people (id int PRIMARY KEY, mail text NOT NULL UNIQUE);
INSERT INTO people SELECT n, 'raw.person.' || n || '@mail.test' FROM generate_series(1, {COUNT}) AS n"""
MASK = "UPDATE people SET mail = md5(mail) || '@example.com'"


def hits(made: Site) -> Hits:
    """What is found of the raw values in data at rest."""
    seen = Seen(Key(Secret("a key of more than sixteen characters")))
    seen.add("people.mail", pl.Series(RAW))
    scanner = Scanner(seen)
    with reader(made, network="none") as container:
        look_through(container, made.place, scanner)
    assert scanner.scanned > 10 << 20  # an empty server alone has more
    return scanner.hits


@contextmanager
def filled(stage: Stage, *statements: str) -> Iterator[Site]:
    """Data at rest of a server that was told these statements."""
    stage.write(STACK)
    with site(stage, "db") as made:
        tell(made, *statements)
        yield made


def tell(made: Site, *statements: str) -> None:
    """Start the server, tell it, and stop it."""
    with serving(made):
        for statement in statements:
            sql(made, statement)
        stop(made)


def test_what_was_masked_in_place_must_be_found(stage: Stage) -> None:
    """Whatever is tidied up afterwards: in old rows, in the index, in the log."""
    with filled(stage, *LOAD.split(";"), MASK) as made:
        before = hits(made)
        tell(made, "VACUUM FULL")
        after = hits(made)
    for found in (before, after):
        assert ["people.mail"] == list(found)
        assert found["people.mail"].count > 0


def test_what_never_was_there_must_not_be_found(stage: Stage) -> None:
    """The same table with masked rows from the start."""
    with filled(
        stage, LOAD.partition(";")[0], "INSERT INTO people SELECT n, md5(n::text) FROM generate_series(1, 500) AS n"
    ) as made:
        assert {} == hits(made)
