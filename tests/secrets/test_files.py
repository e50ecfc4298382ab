"""Secret files: written once, whole, for those who start; gone with what they are of."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError
from envctl.secret import KEY, Secret, Secrets
from envctl.secrets.files import assignments, host_file, remove_files, tidy_files, write_files
from envctl.text import Named, Password
from envctl.world import World, real_world
from tests.secrets.made_up import PASSWORDS, PAYING, PAYMENTS, SHOP, SIGNING

VALUES: Secrets = {
    Named("STRIPE_KEY"): Secret("it's $HOME"),
    Named("SIGNING_KEY"): Secret("signed"),
    Named(KEY): Secret("key"),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return real_world(lambda event: None, {"XDG_RUNTIME_DIR": str(tmp_path)})


def write(world: World, drawn: Blueprint, services: frozenset[str], secrets: Secrets) -> None:
    plain: dict[str, dict[str, str]] = {w.service: {} for w in drawn.workloads}
    write_files(world, drawn, services, secrets, {"events": 24800}, plain)


def files(world: World, drawn: Blueprint = SHOP) -> dict[str, str]:
    folder = world.runtime / "environments" / drawn.identity.full
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_files_are_written_for_the_services_that_start(world: World) -> None:
    """Each with its passwords filled in, and nobody else's."""
    write(world, SHOP, frozenset({"cache"}), PASSWORDS)
    assert {"cache/cache-password": "two", "cache/cache.conf": "requirepass two\n"} == files(world)
    assert world.runtime / "environments" / "shop_main" / "db" / "db-password" == host_file(
        world.runtime, SHOP, "db", "/run/secrets/db-password"
    )


def test_files_can_be_read_by_a_container_and_entered_by_nobody_else(world: World) -> None:
    """Servers drop to users of their own, so the file is open; the folders above it are not."""
    before = os.umask(0o077)
    try:
        write(world, SHOP, frozenset({"db"}), PASSWORDS)
    finally:
        os.umask(before)
    path = host_file(world.runtime, SHOP, "db", "/run/secrets/db-password")
    assert 0o444 == path.stat().st_mode & 0o777
    folders = path.parents[:4]
    assert world.runtime == folders[-1]
    assert {0o700} == {folder.stat().st_mode & 0o777 for folder in folders}


def test_a_file_that_is_right_is_not_touched(world: World) -> None:
    """A running container has it mounted: another file of that name it would never see."""
    write(world, SHOP, frozenset({"db"}), PASSWORDS)
    path = host_file(world.runtime, SHOP, "db", "/run/secrets/db-password")
    before = path.stat()
    write(world, SHOP, frozenset({"db"}), PASSWORDS)
    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_a_file_is_replaced_whole(world: World) -> None:
    """Whoever reads the old one reads it to the end, and nothing is left beside the new one."""
    write(world, SHOP, frozenset({"db"}), PASSWORDS)
    with host_file(world.runtime, SHOP, "db", "/run/secrets/db-password").open() as old:
        write(world, SHOP, frozenset({"db"}), {Password("db"): Secret("other")})
        assert "one" == old.read()
    assert {"db/db-password": "other"} == files(world)


def test_what_a_killed_run_left_is_no_obstacle(world: World, tmp_path: Path) -> None:
    """A half-written file, which is closed to writing already, gives way to a new one."""
    write(world, SHOP, frozenset({"db"}), PASSWORDS)
    left = host_file(world.runtime, SHOP, "db", "/run/secrets/db-password").with_name(".db-password.new")
    left.write_text("ha")
    left.chmod(0o444)
    (tmp_path / "same").hardlink_to(left)
    write(world, SHOP, frozenset({"db"}), {Password("db"): Secret("other")})
    assert {"db/db-password": "other"} == files(world)
    assert "ha" == (tmp_path / "same").read_text(), "it was not written to"


def test_a_link_planted_in_the_folders_place_gets_nothing(world: World, tmp_path: Path) -> None:
    """No password is written where somebody else can read it."""
    (tmp_path / "theirs").mkdir()
    world.runtime.mkdir()
    (world.runtime / "environments").symlink_to(tmp_path / "theirs")
    with pytest.raises(EnvctlError):
        write(world, SHOP, frozenset({"db"}), PASSWORDS)
    assert [] == list((tmp_path / "theirs").iterdir())


def test_the_files_of_an_environment_go_with_it(world: World) -> None:
    """Those of others stay; where there are none nothing happens."""
    other = replace(SHOP, identity=replace(SHOP.identity, name="other"))
    for drawn in (SHOP, other):
        write(world, drawn, frozenset({"db"}), PASSWORDS)
    for _ in range(2):
        remove_files(world, SHOP.identity.full)
    assert {} == files(world)
    assert {"db/db-password": "one"} == files(world, other)


def test_hidden_variables_are_written_as_a_shell_reads_them(world: World) -> None:
    """Beside the secrets as files, which hold the value and nothing else."""
    write(world, PAYMENTS, frozenset({"api"}), VALUES)
    assert {
        "api/.envctl-env": "export STRIPE='key it'\\''s $HOME'\n",
        "api/.envctl-key": "key",
        "api/SIGNING_KEY": "signed",
        "api/STRIPE_KEY": "it's $HOME",
    } == files(world, PAYMENTS)


def test_files_of_what_is_no_more_are_removed(world: World) -> None:
    """Those of a service that left, and of a secret that a service uses no more; the others stay."""
    write(world, PAYMENTS, frozenset({"api", "web"}), VALUES)
    fewer = replace(PAYING, hidden={}, files={"/run/secrets/SIGNING_KEY": PAYING.files["/run/secrets/SIGNING_KEY"]})
    tidy_files(world, replace(PAYMENTS, workloads=(fewer, SIGNING)))
    assert {"api/SIGNING_KEY": "signed", "web/SIGNING_KEY": "signed"} == files(world, PAYMENTS)
    tidy_files(world, replace(PAYMENTS, workloads=(SIGNING,)))
    assert {"web/SIGNING_KEY": "signed"} == files(world, PAYMENTS)


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50)


@given(TEXTS, TEXTS)
def test_a_shell_gives_every_value_back(hidden: str, plain: str) -> None:
    """Whatever is in it; and a variable that the shell itself would drop is there too."""
    script = assignments({"HIDDEN": hidden}, {"strange.name": plain, "PLAIN": plain}) + 'exec "$@"'
    argv = ["/bin/sh", "-c", script, "envctl", "env", "-0"]
    printed = subprocess.run(argv, env={"PATH": os.environ["PATH"]}, capture_output=True, check=True).stdout
    found = dict(entry.partition(b"=")[::2] for entry in printed.split(b"\0"))
    assert (hidden.encode(), plain.encode()) == (found[b"HIDDEN"], found[b"strange.name"])
    assert b"PLAIN" not in found, "it is in the container's environment already"


def test_every_byte_passes_the_shell() -> None:
    """Also those that are no text."""
    value = bytes(range(1, 256))
    script = assignments({"HIDDEN": value.decode("utf-8", "surrogateescape")}, {}).encode("utf-8", "surrogateescape")
    argv: list[str | bytes] = ["/bin/sh", "-c", script + b'exec "$@"', "envctl", "printenv", "HIDDEN"]
    assert value + b"\n" == subprocess.run(argv, capture_output=True, check=True).stdout
