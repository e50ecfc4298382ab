"""Which key stands at which line."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.stack.lines import Key, scan

TEXT = '''\
# a comment with [brackets] and "quotes
top = 1
[services.web]          # 3
build = "we[b"
env.A = "x"
env."B.C" = 'y # no comment'
needs = [
  "api",                # 8
  # between
  "db", "cache",
]
health = { path = "/", timeout = "1s" }
long = """
[not.a.header]
x = 1
""" # 16
[services."my.web"]
port = 1
[[list]]
a = 1
[[list]]
a = [{ b = 1 }, { b = 2 }]
[list.sub]
c = 1
'''
WHERE: dict[Key, int] = {
    ("top",): 2,
    ("services",): 3,
    ("services", "web"): 3,
    ("services", "web", "build"): 4,
    ("services", "web", "env"): 5,
    ("services", "web", "env", "A"): 5,
    ("services", "web", "env", "B.C"): 6,
    ("services", "web", "needs"): 7,
    ("services", "web", "needs", 0): 8,
    ("services", "web", "needs", 1): 10,
    ("services", "web", "needs", 2): 10,
    ("services", "web", "health", "timeout"): 12,
    ("services", "web", "long"): 13,
    ("services", "my.web", "port"): 18,
    ("list", 0, "a"): 20,
    ("list", 1, "a"): 22,
    ("list", 1, "a", 1, "b"): 22,
    ("list", 1, "sub", "c"): 24,
}


def test_every_form_of_a_key_is_found() -> None:
    """Tables, dotted and quoted keys, inline tables, lists and tables in lists."""
    assert WHERE == {key: scan(TEXT).at.get(key) for key in WHERE}


def test_what_is_not_there_is_at_the_table_around_it() -> None:
    """A missing key is looked for where it would have to be."""
    assert 3 == scan(TEXT).find(("services", "web", "image"))
    assert scan(TEXT).find(("nowhere",)) is None


def test_nothing_inside_a_long_text_is_a_key() -> None:
    """A header in a long text is text."""
    assert ("not",) not in scan(TEXT).at


def test_what_follows_a_broken_line_is_still_found() -> None:
    """One bad line does not hide the rest."""
    assert 3 == scan("[a\n= = =\nb = 1\n").at["b",]


@settings(max_examples=400)
@given(st.text(alphabet="ab.[]{}=\"'\\\n#, 1", max_size=120))
def test_no_text_makes_it_fail(text: str) -> None:
    """Any text gives lines that exist and hold the key's last part, as far as it is written without escapes."""
    lines = text.split("\n")
    for key, line in scan(text).at.items():
        assert 1 <= line <= len(lines)
        if isinstance(key[-1], str) and not set(key[-1]) & set("\"'\\") and "\\" not in lines[line - 1]:
            assert key[-1] in lines[line - 1]


NAMES = st.text(alphabet="abcxyz-_ .é", min_size=1, max_size=6)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers() | st.booleans() | st.text(alphabet="a#[]{}=\"'\\\n. ", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def toml(value: Any) -> str:
    """A TOML value, tables inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ",\n ".join(toml(each) for each in value) + "]"
    return "{" + ", ".join(f"{toml(key)} = {toml(each)}" for key, each in value.items()) + "}"


def keys_of(value: Any, at: Key) -> set[Key]:
    """Every key of a document, lists' indexes included."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return (
        {at}.union(*(keys_of(each, (*at, key)) for key, each in pairs))
        if at
        else set().union(*(keys_of(each, (key,)) for key, each in pairs))
    )


@settings(max_examples=200)
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), max_size=4))
def test_every_key_of_a_valid_document_is_found(document: dict[str, dict[str, Any]]) -> None:
    """The keys that are found are exactly the keys that the parser finds."""
    text = "".join(
        f"[{toml(name)}]\n" + "".join(f"{toml(key)} = {toml(value)}\n" for key, value in table.items())
        for name, table in document.items()
    )
    assert document == tomllib.loads(text)
    assert keys_of(document, ()) == set(scan(text).at)
