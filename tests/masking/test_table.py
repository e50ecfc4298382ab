"""A table's rules, applied to blocks of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, get_args

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Column, Family, Table
from envctl.masking.copying import BrokenRows
from envctl.masking.key import Key
from envctl.masking.table import BadRules, ColumnRule, MaskFailed, TableMask
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable
from envctl.masking.transforms.email import Email
from envctl.masking.transforms.null import Null
from envctl.masking.transforms.template import Template
from envctl.secret import Secret
from tests.masking.test_copying import TRICKY, VALUES, read, written

KEY = Key(Secret("a key of the tests, long enough"))
TABLE = Table(
    "shop",
    "people",
    (
        Column("id", "integer", "integer"),
        Column("mail", "text", "text"),
        Column("^n.*$", "text", "text"),
        Column("shown", "text", "text"),
        Column("mails", "text[]", "text", array=True),
    ),
)
NAMES = [column.name for column in TABLE.columns]
IDS = st.none() | st.integers(-3, 3).map(str)
ARRAYS = st.none() | st.sampled_from(["{}", "{a@b.c,NULL}", '{"x y","q\\"",""}', "{{a,b},{c,d}}"])
ROWS = st.lists(st.tuples(IDS, VALUES, VALUES, TRICKY, ARRAYS), max_size=8)


class Fake(Transform):
    """A transform of a test."""

    takes: ClassVar[frozenset[Family]] = frozenset(get_args(Family))
    name: ClassVar[str] = "fake"
    made: Any = None

    def longest(self, column: Column) -> int | None:
        """Whatever it is."""
        return None


class Raising(Fake):
    """Fails, and shows a value."""

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Fail with an error of Python."""
        raise RuntimeError(f"cannot do {values[0]}")


class Refusing(Fake):
    """Refuses what it gets."""

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Fail as transforms may."""
        raise Unmaskable("is no address")


class Giving(Fake):
    """Gives what the test says."""

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """That."""
        assert isinstance(self.made, pl.Series)
        return self.made


class Half(Fake):
    """Masks mail, and leaves what is none."""

    @property
    def partial(self) -> bool:
        """It does not find something in each value."""
        return True

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Mail only."""
        return (
            values.to_frame("v")
            .select(pl.when(pl.col("v").str.contains("@")).then(pl.lit("m")).otherwise("v"))
            .to_series()
        )


class Witnessed:
    """What a mask told."""

    def __init__(self) -> None:
        self.added: list[tuple[str, list[str], list[str | None] | None]] = []
        self.kept: list[str] = []

    def add(self, name: str, values: pl.Series, made: pl.Series | None, *, column: Column) -> None:
        """Keep it."""
        self.added.append((name, values.to_list(), None if made is None else made.to_list()))

    def keep(self, values: pl.Series, *, column: Column) -> None:
        """Keep it too."""
        self.kept += values.to_list()


def rule(name: str, transform: Transform, where: str = "", identity: str = "mail") -> ColumnRule:
    """A rule for a column of the table."""
    column = TABLE.column(name)
    assert column is not None
    return ColumnRule(column, transform, identity, where)


def masked(*rules: ColumnRule, witness: Witnessed | None = None) -> TableMask:
    """The table with rules."""
    return TableMask(TABLE, NAMES, rules, KEY, witness)


EVERYTHING = (
    rule("mail", Template(text="<{shown}>{id} {^n.*$}"), where="id >= 0"),
    rule("shown", Template(text="{^n.*$}!")),
    rule("^n.*$", Email(), where="id = 1 or \"^n.*$\" = ''"),
    rule("mails", Email()),
)


@given(ROWS)
def test_blocks_are_masked_as_rows_are(table: list[tuple[str | None, ...]]) -> None:
    """A block becomes what each of its rows becomes by itself, in plain Python, whatever is in it."""
    mask = masked(*EVERYTHING)
    plain = [list(mask.plain(dict(zip(NAMES, row, strict=True))).values()) for row in table]
    assert plain == read(mask.mask(written(table)), len(NAMES))


