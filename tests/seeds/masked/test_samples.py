"""The first rows of each table of a dump, and nothing of what lies between."""

from __future__ import annotations

import pytest

from envctl.catalogue import Catalogue, Column, Table
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.masked.samples import asking, samples
from envctl.seeds.masked.text import Unmasked
from envctl.seeds.servers.url import read_url

HEAD = b"CREATE TABLE public.a (id int, name text);\n"
A = b"COPY public.a (id, name) FROM stdin;\n1\tone\n2\ttwo\n3\t\\N\n\\.\n"
ODD = b'COPY "Odd".b ("e mail") FROM stdin;\nx@y.example\n\\.\n'
EMPTY = b"COPY public.empty (id) FROM stdin;\n\\.\n"


def in_pieces(text: bytes, size: int) -> list[bytes]:
    """The same in blocks."""
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_each_table_has_its_first_rows(size: int) -> None:
    """However the text comes in blocks, as many as are asked for, with the columns in the order of the rows."""
    found = samples(in_pieces(HEAD + A + ODD + EMPTY, size), 2)
    assert {("public", "a"), ("Odd", "b"), ("public", "empty")} == set(found)
    assert (("id", "name"), b"1\tone\n2\ttwo\n", 2) == _told(found["public", "a"])
    assert (("e mail",), b"x@y.example\n", 1) == _told(found["Odd", "b"])
    assert (("id",), b"", 0) == _told(found["public", "empty"])


def test_a_large_table_gives_no_more() -> None:
    """Rows that come later are passed over, and the tables behind it are seen all the same."""
    rows = b"".join(b"%d\t%s\n" % (number, b"x" * 1000) for number in range(20_000))
    found = samples([HEAD, b"COPY public.a (id, name) FROM stdin;\n", *in_pieces(rows, 1 << 16), b"\\.\n", ODD], 5)
    assert [b"0", b"1", b"2", b"3", b"4"] == [line[:1] for line in found["public", "a"].text.splitlines()]
    assert 1 == found["Odd", "b"].count


def test_a_table_that_comes_twice_is_one() -> None:
    """As when somebody put two dumps together."""
    assert (("id", "name"), b"1\tone\n2\ttwo\n3\t\\N\n1\tone\n", 4) == _told(samples([HEAD, A, A], 4)["public", "a"])


def test_no_value_is_shown_by_accident() -> None:
    """What is raw is in no log or traceback that shows the rows."""
    assert "one" not in repr(samples([HEAD, A], 2))


def test_what_no_rule_could_mask_is_no_sample_either() -> None:
    """Rows in another form than COPY, and a text that is cut off."""
    with pytest.raises(Unmasked, match="another form than COPY"):
        samples([HEAD, b"INSERT INTO public.a VALUES (1, 'one');\n"], 2)
    with pytest.raises(BrokenText, match="ends inside"):
        samples([HEAD, A[:-4]], 2)


def test_of_a_server_only_the_first_rows_are_asked_for() -> None:
    """Of each table that has rows itself, without what is computed; names are quoted, and no password is a word."""
    columns = (
        Column("id", "integer", "integer"),
        Column('e "mail', "text", "text"),
        Column("x", "text", "text", generated=True),
    )
    tables = (
        Table("public", "a", columns),
        Table("Odd", "it's", columns[:1]),
        Table("public", "parts", columns[:1], partitioned=True),
        Table("public", "nothing", ()),
    )
    url = read_url("postgresql://ann:secret@db.example/shop")
    (words,) = asking(url, Catalogue(tables), 7)
    assert ("psql", url.connection()) == words[:2]
    assert "secret" not in " ".join(words)
    assert [
        """SELECT 'COPY "public"."a" ("id", "e ""mail") FROM stdin;'""",
        """COPY (SELECT "id", "e ""mail" FROM ONLY "public"."a" LIMIT 7) TO STDOUT""",
        r"SELECT E'\\.'",
        """SELECT 'COPY "Odd"."it''s" ("id") FROM stdin;'""",
        """COPY (SELECT "id" FROM ONLY "Odd"."it's" LIMIT 7) TO STDOUT""",
        r"SELECT E'\\.'",
    ] == [word.removeprefix("--command=") for word in words if word.startswith("--command=")][1:]


def test_many_tables_take_several_programs() -> None:
    """A command line has an end; no table is asked for twice."""
    tables = tuple(Table("public", f"t{n}", (Column("id", "integer", "integer"),)) for n in range(250))
    asked = list(asking(read_url("postgresql://ann@db.example/shop"), Catalogue(tables), 7))
    assert 3 == len(asked)
    copies = [word for words in asked for word in words if word.startswith("--command=COPY")]
    assert 250 == len(set(copies)) == len(copies)


def _told(rows: object) -> tuple[object, ...]:
    return tuple(vars(rows).values())
