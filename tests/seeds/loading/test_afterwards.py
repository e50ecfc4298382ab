"""What of a dump may be done beside each other, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.loading.afterwards import Afterwards, Kind, read, stages
from envctl.seeds.masked.text import Mask, Text

BEFORE = b"""SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.a (i int);
"""
ROWS = b"""COPY public.a (i) FROM stdin;
1
\\.

"""
BEHIND = b"""ALTER TABLE ONLY public.a
    ADD CONSTRAINT a_pkey PRIMARY KEY (i);
-- about it
COMMENT ON CONSTRAINT a_pkey ON public.a IS 'it';
CREATE INDEX a_i ON public.a USING btree (i);
ALTER INDEX public.b_pkey ATTACH PARTITION public.a_pkey;
SET default_tablespace = '';
CREATE INDEX "odd;" ON public.b USING btree (i);
CREATE TRIGGER t BEFORE INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE INDEX late ON public.b USING btree (i);
ALTER TABLE ONLY public.a
    ADD CONSTRAINT one FOREIGN KEY (i) REFERENCES public.b(i);
ALTER TABLE ONLY public.c
    ADD CONSTRAINT two FOREIGN KEY (i, j) REFERENCES public.d(i, j) ON DELETE CASCADE NOT VALID;
REFRESH MATERIALIZED VIEW public.m
"""


def through(text: bytes, *cuts: int, worth: int = 0) -> tuple[bytes, Afterwards]:
    """What passes of a text, and what waits."""
    after = Afterwards(worth=worth)
    edges = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    masks = Text(lambda _schema, _name, _columns: Mask(bytes), after=after)
    return b"".join(masks.masked(text[a:b] for a, b in pairwise(edges))), after


def shown(after: Afterwards) -> list[tuple[list[str], list[str], list[str]]]:
    """Stages by the last word of the first line of each of their statements, or what there is of it."""

    def names(statements: Sequence[object]) -> list[str]:
        return [str(getattr(one, "line", 0)) for one in statements]

    return [(names(stage.settings), names(stage.beside), names(stage.then)) for stage in after.stages()]


def test_what_is_behind_the_last_rows_waits() -> None:
    """From the first index on; what came before it passes as it is."""
    passed, after = through(BEFORE + ROWS + BEHIND)
    assert BEFORE + ROWS == passed
    assert [
        (["1", "2"], ["8", "12"], ["11", "13"]),  # keys and indexes, then what is said of them
        (["14"], ["15"], ["16"]),  # a setting holds for what follows it alone, and a trigger keeps its place
        ([], ["18", "20"], []),  # foreign keys without a look at rows, which is had beside the index that none needs
        ([], ["17", "18"], ["22"]),
    ] == shown(after)
    *_, added, last = after.stages()
    assert [True, True] == [b"NOT VALID;" in one.text for one in added.beside]
    assert b"ALTER TABLE ONLY public.a VALIDATE CONSTRAINT one;" == last.beside[1].text
    assert {"public.a": True, "public.b": False} == last.beside[1].locks
    assert after.stages()[-1].then[0].text.endswith(b";")  # where the last one lacks it


@given(st.lists(st.integers(0, len(BEFORE + ROWS + BEHIND)), max_size=9))
def test_blocks_make_no_difference(cuts: list[int]) -> None:
    """Wherever they end."""
    passed, after = through(BEFORE + ROWS + BEHIND, *cuts)
    assert BEFORE + ROWS == passed
    assert shown(through(BEFORE + ROWS + BEHIND)[1]) == shown(after)


def test_an_index_before_rows_keeps_its_place() -> None:
    """As does all that is between it and them; only what no rows follow waits."""
    text = BEFORE + BEHIND.replace(b"m\n", b"m;\n") + ROWS
    assert (text, []) == (through(text)[0], shown(through(text)[1]))
    passed, after = through(text + BEHIND)
    assert text == passed
    assert ["1", "2", "10"] == shown(after)[0][0]  # settings from between too


@pytest.mark.parametrize(
    "statement",
    [
        b"BEGIN",
        b"COMMIT",
        b"END",
        b"START TRANSACTION",
        b"CREATE TEMP TABLE t (i int)",
        b"CREATE LOCAL TEMPORARY VIEW t AS SELECT 1",
    ],
)
def test_what_belongs_to_one_session_stays_in_it(statement: bytes) -> None:
    """With all that follows, and with what was held back before."""
    for text in (
        BEFORE + statement + b";\n" + ROWS + BEHIND,
        BEFORE + ROWS + BEHIND.replace(b"REFRESH", b"%s;\nREFRESH" % statement),
    ):
        passed, after = through(text)
        assert text == passed
        assert [] == after.stages()


def test_a_little_is_done_by_one_session() -> None:
    """Behind fewer rows than are worth it nothing waits."""
    text = BEFORE + ROWS + BEHIND
    edge = text.index(b"ALTER TABLE ONLY public.a")
    assert BEFORE + ROWS == through(text, worth=edge)[0]
    assert text == through(text, worth=len(text))[0]


A, AE, B = {"s.a": False}, {"s.a": True}, {"s.b": True}


@pytest.mark.parametrize(
    ("said", "kind", "locks"),
    [
        ("CREATE INDEX i ON s.a USING btree (x, y) INCLUDE (z) WHERE (b, c) = (1, 2)", "index", A),
        ("CREATE UNIQUE INDEX \"odd (,\" ON ONLY s.a USING gin (f(x, 'a)b,'))", "index", A),
        ("create unique index i on s . A (x)", "index", A),
        ('CREATE INDEX i ON "s"."a""b" (x)', "index", {'s.a"b': False}),
        ("CREATE INDEX ON s.a (x)", "alone", {}),
        ("CREATE INDEX i ON a (x)", "alone", {}),
        ("CREATE INDEX CONCURRENTLY i ON s.a (x)", "alone", {}),
        ("CREATE INDEX IF NOT EXISTS i ON s.a (x)", "alone", {}),
        ("ALTER TABLE ONLY s.a\n    ADD CONSTRAINT k PRIMARY KEY (x, y) INCLUDE (z)", "index", AE),
        ("ALTER TABLE s.a ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (x) DEFERRABLE", "index", AE),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k UNIQUE (x) USING INDEX TABLESPACE t", "index", AE),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k EXCLUDE USING gist (x WITH &&, y WITH =) WHERE ((a))", "index", AE),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k UNIQUE USING INDEX i", "alone", {}),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k UNIQUE (x), ADD CHECK (x > 1)", "alone", {}),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k CHECK ((x > 1)) NOT VALID", "alone", {}),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES s.b(x)", "foreign key", {**AE, **B}),
        ('ALTER TABLE ONLY s.a ADD CONSTRAINT k FOREIGN KEY (x, "y ,") REFERENCES s.b(x, y)', "foreign key", AE | B),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES s.divided(x)", "alone", {}),
        ("ALTER TABLE s.a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES s.b(x)", "alone", {}),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES b(x)", "alone", {}),
        ("ALTER TABLE s.a CLUSTER ON i", "later", {}),
        ("ALTER TABLE ONLY s.a REPLICA IDENTITY USING INDEX i", "later", {}),
        ("ALTER TABLE ONLY s.a ENABLE ROW LEVEL SECURITY", "alone", {}),
        ("ALTER INDEX s.i ATTACH PARTITION s.j", "later", {}),
        ("COMMENT ON INDEX s.i IS 'x, y'", "later", {}),
        ("CREATE STATISTICS s.t ON x, y FROM s.a", "later", {}),
        ("CREATE VIEW s.v AS SELECT 1", "alone", {}),
        ("SELECT pg_catalog.setval('s.q', 7, true)", "alone", {}),
        ("SELECT pg_catalog.set_config('search_path', '', false)", "setting", {}),
        ("SET default_tablespace = ''", "setting", {}),
    ],
)
def test_a_statement_says_what_it_locks(said: str, kind: Kind, locks: dict[str, bool]) -> None:
    """As the server will, or it keeps its place."""
    statement = read(f"{said};".encode(), said.encode(), 1, {"s.divided"})
    assert (kind, locks) == (statement.kind, statement.locks)


@pytest.mark.parametrize(
    ("said", "sorts"),
    [
        ("CREATE INDEX i ON s.a USING btree (x, y) INCLUDE (z) WHERE (b, c) = (1, 2)", True),
        ("CREATE UNIQUE INDEX i ON s.a (x)", True),
        ("CREATE INDEX i ON s.a USING gin (x)", False),
        ("CREATE INDEX i ON ONLY s.a\n  USING  brin (x)", False),
        ("ALTER TABLE ONLY s.a\n    ADD CONSTRAINT k PRIMARY KEY (x)", True),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k UNIQUE (x) USING INDEX TABLESPACE t", True),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k EXCLUDE USING gist (x WITH &&)", False),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k EXCLUDE USING btree (x WITH =)", False),
        ("ALTER TABLE ONLY s.a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES s.b(x)", False),
        ("REFRESH MATERIALIZED VIEW x", False),
    ],
)
def test_a_statement_says_whether_it_sorts(said: str, sorts: bool) -> None:
    """Others are quicker with much memory."""
    assert sorts is read(f"{said};".encode(), said.encode(), 1).sorts


def test_two_that_would_wait_for_each_other_are_known() -> None:
    """Indexes of one table may be built at once, a constraint keeps all others out."""
    index, other, key = (read(b"", said, 1) for said in (
        b"CREATE INDEX i ON s.a (x)", b"CREATE INDEX j ON s.a (x)", b"ALTER TABLE s.a ADD CONSTRAINT k UNIQUE (x)"
    ))  # fmt: skip
    elsewhere = read(b"", b"CREATE INDEX i ON s.b (x)", 1)
    assert not index.excludes(other)
    assert index.excludes(key)
    assert key.excludes(index)
    assert key.excludes(key)
    assert not elsewhere.excludes(key)


@pytest.mark.parametrize(
    ("referred", "first"),
    [("s.b(x, y)", [0]), ('"s"."b" (x, y)', [0]), ("s.b(x)", [2]), ("s.b(y, x)", [0, 2, 3]), ('s.b("x(")', [0, 2, 3])],
)
def test_foreign_keys_wait_for_the_keys_that_they_need(referred: str, first: list[int]) -> None:
    """For all that are unique where it is not clear which that is."""
    said = [
        "ALTER TABLE ONLY s.b\n    ADD CONSTRAINT k PRIMARY KEY (x, y)",
        "CREATE INDEX i ON s.b USING btree (x)",
        "CREATE UNIQUE INDEX j ON s.b USING btree (x)",
        "CREATE UNIQUE INDEX l ON s.b USING btree (lower(x))",
        f"ALTER TABLE ONLY s.a ADD CONSTRAINT f FOREIGN KEY (x, y) REFERENCES {referred} ON DELETE CASCADE",
    ]
    found = stages(read(f"{text};".encode(), text.encode(), line) for line, text in enumerate(said))
    assert [first, [4], [line for line in range(5) if line not in first]] == [
        [one.line for one in stage.beside] for stage in found
    ]


KINDS = ["setting", "key", "index", "foreign key", "later", "alone"]
BESIDE = {"key", "index"}
# What may change places: with what is said of an index, and with what looks at rows for a foreign key.
MOVES = {("later", one) for one in ("key", "index", "foreign key")} | {(one, "later") for one in ("key", "index")}


@given(st.lists(st.sampled_from(KINDS), max_size=12))
def test_order_is_kept_where_it_matters(kinds: list[str]) -> None:
    """Of any two statements the later is done later, unless both may go beside each other.

    A foreign key is made behind all keys before it, and its rows are looked at before whatever follows it.
    """
    place: dict[int, list[tuple[int, int, int]]] = {}
    found = stages(read(b"", SAMPLES[kind], number) for number, kind in enumerate(kinds))
    for at, stage in enumerate(found):
        for part, statements in enumerate((stage.settings, stage.beside, stage.then)):
            for order, one in enumerate(statements):
                place.setdefault(one.line, []).append((at, part, 0 if part == 1 else order))
    assert list(range(len(kinds))) == sorted(place)
    assert [1 + (kind == "foreign key") for kind in kinds] == [len(place[line]) for line in range(len(kinds))]
    for (a, before), (b, behind) in combinations(enumerate(kinds), 2):
        done, begun, over = place[a][-1], place[b][0], place[b][-1]
        anyhow = {before, behind} <= BESIDE or (before, behind) in MOVES
        beside = (before, behind) == ("index", "foreign key") and done <= over
        assert anyhow or beside or done < begun or (before == behind == "foreign key" and done <= over)


SAMPLES = {
    "key": b"ALTER TABLE ONLY s.a ADD CONSTRAINT k PRIMARY KEY (x)",
    "setting": b"SET a = b",
    "index": b"CREATE INDEX i ON s.a (x)",
    "foreign key": b"ALTER TABLE ONLY s.a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES s.b(x)",
    "later": b"COMMENT ON TABLE x IS 'y'",
    "alone": b"REFRESH MATERIALIZED VIEW x",
}
