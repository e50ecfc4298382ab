"""Keys as commands, and what Redis says of them."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Catalogue, Column, Table
from envctl.seeds.redis.keys import Answer, Entry, commands, read_answer
from envctl.seeds.redis.made import Made, made

TEXT = st.binary(max_size=8)
ENTRIES = st.lists(st.builds(Entry, TEXT, TEXT | st.dictionaries(TEXT, TEXT, min_size=1, max_size=3)), max_size=6)
PRINTED = b"All data transferred. Waiting for the last reply...\nLast reply received from server.\n"
THINGS = Table("public", "things", (Column("id", "integer", "integer"), Column("n", "text", "text")), ("id",))


def parsed(text: bytes) -> list[list[bytes]]:
    """The words of each command, read as Redis' protocol has them."""
    found, at = [], 0

    def number(sign: bytes) -> int:
        nonlocal at
        end = text.index(b"\r\n", at)
        said, at = text[at:end], end + 2
        assert sign == said[:1]
        return int(said[1:])

    while at < len(text):
        words = []
        for _ in range(number(b"*")):
            size = number(b"$")
            words.append(text[at : at + size])
            at += size
            assert b"\r\n" == text[at : at + 2]
            at += 2
        found.append(words)
    return found


@settings(max_examples=60, deadline=None)
@given(ENTRIES)
def test_every_byte_of_a_key_arrives(entries: list[Entry]) -> None:
    """Line ends and the protocol's own signs among them."""
    expected = [
        [b"SET", one.key, one.value]
        if isinstance(one.value, bytes)
        else [b"HSET", one.key, *(word for pair in one.value.items() for word in pair)]
        for one in entries
    ]
    assert expected == parsed(b"".join(commands(entries)))


def test_commands_come_in_blocks() -> None:
    """However many there are, no more than about a megabyte is held."""
    blocks = list(commands(Entry(b"k%d" % number, b"x" * 100_000) for number in range(30)))
    assert 3 == len(blocks)
    assert 30 == len(parsed(b"".join(blocks)))


def test_what_redis_says_is_read() -> None:
    """Half of it is no answer."""
    assert Answer(2, 7, 5) == read_answer(PRINTED + b"errors: 2, replies: 7\nkeys: 5\n")
    assert None is read_answer(PRINTED + b"errors: 2, replies: 7\n")
    assert None is read_answer(b"")


def test_a_row_without_a_key_or_a_value_makes_none() -> None:
    """A hash lacks the fields that are null; one without any is none, as Redis has it."""
    text, several = Made("COPY", None), Made("COPY", (b"a", b"b"))
    assert [Entry(b"k", b"")] == list(text.entries([(b"k", b""), (None, b"v"), (b"k", None)]))
    assert [Entry(b"k", {b"b": b"2"})] == list(several.entries([(b"k", None, b"2"), (b"j", None, None)]))


def test_a_document_is_told_from_a_hash() -> None:
    """By its only field."""
    document = made(Catalogue((THINGS,)), "k", {"table": "things", "value": {"json": {"a": 1}}})
    fields = made(Catalogue((THINGS,)), "k", {"table": "things", "value": {"json": "${n}", "id": True}})
    assert (None, (b"json", b"id")) == (document.fields, fields.fields)
    assert f"'k', '{json.dumps({'a': 1}, separators=(',', ':'))}'" in document.statement
    assert "'true'" in fields.statement
