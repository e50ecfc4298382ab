"""What a snapshot's data is made from, and that a dump is read only when it may have changed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import dump as dumps
from envctl.ops.snapshots.sources import source_of
from envctl.ops.snapshots.sources.looks import looks_of
from tests.ops.fake import FakeEngine, here

HEAD, FOOT = "--\n-- PostgreSQL database dump\n--\n", "--\n-- PostgreSQL database dump complete\n--\n"
PLANTED = f"sha256:{'0' * 64}"
PATIENCE = 10.0  # seconds


def dumped(row: str, key: str = "abc") -> str:
    """A plain dump with one row, as pg_dump writes it: with a key by chance."""
    rows = f"CREATE TABLE public.items (name text);\nCOPY public.items (name) FROM stdin;\n{row}\n\\.\n"
    return f"{HEAD}\\restrict {key}\n{rows}\\unrestrict {key}\n{FOOT}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The dump of the stack file."""
    found = tmp_path / "shop.sql"
    found.write_text(dumped("one"))
    return found


@pytest.fixture
def there(tmp_path: Path, path: Path) -> Iterator[Here]:
    """A project with a dump, whose user has a cache of his own; nothing was read yet."""
    known = here(tmp_path, FakeEngine())
    dumps._READ.clear()
    yield replace(known, world=replace(known.world, environ={"XDG_CACHE_HOME": str(tmp_path / "cache")}))
    dumps._READ.clear()


def digest(there: Here, *, told: list[Event] | None = None) -> str:
    """What another process would be told of the dump."""
    dumps._READ.clear()
    workload = there.blueprint().workload("db")
    assert workload is not None
    listening = there if told is None else replace(there, world=replace(there.world, tell=told.append))
    return source_of(listening, workload).digest(listening)


def kept(there: Here) -> Path:
    """The file that keeps the digest, once there is one: that of a dump which is being written is not kept."""
    latest = monotonic() + PATIENCE
    while not (found := list(Path(there.world.environ["XDG_CACHE_HOME"]).glob("envctl/*"))):
        assert monotonic() < latest
        digest(there)
    (file,) = found
    return file


def plant(file: Path, **more: object) -> None:
    """Change what the file says."""
    file.write_text(json.dumps({**json.loads(file.read_text()), **more}))


def test_a_source_says_in_words_what_it_is(there: Here) -> None:
    """What `snapshot ls` shows."""
    db = there.blueprint().workload("db")
    assert db is not None
    assert db.database is not None
    assert "dump catalogue" == source_of(there, db).words
    empty = source_of(there, replace(db, database=replace(db.database, data=None, dump=None)))
    assert ("empty postgres", "empty") == (empty.words, empty.digest(there))


def test_the_digest_is_of_the_content(there: Here, path: Path) -> None:
    """The key that pg_dump draws each time is none of it; a row is."""
    first = digest(there)
    path.write_text(dumped("one", key="xyz"))
    assert first == digest(there)
    path.write_text(dumped("two"))
    assert first != digest(there)


def test_a_dump_that_looks_as_before_is_not_read(there: Here) -> None:
    """What was found out is kept for this user alone, and believed."""
    digest(there)
    file = kept(there)
    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
    plant(file, digest=PLANTED)
    told: list[Event] = []
    assert PLANTED == digest(there, told=told)
    assert [] == told


def test_a_dump_whose_time_was_put_back_is_read(there: Here, path: Path) -> None:
    """Copies often keep the time of what they are copied from; sizes may be the same."""
    first = digest(there)
    kept(there)
    before = path.stat()
    path.write_text(dumped("two"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert before.st_size == path.stat().st_size
    assert first != digest(there)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_text(""),
        lambda file: file.write_text("{"),
        lambda file: file.write_text("[]"),
        lambda file: file.write_bytes(b"\xff\0"),
        lambda file: plant(file, digest="sha256:no"),
        lambda file: plant(file, digest=7),
        lambda file: plant(file, path="/another"),
        lambda file: plant(file, looks=""),
        lambda file: (file.unlink(), file.symlink_to("/dev/zero")),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), subprocess.run(["mkfifo", str(file)], check=True)),
    ],
)
def test_a_damaged_cache_is_none(there: Here, damage: Callable[[Path], object]) -> None:
    """The dump is read again."""
    first = digest(there)
    damage(kept(there))
    told: list[Event] = []
    assert first == digest(there, told=told)
    assert [] != told


@pytest.mark.parametrize("environ", [{}, {"XDG_CACHE_HOME": "relative"}, {"HOME": "/proc/nowhere"}])
def test_without_a_place_to_keep_it_the_dump_is_read(there: Here, environ: dict[str, str]) -> None:
    """As in CI, where a user may have no home."""
    first = digest(there)
    homeless = replace(there, world=replace(there.world, environ=environ))
    assert first == digest(homeless)


def test_a_dump_is_read_once_in_a_process(there: Here) -> None:
    """Who builds the snapshot needs more than the digest."""
    workload = there.blueprint().workload("db")
    assert workload is not None
    told: list[Event] = []
    listening = replace(there, world=replace(there.world, tell=told.append, environ={}))
    source_of(listening, workload).digest(listening)
    read = len(told)
    source_of(listening, workload).digest(listening)
    assert (True, read) == (read > 0, len(told))


def test_a_dump_that_changes_while_it_is_read_is_refused(there: Here, path: Path) -> None:
    """Nobody knows what was read."""

    def write(event: Event) -> None:
        path.write_text(dumped("two, and longer"))

    workload = there.blueprint().workload("db")
    assert workload is not None
    listening = replace(there, world=replace(there.world, tell=write))
    with pytest.raises(EnvctlError) as caught:
        source_of(listening, workload).digest(listening)
    assert Exit.DATA_REFUSED == caught.value.code
    assert not list(Path(there.world.environ["XDG_CACHE_HOME"]).glob("envctl/*"))


def test_each_file_of_a_folder_counts(there: Here, path: Path) -> None:
    """A dump in directory format is many files."""
    path.unlink()
    path.mkdir()
    for name in ("toc.dat", "1.dat"):
        (path / name).write_text(name)
    before = looks_of(path)
    assert before == looks_of(path)
    (path / "1.dat").write_text("another")
    assert before != looks_of(path)


def test_a_dump_that_is_gone_is_named(there: Here, path: Path) -> None:
    """Nothing is kept of it."""
    path.unlink()
    with pytest.raises(EnvctlError) as caught:
        digest(there)
    assert str(path) in caught.value.message


def test_the_cache_does_not_grow_for_ever(there: Here) -> None:
    """What nobody asked for longest goes."""
    file = kept(there)
    for number in range(300):
        other = file.with_name(f"dump-{number}.json")
        other.write_text("{}")
        os.utime(other, (number, number))
    file.unlink()
    file = kept_again(there, file)
    left = set(file.parent.iterdir())
    assert (True, 200) == (file in left, len(left))
    assert file.with_name("dump-299.json") in left
    assert file.with_name("dump-0.json") not in left


def kept_again(there: Here, file: Path) -> Path:
    """The same file, once it is there again."""
    latest = monotonic() + PATIENCE
    while not file.exists():
        assert monotonic() < latest
        digest(there)
    return file
