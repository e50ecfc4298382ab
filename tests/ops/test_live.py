"""Which state of a live server is meant: the newest that was read, and one more when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.sources import read_again, source_of
from envctl.snapshot import Snapshot
from envctl.stack import load
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
