"""Which state of a live server is meant: the newest that was read, and one more when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import Site, read_again, source_of
from envctl.ops.snapshots.sources.live import LiveServer
from envctl.ops.snapshots.sources.reader import Reader
from envctl.snapshot import Snapshot
from envctl.stack import load
from envctl.world.shell import Finished, Shell
from tests.ops.fake import FakeEngine, here

STACK = """
[project]
name = "shop"
[services.db]
kind = "postgres"
data = "far"
[data.far]
from = "live"
url = "FAR_URL"
"""
URL = "postgresql://ann:secret@db.example.com/shop"


@pytest.fixture
def there(tmp_path: Path) -> Here:
    """A stack whose database comes from a live server."""
    made = here(tmp_path, FakeEngine())
    (tmp_path / "envctl.toml").write_text(STACK)
    stack = load(tmp_path / "envctl.toml", environ={})
    return replace(made, written=stack, world=replace(made.world, environ={"FAR_URL": URL}))


def digest(there: Here, *, again: bool = False) -> str:
    """What a snapshot for it would be made of."""
    blueprint = there.blueprint()
    if again:
        blueprint = read_again(there, blueprint, ["db"])
    workload = blueprint.workload("db")
    assert workload is not None
    return source_of(there, workload).digest(there)


def with_secrets(there: Here, folder: Path, section: str) -> Here:
    """The same where the stack file says more of the secret, and nobody has set it."""
    (folder / "envctl.toml").write_text(f"{STACK}\n[secrets.FAR_URL]\n{section}\n" if section else STACK)
    stack = load(folder / "envctl.toml", environ={})
    return replace(there, written=stack, world=replace(there.world, environ={}))


def keep(there: Here, address: str, said: str) -> None:
    """A snapshot of it with the daemon."""
    snapshot = Snapshot(address * 32, "live far", there.world.engine.now(), "ann@laptop", (), digest=said)
    there.world.engine.create_volume(snapshot.marker, snapshot.labels())


def test_what_was_read_is_found_again(there: Here) -> None:
    """The newest is meant, whichever was made last; what was read of other servers counts for nothing."""
    first = digest(there)
    assert first.endswith("#1")
    keep(there, "a", first.replace("#1", "#3"))
    keep(there, "b", first.replace("#1", "#2"))
    keep(there, "c", f"sha256:{'0' * 64}#9")
    assert first.replace("#1", "#3") == digest(there)


def test_asked_anew_it_is_read_once_more(there: Here) -> None:
    """All who ask before it was read get the same."""
    assert digest(there) == digest(there, again=True)
    keep(there, "a", digest(there))
    second = digest(there, again=True)
    assert (digest(there).replace("#1", "#2"), second) == (second, digest(there, again=True))


def test_what_is_asked_of_it_stays_while_it_is_read(there: Here) -> None:
    """Somebody else may have read it meanwhile; ours is still what it was made for."""
    workload = there.blueprint().workload("db")
    assert workload is not None
    source = source_of(there, workload)
    first = source.digest(there)
    keep(there, "a", first.replace("#1", "#2"))
    assert first == source.digest(there)


def test_other_services_are_left_alone(there: Here) -> None:
    """Only those that were named are read again, and a secret is asked for only then."""
    blueprint = there.blueprint()
    nobody = replace(there, world=replace(there.world, environ={}))
    assert blueprint == read_again(nobody, blueprint, ["cache"])
    with pytest.raises(EnvctlError) as raised:
        read_again(nobody, blueprint, ["db"])
    assert Exit.NOT_FOUND == raised.value.code
    assert "FAR_URL" in raised.value.message


def test_no_secret_is_in_what_identifies_it(there: Here) -> None:
    """Neither in the digest, nor in its words."""
    workload = there.blueprint().workload("db")
    assert workload is not None
    assert "live far" == source_of(there, workload).words
    assert not [word for word in ("secret", "ann", "example") if word in digest(there)]


class Answering:
    """A shell in which whatever is run prints the same."""

    def __init__(self, said: bytes) -> None:
        self.said = said

    def run(self, *_: object, **__: object) -> Finished:
        """Well, and with that."""
        return Finished(0, self.said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [(b"hello", "hello"), (b"", "''"), (b'{"number" : 170002}', "170002"), (b"{\x1b", "\\x1b")],
)
def test_who_answers_otherwise_than_a_server_does_is_refused(there: Here, said: bytes, shown: str) -> None:
    """With what it was asked and what it answered: perhaps the URL leads to something else."""
    workload = there.blueprint().workload("db")
    assert workload is not None
    setting = replace(there, world=replace(there.world, shell=cast(Shell, Answering(said))))
    site = Site(setting, workload, "postgres:17", Mounted("data"), "a" * 32, "b")
    server: Any = source_of(setting, workload)
    assert isinstance(server, LiveServer)
    with pytest.raises(EnvctlError) as raised:
        server._ask(Reader(site, "reader"), server.url(setting))
    assert Exit.DATA_REFUSED == raised.value.code
    assert "live far" in raised.value.message
    assert shown in raised.value.message
    assert "FAR_URL" in raised.value.hint


@pytest.mark.parametrize(
    ("section", "looked", "how"),
    [
        ("", ("the variable FAR_URL is not set here", "{folder}/.env"), "export FAR_URL='postgresql://USER:"),
        ('from = "env"\nvariable = "FAR"', ("the variable FAR is not set here",), "export FAR='postgresql://USER:"),
        ('from = "dotenv"\npath = "far.env"', ("{folder}/far.env",), "{folder}/far.env: FAR_URL='postgresql://USER:"),
    ],
)
def test_where_a_url_was_looked_for_is_said_and_how_to_give_it(
    there: Here, tmp_path: Path, section: str, looked: tuple[str, ...], how: str
) -> None:
    """Each provider has its own place; what to type is in the hint."""
    nobody = with_secrets(there, tmp_path, section)
    with pytest.raises(EnvctlError) as raised:
        digest(nobody)
    assert Exit.NOT_FOUND == raised.value.code
    assert [] == [place for place in looked if place.format(folder=tmp_path) not in raised.value.message]
    assert how.format(folder=tmp_path) in raised.value.hint


def test_a_url_that_is_empty_is_told_as_such(there: Here, tmp_path: Path) -> None:
    """What a CI job makes of a secret that it may not see."""
    nobody = with_secrets(there, tmp_path, "")
    with pytest.raises(EnvctlError) as raised:
        digest(replace(nobody, world=replace(nobody.world, environ={"FAR_URL": ""})))
    assert Exit.DATA_REFUSED == raised.value.code
    assert "FAR_URL is empty" in raised.value.message
