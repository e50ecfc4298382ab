"""Passwords: found again where they are in use, made anew where they are lost, and shown to nobody."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError
from envctl.observed import Container, Observed
from envctl.secret import Secret
from envctl.secrets.passwords import complete, host_file, password_path, recall, remove_files, write_files
from envctl.text import Password, text
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.planning.made_up import API, DB, EVENTS, WEB, blueprint

CACHE = replace(
    DB,
    service="cache",
    files={
        "/run/secrets/cache.conf": text("requirepass ", Password("cache"), "\n"),
        "/run/secrets/cache-password": text(Password("cache")),
    },
)
SHOP = blueprint((DB, CACHE, EVENTS, API, WEB))


@dataclass
class Daemon:
    """The part of the engine by which a file is read from a container."""

    files: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def read_file(self, container: str, path: str) -> bytes | None:
        return self.files.get((container, path))


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
def world(tmp_path: Path, daemon: Daemon) -> World:
    found = real_world(lambda event: None, {"XDG_RUNTIME_DIR": str(tmp_path)})
    return replace(found, engine=cast(Engine, daemon))


def container(service: str, state: str = "running") -> Container:
    own = {**SHOP.labels, labels.SERVICE: service, labels.ROLE: "service"}
    return Container(f"id-of-{service}", SHOP.container(service), own, "image", state)


@pytest.mark.parametrize("state", ["running", "exited", "created"])
def test_a_password_is_found_again_in_its_container(world: World, daemon: Daemon, state: str) -> None:
    """By any client of the daemon, whoever made it."""
    daemon.files["id-of-db", "/run/secrets/db-password"] = b"in use"
    assert {"db": Secret("in use")} == recall(world, SHOP, Observed((container("db", state),)))


def test_the_container_is_believed_more_than_the_file(world: World, daemon: Daemon) -> None:
    """It is what the server was started with."""
    write_files(world, SHOP, frozenset({"db"}), {"db": Secret("written later")})
    daemon.files["id-of-db", "/run/secrets/db-password"] = b"in use"
    assert {"db": Secret("in use")} == recall(world, SHOP, Observed((container("db"),)))


@pytest.mark.parametrize("containers", [(), (container("db"),)], ids=["no container", "a container without it"])
def test_a_password_is_found_again_in_memory(world: World, containers: tuple[Container, ...]) -> None:
    """Where the container is gone, or has lost it."""
    write_files(world, SHOP, frozenset({"db", "cache"}), {"db": Secret("kept"), "cache": Secret("too")})
    assert {"db": Secret("kept"), "cache": Secret("too")} == recall(world, SHOP, Observed(containers))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"], ids=["empty", "no text"])
def test_what_is_no_password_is_none(world: World, daemon: Daemon, content: bytes) -> None:
    """As a file that a mount has replaced by something else."""
    daemon.files["id-of-db", "/run/secrets/db-password"] = content
    assert {} == recall(world, SHOP, Observed((container("db"),)))


def test_where_nothing_is_nothing_is_recalled(world: World) -> None:
    """As in a new environment, or after a reboot."""
    assert {} == recall(world, SHOP, Observed())


def test_who_has_none_gets_a_password_of_their_own() -> None:
    """Long, random, and of letters and digits alone, so that it needs quoting nowhere."""
    made = complete(SHOP, {})
    assert {"db", "cache"} == set(made)
    assert made["db"] != made["cache"]
    assert made != complete(SHOP, {})
    for secret in made.values():
        assert 32 == len(secret.reveal())
        assert secret.reveal().isalnum() and secret.reveal().isascii()


def test_who_has_a_password_keeps_it() -> None:
    """And one of a service that is no longer there is dropped."""
    kept = complete(SHOP, {"db": Secret("kept"), "gone": Secret("gone")})
    assert Secret("kept") == kept["db"]
    assert {"db", "cache"} == set(kept)


def test_the_password_is_in_the_file_that_holds_nothing_else() -> None:
    """Not in the configuration beside it; who has no such file has no password."""
    assert "/run/secrets/cache-password" == password_path(CACHE)
    assert password_path(WEB) is None
    assert password_path(API) is None, "it is told the password of another"


def files(world: World, drawn: Blueprint = SHOP) -> dict[str, str]:
    folder = world.runtime / "environments" / drawn.identity.full
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


PASSWORDS = {"db": Secret("one"), "cache": Secret("two")}


def test_files_are_written_for_the_services_that_start(world: World) -> None:
    """Each with its passwords filled in, and nobody else's."""
    write_files(world, SHOP, frozenset({"cache"}), PASSWORDS)
    assert {"cache/cache-password": "two", "cache/cache.conf": "requirepass two\n"} == files(world)
    assert world.runtime / "environments" / "shop_main" / "db" / "db-password" == host_file(
        world.runtime, SHOP, "db", "/run/secrets/db-password"
    )


