"""Every value of a stack with where it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.reports.config import ConfigValue
from envctl.stack import load
from envctl.stack.origins import hidden, resolved
from envctl.text import MASK
from tests.stack.conftest import Read, Write

TEXT = """
[project]
name = "shop"

[services.web]
build = "web"
port = 3000
health = "/healthz"
env.DATABASE_URL = "${db.url}"
env.API_KEY = "sk_live_123"

[services.db]
kind = "postgres"
limits = { cpus = 1 }

[limits]
memory = "1GiB"
cpus = 3
"""


def values(read: Read, text: str = TEXT) -> dict[str, tuple[Any, str]]:
    """key → value and origin."""
    return {value.key: (value.value, value.origin) for value in resolved(read(text))}


def test_a_value_of_the_file_is_at_its_line(read: Read) -> None:
    """Also one that is written in short."""
    found = values(read)
    assert ("shop", "envctl.toml:2") == found["project.name"]
    assert (3000, "envctl.toml:6") == found["services.web.port"]
    assert ("web", "envctl.toml:5") == found["services.web.build.context"]
    assert ("/healthz", "envctl.toml:7") == found["services.web.health.path"]
    assert (1 << 30, "envctl.toml:16") == found["limits.memory"]


def test_a_value_that_nobody_gave_is_a_default(read: Read) -> None:
    """What follows from another value has that value's origin."""
    found = values(read)
    assert ("Dockerfile", "default") == found["services.web.build.dockerfile"]
    assert ("17", "default") == found["services.db.version"]
    assert ("postgres:17", "default") == found["services.db.image"]
    assert ("shop", "envctl.toml:2") == found["services.db.database"]


def test_shares_say_what_they_are_shares_of(read: Read) -> None:
    """A service's own limit is at its own line, a share at the whole's."""
    found = values(read)
    assert (1.0, "envctl.toml:13") == found["services.db.limits.cpus"]
    assert (2.0, "envctl.toml:17, divided") == found["services.web.limits.cpus"]
    assert (1 << 29, "envctl.toml:16, divided") == found["services.db.limits.memory"]


def test_passwords_are_hidden(read: Read) -> None:
    """A generated password is masked wherever it stands, and so is what looks like a secret."""
    found = values(read)
    assert (f"postgresql://postgres:{MASK}@db:5432/shop", "envctl.toml:8") == found["services.web.env.DATABASE_URL"]
    assert (MASK, "envctl.toml:9") == found["services.web.env.API_KEY"]
    assert (MASK, "generated") == found["services.db.password"]
    assert "sk_live" not in str(found)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("PASSWORD", "x", MASK),
        ("DB_PASSWD", "x", MASK),
        ("github_token", "x", MASK),
        ("AWS_SECRET_ACCESS_KEY", "x", MASK),
        ("UPSTREAM", "https://ann:pw@example.com/x", f"https://ann:{MASK}@example.com/x"),
        ("PASSWORD", "", ""),
        ("KEYBOARD", "de", "de"),
        ("URL", "http://example.com:80/@x", "http://example.com:80/@x"),
    ],
)
def test_what_looks_like_a_secret(name: str, value: str, shown: str) -> None:
    """A variable's name tells, or a login in a URL."""
    assert shown == hidden(name, value)


def test_the_registry_says_who_chose_it(write: Write) -> None:
    """It may come from outside the file."""
    stack = load(write(TEXT), environ={"ENVCTL_REGISTRY": "hub.example"})
    assert ConfigValue("project.registry", "hub.example", "ENVCTL_REGISTRY") in resolved(stack)


def test_a_wrapped_project_is_named(read: Read) -> None:
    """Its files with their whole paths; its services are in them, and not in the stack file."""
    text = '[project]\nname = "shop"\ncompose = "compose.yaml"\nprofiles = ["dev"]\npublic = ["web"]\n'
    found = values(read, text)
    (file,), origin = found["project.compose"]
    assert (True, "envctl.toml:3") == (file.endswith("/compose.yaml"), origin)
    assert (["dev"], ["web"]) == (found["project.profiles"][0], found["project.public"][0])


def test_a_table_of_tables_is_shown_value_by_value(read: Read) -> None:
    """As it is written: by the names of its tables, and each at its line."""
    rows = '\n[data.carts]\nfrom = "rows"\nof = "shop"\n[data.carts.keys."cart:${id}"]\ntable = "t"\nvalue = "${n}"\n'
    database = '\n[data.shop]\nfrom = "dump"\npath = "x"\n'
    text = TEXT.strip().replace("limits = { cpus = 1 }", 'data = "shop"') + database + rows
    found, line = values(read, text), len(text.splitlines())
    assert ("${n}", f"envctl.toml:{line}") == found['data.carts.keys."cart:${id}".value']
    assert ("t", f"envctl.toml:{line - 1}") == found['data.carts.keys."cart:${id}".table']
