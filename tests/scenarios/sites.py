"""Data of one service of a stage, which no environment has: made by its server, stopped, and looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex

from envctl import labels
from envctl.job import Mounted
from envctl.ops.snapshots.sources.base import TOKEN, Site
from envctl.ops.snapshots.throwaway import prepare
from envctl.snapshot import DATA, data_volume
from tests.scenarios.stage import Stage


@contextmanager
def site(stage: Stage, service: str) -> Iterator[Site]:
    """An empty volume for the service's data, gone afterwards."""
    here = stage.here()
    blueprint, engine = here.blueprint(), here.world.engine
    workload = blueprint.workload(service)
    assert workload is not None
    image = next(one for one in blueprint.images[service].candidates if engine.image(one))
    address, token = token_hex(16), token_hex(TOKEN)
    volume = data_volume(address, token, 0)
    engine.create_volume(volume, {labels.ROLE: DATA, labels.SNAPSHOT: address})
    made = Site(here, workload, image, Mounted(volume), address, token)
    try:
        prepare(made, "")
        yield made
    finally:
        for container in engine.listed({labels.SNAPSHOT: address}):
            engine.kill_container(container.id)
        engine.remove_volume(volume)


def with_words(made: Site, *words: str) -> Site:
    """The same, whose server is told other words behind its own than those of a builder."""
    assert made.workload.freezing is not None
    freezing = replace(made.workload.freezing, unsafe=words)
    return replace(made, workload=replace(made.workload, freezing=freezing))


def said(made: Site, script: str, *words: str, user: str = "0") -> str:
    """What a script prints that sees the data of the stopped server; it must succeed."""
    output = made.run(script, *words, user=user)
    assert 0 == output.status, output.lines
    return "\n".join(output.lines)


def sql(made: Site, *statements: str, database: str = "") -> list[str]:
    """The lines that statements print in the database of the running server, each in a transaction of its own."""
    known = made.workload.database
    assert known is not None
    commands = [f"--command={statement}" for statement in statements]
    options = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
    finished = made.client.run(
        ("psql", *options, *commands), env={"PGUSER": known.user, "PGDATABASE": database or known.name}
    )
    assert 0 == finished.status, finished.stderr.decode()
    return finished.stdout.decode().splitlines()
