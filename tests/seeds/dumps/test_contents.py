"""Reading a plain dump before it is restored."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.seeds.dumps.contents import read_text
from envctl.seeds.dumps.edits import edited
from envctl.seeds.dumps.pieces import BrokenText
from tests.seeds.samples import SMALL

KEY = b"sepLIzpObxo3eafY3WiFFzVY7ayB1lCr6rf5ob4mKL9KMQM4ErOv2JEE26861Ek"
CREATED = b"""\
CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8';
ALTER DATABASE shop OWNER TO bob;
\\connect shop
CREATE TABLE a (i int);
"""


def changed(text: bytes, roles: frozenset[bytes] = frozenset(), parameters: frozenset[str] = frozenset()) -> bytes:
    """What psql gets of a dump."""
    edits = [edit for edit in read_text([text]).edits if edit.applies(roles, parameters)]
    return b"".join(edited([text], edits))


def why(text: bytes) -> str:
    """Why a dump is refused."""
    with pytest.raises(BrokenText) as caught:
        read_text([text])
    return caught.value.message


@given(st.integers(5, len(SMALL) - 1))  # of fewer bytes psql itself complains
@settings(max_examples=400)
def test_no_part_of_a_dump_passes_for_the_whole(cut: int) -> None:
    """A dump of pg_dump that is cut off anywhere is refused, unless only its last, meaningless lines are missing."""
    try:
        contents = read_text([SMALL[:cut]])
    except BrokenText:
        return
    assert SMALL.index(b"-- PostgreSQL database dump complete\n") < cut
    assert {edit.start for edit in contents.edits} <= {edit.start for edit in read_text([SMALL]).edits}


def test_the_key_is_no_content() -> None:
    """Two dumps of the same data have one digest, though pg_dump puts a random key into each."""
    assert read_text([SMALL]).digest == read_text([SMALL.replace(KEY, b"other")]).digest
    assert read_text([SMALL]).digest != read_text([SMALL.replace(b"ann@", b"eve@")]).digest


@given(st.integers(1, 200))
def test_the_digest_does_not_depend_on_blocks(size: int) -> None:
    """A digest is of the content, in whatever blocks it was read."""
    blocks = [SMALL[at : at + size] for at in range(0, len(SMALL), size)]
    assert read_text([SMALL]) == read_text(blocks)


def test_rows_are_no_commands() -> None:
    """What looks like pg_dump's key among rows belongs to the rows."""
    rows = b"COPY t FROM stdin;\n\\restrict abc\n\\.\n"
    assert read_text([rows]).digest != read_text([rows.replace(b"abc", b"abd")]).digest
    assert rows == changed(rows)


@pytest.mark.parametrize(
    "line",
    [b"\\! touch /tmp/x", b"\\copy t FROM PROGRAM 'ls'", b"\\o |sh", b"\\i /etc/passwd", b"SELECT 1 \\g |sh",
     b"\\restrict a b", b"\\connect a b", b"\\set x `ls`", b"SELECT 1 \\; SELECT 2;"],
)  # fmt: skip
def test_commands_of_psql_are_refused(line: bytes) -> None:
    """No command of psql passes, in whatever place."""
    assert "holds a command for psql, which could run programs" == why(b"SELECT 1;\n" + line + b"\n")


def test_psql_gets_the_dump_itself() -> None:
    """Except for the key and the role it needs, psql gets every byte of a dump."""
    text = changed(SMALL, parameters=frozenset({"statement_timeout", "transaction_timeout", "client_encoding",
                                                "standard_conforming_strings"}))  # fmt: skip
    made = text.index(b"ALTER FUNCTION public.hello() OWNER TO shopkeeper;")
    assert text[:made].rstrip().endswith(b"';")
    assert text.count(b"CREATE ROLE") == 1
    assert SMALL.count(b"\n") == text.count(b"\n")


def test_a_parameter_the_server_lacks_is_left_out() -> None:
    """A newer pg_dump sets what an older server does not know."""
    assert b"transaction_timeout" not in changed(SMALL, parameters=frozenset({"statement_timeout"}))


def test_a_role_that_the_dump_makes_is_made_once() -> None:
    """The dump's own CREATE ROLE stays, unless the role is there from an earlier restore."""
    text = b"CREATE ROLE bob LOGIN;\nCREATE TABLE a (i int);\nALTER TABLE a OWNER TO bob;\n"
    assert text == changed(text)
    assert b"CREATE ROLE" not in changed(text, frozenset({b"bob"}))


def test_one_database_may_bring_its_own_name() -> None:
    """Of a dump made with --create only what is in the database is restored."""
    assert [b"CREATE TABLE a (i int);"] == changed(CREATED).split(b"\n")[-2:-1]
    assert b"shop" not in changed(CREATED)


@pytest.mark.parametrize(
    "line",
    [b"\\c shop\n", b"\\connect shop;\r\n", b'\\connect "shop"\n', b"\\connect -reuse-previous=on \"dbname='shop'\"\n"],
)
def test_a_dump_may_connect_to_its_database(line: bytes) -> None:
    """However it says so, connecting to the one database is left out."""
    assert b"\nSELECT 1;" == changed(line + b"SELECT 1;")


def test_the_schema_public_may_be_made() -> None:
    """A dump of the schema public alone makes it, and a new database has it already."""
    assert changed(b"CREATE SCHEMA public;\n").startswith(b"DROP SCHEMA IF EXISTS public; CREATE SCHEMA public;")
    text = b"CREATE SCHEMA IF NOT EXISTS public;\nCREATE SCHEMA public2;\n"
    assert text == changed(text)


def test_its_settings_come_along() -> None:
    """Settings of the database the dump comes from are those of the new one."""
    text = b"ALTER DATABASE shop SET search_path TO 'a';\nCREATE TABLE a (i int);\n"
    assert text.replace(b"shop", b':"DBNAME"') == changed(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "holds no statement"),
        (b"-- nothing\n", "holds no statement"),
        (CREATED + b"\\connect other\n", "holds several databases"),
        (b"-- PostgreSQL database cluster dump\n", "is a dump of a whole cluster (pg_dumpall)"),
    ],
)
def test_what_is_not_one_database_is_refused(text: bytes, expected: str) -> None:
    """A dump is one database, with something in it."""
    assert expected == why(text)


def test_a_text_of_ones_own_needs_no_last_line() -> None:
    """Only what begins like pg_dump's has to end like it."""
    assert () == read_text([b"CREATE TABLE a (i int); INSERT INTO a VALUES (1)"]).edits


def test_the_version_is_known() -> None:
    """The server a dump comes from is named in it."""
    assert "17.12" == read_text([SMALL]).server