@given(ROWS, st.integers(0, 8))
def test_borders_of_blocks_change_nothing(table: list[tuple[str | None, ...]], at: int) -> None:
    """Two blocks become what one of both becomes."""
    mask = masked(*EVERYTHING)
    assert mask.mask(written(table)) == mask.mask(written(table[:at])) + mask.mask(written(table[at:]))


@given(ROWS)
def test_other_columns_stay_byte_for_byte(table: list[tuple[str | None, ...]]) -> None:
    """Columns without a rule come out as they came, even in escapes that Postgres only reads."""
    block = written(table) + b"1\t\\x41\\q\tn\t\\101\\.\t{}\n"
    done = masked(rule("mail", Email())).mask(block)
    fields = [[line.split(b"\t") for line in content.split(b"\n")[:-1]] for content in (block, done)]
    assert [[line[0], *line[2:]] for line in fields[0]] == [[line[0], *line[2:]] for line in fields[1]]


def test_without_rules_a_block_is_what_it_was() -> None:
    """Nothing is read of a table that has no rule."""
    assert b"anything \\N\n" == TableMask(TABLE, NAMES, (), KEY).mask(b"anything \\N\n")


def test_null_stays_null() -> None:
    """Nothing becomes something, even by a template that would make something of it."""
    assert b"1\t\\N\tn\ts\t\\N\n" == masked(rule("mail", Template(text="{shown}")), rule("mails", Email())).mask(
        b"1\t\\N\tn\ts\t\\N\n"
    )


def test_everything_can_become_null() -> None:
    """The transform `null` gives null for every value that its condition means."""
    block = b"1\ta\tn\ts\t\\N\n2\tb\tn\ts\t\\N\n"
    assert b"1\t\\N\tn\ts\t\\N\n2\tb\tn\ts\t\\N\n" == masked(rule("mail", Null(), where="id = 1")).mask(block)


@pytest.mark.parametrize(("identity", "same"), [("mail", True), ("other", False)])
def test_one_identity_masks_alike(identity: str, same: bool) -> None:
    """The same value becomes the same in columns of one identity, and in those of two it does not."""
    found = masked(rule("mail", Email()), rule("shown", Email(), identity=identity)).mask(b"1\tq@x.y\tn\tq@x.y\t{}\n")
    fields = found.split(b"\t")
    assert same is (fields[1] == fields[3])


def test_what_follows_is_done_after() -> None:
    """A template sees what others became, whatever the order of rules, and where they stayed what they were."""
    rules = (rule("mail", Template(text="{shown}")), rule("shown", Null()))
    for order in (rules, rules[::-1]):
        assert b"1\t\tn\t\\N\t{}\n" == masked(*order).mask(b"1\tq\tn\tsecret\t{}\n")


def test_conditions_see_what_was() -> None:
    """A condition looks at rows as they were, also at columns that were masked before."""
    rules = (rule("shown", Null()), rule("mail", Null(), where="shown = 's'"))
    assert b"1\t\\N\tn\t\\N\t{}\n2\tq\tn\t\\N\t{}\n" == masked(*rules).mask(b"1\tq\tn\ts\t{}\n2\tq\tn\tt\t{}\n")


def test_unknown_is_masked() -> None:
    """Where a condition has no answer the value is masked."""
    assert b"\\N\t\\N\tn\ts\t{}\n" == masked(rule("mail", Null(), where="id > 5")).mask(b"\\N\tq\tn\ts\t{}\n")


def test_conditions_are_told_what_time_it_is() -> None:
    """And where nobody does so, a rule that asks for it cannot be applied."""
    rules = (rule("mail", Null(), where="shown = 's' and now() > '2024-01-01'"),)
    block = b"1\tq\tn\ts\t{}\n"
    for now, value in ((datetime(2024, 1, 2, tzinfo=UTC), b"\\N"), (datetime(2023, 1, 2, tzinfo=UTC), b"q")):
        assert b"1\t%s\tn\ts\t{}\n" % value == TableMask(TABLE, NAMES, rules, KEY, now=now).mask(block)
    with pytest.raises(BadRules, match="nobody says so here"):
        TableMask(TABLE, NAMES, rules, KEY)