def test_files_can_be_read_by_a_container_and_entered_by_nobody_else(world: World) -> None:
    """Servers drop to users of their own, so the file is open; the folders above it are not."""
    before = os.umask(0o077)
    try:
        write_files(world, SHOP, frozenset({"db"}), PASSWORDS)
    finally:
        os.umask(before)
    path = host_file(world.runtime, SHOP, "db", "/run/secrets/db-password")
    assert 0o444 == path.stat().st_mode & 0o777
    folders = path.parents[:4]
    assert world.runtime == folders[-1]
    assert {0o700} == {folder.stat().st_mode & 0o777 for folder in folders}


def test_a_file_that_is_right_is_not_touched(world: World) -> None:
    """A running container has it mounted: another file of that name it would never see."""
    write_files(world, SHOP, frozenset({"db"}), PASSWORDS)
    path = host_file(world.runtime, SHOP, "db", "/run/secrets/db-password")
    before = path.stat()
    write_files(world, SHOP, frozenset({"db"}), PASSWORDS)
    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_a_file_is_replaced_whole(world: World) -> None:
    """Whoever reads the old one reads it to the end, and nothing is left beside the new one."""
    write_files(world, SHOP, frozenset({"db"}), PASSWORDS)
    with host_file(world.runtime, SHOP, "db", "/run/secrets/db-password").open() as old:
        write_files(world, SHOP, frozenset({"db"}), {"db": Secret("other")})
        assert "one" == old.read()
    assert {"db/db-password": "other"} == files(world)


def test_what_a_killed_run_left_is_no_obstacle(world: World, tmp_path: Path) -> None:
    """A half-written file, which is closed to writing already, gives way to a new one."""
    write_files(world, SHOP, frozenset({"db"}), PASSWORDS)
    left = host_file(world.runtime, SHOP, "db", "/run/secrets/db-password").with_name(".db-password.new")
    left.write_text("ha")
    left.chmod(0o444)
    (tmp_path / "same").hardlink_to(left)
    write_files(world, SHOP, frozenset({"db"}), {"db": Secret("other")})
    assert {"db/db-password": "other"} == files(world)
    assert "ha" == (tmp_path / "same").read_text(), "it was not written to"


def test_a_link_planted_in_the_folders_place_gets_nothing(world: World, tmp_path: Path) -> None:
    """No password is written where somebody else can read it."""
    (tmp_path / "theirs").mkdir()
    world.runtime.mkdir()
    (world.runtime / "environments").symlink_to(tmp_path / "theirs")
    with pytest.raises(EnvctlError):
        write_files(world, SHOP, frozenset({"db"}), PASSWORDS)
    assert [] == list((tmp_path / "theirs").iterdir())


def test_the_files_of_an_environment_go_with_it(world: World) -> None:
    """Those of others stay; where there are none nothing happens."""
    other = replace(SHOP, identity=replace(SHOP.identity, name="other"))
    for drawn in (SHOP, other):
        write_files(world, drawn, frozenset({"db"}), PASSWORDS)
    for _ in range(2):
        remove_files(world, SHOP.identity.full)
    assert {} == files(world)
    assert {"db/db-password": "one"} == files(world, other)
