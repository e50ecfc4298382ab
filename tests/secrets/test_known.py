"""What containers were given stands in no text about them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from envctl.secrets.files import assignments
from envctl.secrets.known import known_secrets, scrub
from envctl.text import MASK
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.fakes.engine import FakeEngine
from tests.ops.fake import container


def masked(text: str, folder: Path, **files: str) -> str:
    """A text without what is in the secret files of a container."""
    held = container("api")
    contents = {(held.id, f"/run/secrets/{name}"): content.encode() for name, content in files.items()}
    engine = FakeEngine((held,), contents=contents)
    real = real_world(lambda event: None, {**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    world = World(cast(Engine, engine), real.shell, real.locks, real.runtime, real.tell)
    return scrub(text.encode(), known_secrets(world, "shop_main", [held])).decode()


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("s3cr3t/+", "url s3cr3t%2F%2B, plain s3cr3t/+"),
        ('with "quotes" é', 'json "with \\"quotes\\" \\u00e9" and "with \\"quotes\\" é"'),
        ("first line here\nsecond line here\n", "first line here | second line here"),
        ("-----BEGIN KEY-----\\nabcdefgh\\n-----END KEY-----", "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----"),
        ("a b c d", "form a+b+c+d url a%20b%20c%20d"),
        ("trailing newline\n", "said trailing newline."),
    ],
)
def test_a_secret_is_found_however_it_is_written(tmp_path: Path, secret: str, text: str) -> None:
    """As it is, line by line, in URLs, in forms and in JSON."""
    found = masked(text, tmp_path, KEY=secret)
    assert MASK in found
    assert not [
        word
        for line in secret.replace("\\n", "\n").splitlines()
        for word in line.split()
        if len(word) > 3 and word in found
    ]


def test_variables_that_nobody_may_see_are_secrets(tmp_path: Path) -> None:
    """Their whole value and a password in a URL; a port or a flag beside them is none."""
    hidden = assignments({"URL": "postgres://me:hunter22@db:5432/shop", "FLAG": "true", "QUOTED": "it's me"}, {})
    found = masked("hunter22 true 5432 it's me", tmp_path, **{".envctl-env": hidden})
    assert f"{MASK} true 5432 {MASK}" == found


def test_what_is_short_is_left(tmp_path: Path) -> None:
    """A secret of three letters stands in every text by chance."""
    assert "abc" == masked("abc", tmp_path, KEY="abc")


def test_a_container_that_is_gone_has_left_its_files(tmp_path: Path) -> None:
    """Its secret may stand in the log of another one."""
    folder = tmp_path / "envctl" / "environments" / "shop_main" / "gone"
    folder.mkdir(parents=True)
    (folder / "KEY").write_text("somewhere else")
    assert f"{MASK}!" == masked("somewhere else!", tmp_path)


def test_what_a_container_was_given_in_plain_sight_is_known_by_its_name(tmp_path: Path) -> None:
    """As in a wrapped project: variables whose names tell, passwords in URLs, and nothing else."""
    given = {"API_TOKEN": "t0p-s3cret", "DATABASE_URL": "postgres://me:hunter2@db/shop", "MODE": "testing"}
    held = replace(container("api"), environment=given)
    real = real_world(lambda event: None, {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)})
    world = World(cast(Engine, FakeEngine((held,))), real.shell, real.locks, real.runtime, real.tell)
    text = b"token t0p-s3cret, password hunter2, mode testing, host db"
    said = scrub(text, known_secrets(world, "shop_main", [held])).decode()
    assert f"token {MASK}, password {MASK}, mode testing, host db" == said