@pytest.mark.parametrize(
    ("rules", "names", "said"),
    [
        ((rule("mail", Null()), rule("mail", Email())), NAMES, "shop.people has two rules for one column"),
        ((rule("mail", Null()),), ["id"], "shop.people has no mail in the copy of its rows"),
        ((rule("mail", Template(text="{gone}")),), NAMES, "shop.people has no gone in the copy of its rows"),
        (
            (rule("mail", Null(), where="mail > 'a'"),),
            NAMES,
            "the condition of shop.people.mail cannot be used: it asks for the order of texts, which depends on the "
            "collation",
        ),
    ],
)
def test_rules_that_cannot_be_applied(rules: tuple[ColumnRule, ...], names: list[str], said: str) -> None:
    """Rules that no row could be masked by are refused before the first one."""
    with pytest.raises(BadRules) as bad:
        TableMask(TABLE, names, rules, KEY)
    assert said == str(bad.value)


def test_a_circle_is_refused() -> None:
    """Columns that follow each other cannot be masked one after the other."""
    with pytest.raises(BadRules, match=r"follow each other in a circle: (mail → shown → mail|shown → mail → shown)"):
        masked(rule("mail", Template(text="{shown}")), rule("shown", Template(text="{mail}")))


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        (Raising(), "shop.people.mail: fake failed with RuntimeError"),
        (Refusing(), "shop.people.mail: is no address"),
        (Giving(made=pl.Series(["a", "b"])), "shop.people.mail: fake gave 2 String for 1 values"),
        (Giving(made=pl.Series([1])), "shop.people.mail: fake gave 1 Int64 for 1 values"),
        (Giving(made=pl.Series([None], dtype=pl.String)), "shop.people.mail: fake gave nothing for 1 values"),
    ],
    ids=["error", "refusal", "count", "type", "null"],
)
def test_a_transform_that_fails_shows_no_value(transform: Transform, said: str) -> None:
    """What goes wrong is said with table and column, and neither it nor what caused it holds a value."""
    with pytest.raises(MaskFailed) as failed:
        masked(rule("mail", transform)).mask(b"1\tsecret\tn\ts\t{}\n")
    assert said == str(failed.value)
    assert failed.value.__suppress_context__ or failed.value.__context__ is None


def test_broken_rows_are_refused() -> None:
    """Rows of other columns than the table's are none of it."""
    with pytest.raises(BrokenRows, match="line 1 has 2 columns instead of 5"):
        masked(rule("mail", Email())).mask(b"1\t2\n")


def test_the_witness_hears_what_was_and_what_became_of_it() -> None:
    """Who looks for raw values later is told those that were masked, without nulls, and those that were left."""
    heard = Witnessed()
    mask = masked(rule("mail", Template(text="{shown}"), where="id = 1"), rule("shown", Half()), witness=heard)
    mask.mask(b"1\ta\\tb\tn\tx@y\t{}\n2\tc\tn\tz\t{}\n1\t\\N\tn\t\\N\t{}\n")
    assert ["z", "c"] == heard.kept
    assert [("shop.people.shown", ["x@y"], ["m"]), ("shop.people.mail", ["a\tb"], ["m"])] == heard.added


def test_the_witness_need_not_hear_digests() -> None:
    """What is made of a keyed hash is nobody's raw value, and it would cost time to remember it."""
    heard = Witnessed()
    masked(rule("mail", Email()), witness=heard).mask(b"1\tq@x.y\tn\ts\t{}\n")
    assert [("shop.people.mail", ["q@x.y"], None)] == heard.added


def test_a_row_is_masked_by_the_seed_of_its_identity() -> None:
    """The plain twin uses the same seed as everybody of that identity."""
    row: Mapping[str, str | None] = dict(zip(NAMES, ["1", "q", "n", "s", None], strict=True))
    expected = Email().plain("q", Row(KEY.seed("mail"), TABLE.columns[1]))
    assert expected == masked(rule("mail", Email())).plain(row)["mail"]
