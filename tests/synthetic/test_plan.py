"""Rows that are made up hold together: what is unique, what references what, what conditions ask for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from envctl.catalogue import Catalogue, Check, Column, ForeignKey, Table, Unique
from envctl.shape import ColumnShape, Shape, TableShape
from envctl.synthetic.base import Impossible
from envctl.synthetic.plan import Plan, plan
from envctl.synthetic.settings import Settings
from tests.synthetic.schemas import catalogue, references, table, whole, word

Rows = list[dict[str, str | None]]


def planned(found: Catalogue, seed: int = 1, shape: Shape | None = None, **said: Any) -> Plan:
    """How the rows are made."""
    return plan(found, Settings.model_validate(said), seed, shape)


def rows_of(found: Plan, name: str, step: int = 10_000) -> Rows:
    """The rows of a table, read from what COPY would get."""
    part = next(part for part in found.tables if part.table.name == name)
    text = b"".join(
        found.copy(part.table.full, first, min(first + step, part.count)) for first in range(0, part.count, step)
    )
    values = [[None if v == "\\N" else v for v in line.split("\t")] for line in text.decode().splitlines()]
    assert part.count == len(values)
    return [dict(zip(part.columns, row, strict=True)) for row in values]


def both(row: dict[str, str | None], *names: str) -> tuple[str | None, ...]:
    """Some columns of a row."""
    return tuple(row[name] for name in names)


def moment(name: str, *, nullable: bool = False) -> Column:
    """A point in time."""
    kind = "timestamp with time zone"
    return Column(name, kind, "timestamp", nullable, base=kind)


SHOP = catalogue(
    table(
        "customers", whole("id", counted=True), word("email"), moment("created_at"), uniques=[Unique("e", ("email",))]
    ),
    table("products", whole("id", counted=True), word("name", nullable=True)),
    table(
        "orders",
        whole("id", counted=True),
        whole("customer"),
        word("status"),
        moment("created_at"),
        checks=[Check("known", ("status",), "(status = ANY (ARRAY['new'::text, 'paid'::text]))")],
        keys=[references("customer", "customers")],
    ),
    table(
        "lines",
        whole("order"),
        whole("line"),
        whole("product", nullable=True),
        key=("order", "line"),
        keys=[references("order", "orders"), references("product", "products")],
    ),
)


def test_the_same_seed_gives_the_same_bytes_in_whatever_blocks_they_are_made() -> None:
    """Neither the size of blocks nor their order matters; another seed gives others."""
    first, again, other = planned(SHOP, 7), planned(SHOP, 7), planned(SHOP, 8)
    assert rows_of(first, "orders") == rows_of(again, "orders", 77)
    assert rows_of(first, "lines")[500:600] == rows_of(again, "lines", 1)[500:600]
    assert rows_of(first, "orders") != rows_of(other, "orders")


def test_rows_reference_rows_that_are_there_and_are_counted_within_them() -> None:
    """Foreign keys lead somewhere, lines of an order are 1, 2, 3 …, and some optional references are null."""
    found = planned(SHOP, counts={"customers": 50, "lines": {"per": "orders", "mean": 4, "skew": "high"}})
    customers, orders, lines = (rows_of(found, name) for name in ("customers", "orders", "lines"))
    assert (50, 150, 600) == (len(customers), len(orders), len(lines))
    assert {row["customer"] for row in orders} <= {row["id"] for row in customers}
    by_order: dict[str | None, list[int]] = {}
    for row in lines:
        by_order.setdefault(row["order"], []).append(int(row["line"] or 0))
    assert set(by_order) <= {row["id"] for row in orders}
    assert all(list(range(1, len(numbers) + 1)) == sorted(numbers) for numbers in by_order.values())
    assert 20 < sum(row["product"] is None for row in lines) < 110
    assert 50 == len({row["email"] for row in customers})


def test_a_row_is_not_older_than_what_it_belongs_to() -> None:
    """An order comes after its customer."""
    found = planned(SHOP)
    since = {row["id"]: row["created_at"] for row in rows_of(found, "customers")}
    assert all((since[row["customer"]] or "") <= (row["created_at"] or "") for row in rows_of(found, "orders"))


def test_a_condition_is_met_and_a_rule_wins() -> None:
    """A list in a CHECK is what is drawn from; what the stack file says of a column counts more."""
    assert {"new", "paid"} == {row["status"] for row in rows_of(planned(SHOP), "orders")}
    said = planned(SHOP, columns={"orders.status": {"generate": "pick", "from": ["paid"]}})
    assert {"paid"} == {row["status"] for row in rows_of(said, "orders")}


def test_nulls_come_at_the_rate_that_is_said() -> None:
    """For all columns that may have some, and for one."""
    none = planned(SHOP, nulls=0, columns={"products.name": {"nulls": 0.5}})
    assert 0 == sum(row["product"] is None for row in rows_of(none, "lines"))
    names = [row["name"] for row in rows_of(none, "products")]
    assert 0.2 < sum(name is None for name in names) / len(names) < 0.8


JOINED = catalogue(
    table("people", whole("id", counted=True)),
    table("groups", whole("id", counted=True)),
    table(
        "members",
        whole("person"),
        whole("group"),
        word("role"),
        key=("person", "group"),
        keys=[references("person", "people"), references("group", "groups")],
    ),
    table("badges", whole("person"), word("text"), key=("person",), keys=[references("person", "people")]),
)


def test_pairs_come_once_and_each_has_one_badge() -> None:
    """A table that joins two never joins the same two again; a key that is a foreign key leads elsewhere each time."""
    found = planned(JOINED, counts={"people": 40, "groups": 9, "members": 300, "badges": 35})
    members = [both(row, "person", "group") for row in rows_of(found, "members")]
    assert 300 == len(set(members))
    assert 35 == len({row["person"] for row in rows_of(found, "badges")})
    assert len(set(Counter(person for person, _ in members).values())) > 1


def test_a_table_gets_no_more_rows_than_can_differ() -> None:
    """As long as nobody asks for more: then it is said which constraint has no room."""
    small = planned(JOINED, counts={"people": 4, "groups": 3})
    assert 12 >= len(rows_of(small, "members")) >= 4
    with pytest.raises(Impossible, match=r"shop.members: members_pkey lets no more than 12 rows differ.* 13"):
        planned(JOINED, counts={"people": 4, "groups": 3, "members": 13})
    with pytest.raises(Impossible, match=r"shop.badges: badges_pkey lets no more than 4 rows differ"):
        planned(JOINED, counts={"people": 4, "badges": 5})


def tenants(line_key: ForeignKey) -> Catalogue:
    """All of a tenant belongs to it."""
    both_ids = (whole("tenant"), whole("id"))
    of_tenant = references("tenant", "tenants")
    return catalogue(
        table("tenants", whole("id", counted=True)),
        table("orders", *both_ids, key=("tenant", "id"), keys=[of_tenant]),
        table("products", *both_ids, key=("tenant", "id"), keys=[of_tenant]),
        table(
            "lines",
            whole("tenant"),
            whole("order"),
            whole("product"),
            whole("line"),
            key=("tenant", "order", "line"),
            keys=[ForeignKey("of", ("tenant", "order"), "shop.orders", ("tenant", "id")), line_key, of_tenant],
        ),
    )


def test_foreign_keys_that_share_a_column_lead_to_rows_of_the_same_owner() -> None:
    """An order's lines are of products of its own tenant."""
    key = ForeignKey("what", ("tenant", "product"), "shop.products", ("tenant", "id"))
    counts = {"tenants": 7, "orders": {"per": "tenants", "mean": 9}, "products": {"per": "tenants", "mean": 5}}
    found = planned(tenants(key), counts=counts)
    products = {both(row, "tenant", "id") for row in rows_of(found, "products")}
    orders = {both(row, "tenant", "id") for row in rows_of(found, "orders")}
    lines = rows_of(found, "lines")
    assert {both(row, "tenant", "product") for row in lines} <= products
    assert {both(row, "tenant", "order") for row in lines} <= orders
    assert len({row["product"] for row in lines}) > 3


def test_a_tree_has_roots_and_no_circle() -> None:
    """Whoever references its own table references an earlier row of it."""
    found = planned(
        catalogue(
            table("parts", whole("id", counted=True), whole("of", nullable=True), keys=[references("of", "parts")])
        )
    )
    rows = rows_of(found, "parts")
    assert 0 < sum(row["of"] is None for row in rows) < len(rows) / 2
    assert all(row["of"] is None or int(row["of"]) < int(row["id"] or 0) for row in rows)


def test_a_circle_of_tables_is_filled() -> None:
    """Each references rows of the other that are there."""
    found = planned(
        catalogue(
            table(
                "teams", whole("id", counted=True), whole("lead", nullable=True), keys=[references("lead", "people")]
            ),
            table("people", whole("id", counted=True), whole("team"), keys=[references("team", "teams")]),
        )
    )
    teams, people = rows_of(found, "teams"), rows_of(found, "people")
    assert {row["team"] for row in people} <= {row["id"] for row in teams}
    assert {row["lead"] for row in teams} - {None} <= {row["id"] for row in people}
    assert len({row["lead"] for row in teams}) > 5


def test_one_of_several_references_is_there() -> None:
    """Where a CHECK wants just one of two, some rows have the one and some the other."""
    found = planned(
        catalogue(
            table("people", whole("id", counted=True)),
            table("firms", whole("id", counted=True)),
            table(
                "accounts",
                whole("id", counted=True),
                whole("person", nullable=True),
                whole("firm", nullable=True),
                keys=[references("person", "people"), references("firm", "firms")],
                checks=[Check("one", ("person", "firm"), "(num_nonnulls(person, firm) = 1)")],
            ),
        )
    )
    rows = rows_of(found, "accounts")
    assert {1} == {sum(value is not None for value in both(row, "person", "firm")) for row in rows}
    assert 2 == len({row["person"] is None for row in rows})


def split(bounds: dict[str, str]) -> Catalogue:
    """A table with partitions."""
    whole_table = replace(
        table("visits", whole("id", counted=True), moment("at"), key=("id", "at")), partitioned=True, split_by=("at",)
    )
    parts = [
        Table("shop", name, whole_table.columns, ("id", "at"), parents=("shop.visits",), bound=bound)
        for name, bound in bounds.items()
    ]
    return Catalogue((whole_table, *parts))


def test_partitions_get_rows_that_they_take() -> None:
    """Each its share, of moments within its bounds; numbers go on from one to the next."""
    at = "((at IS NOT NULL) AND (at >= '{}-01-01 00:00:00+00'::timestamp with time zone) AND "
    at += "(at < '{}-01-01 00:00:00+00'::timestamp with time zone))"
    found = planned(split({"old": at.format(2023, 2024), "new": at.format(2024, 2025)}))
    assert ["new", "old"] == sorted(part.table.name for part in found.tables)
    old, new = rows_of(found, "old"), rows_of(found, "new")
    assert 1000 == len(old) + len(new)
    assert ({"2023"}, {"2024"}) == ({(r["at"] or "")[:4] for r in old}, {(r["at"] or "")[:4] for r in new})
    assert 1000 == len({row["id"] for row in old + new})


def test_partitions_are_as_full_as_those_of_an_example() -> None:
    """Their shares are those of the shape."""
    at = "((at IS NOT NULL) AND (at >= '{}-01-01 00:00:00+00'::timestamp with time zone) AND "
    at += "(at < '{}-01-01 00:00:00+00'::timestamp with time zone))"
    shape = Shape({"shop.visits": TableShape(400), "shop.old": TableShape(100), "shop.new": TableShape(300)})
    found = planned(split({"old": at.format(2023, 2024), "new": at.format(2024, 2025)}), shape=shape)
    assert {"old": 100, "new": 300} == {part.table.name: part.count for part in found.tables}


def test_the_server_sorts_rows_where_nobody_else_can() -> None:
    """Partitions by a hash of their own take rows through the whole table."""
    found = planned(split({"one": "satisfies_hash_partition('123'::oid, 2, 0, at)"}))
    assert ["visits"] == [part.table.name for part in found.tables]


def test_made_in_the_likeness_of_an_example() -> None:
    """Rows and nulls are those of the shape, where nothing else is said."""
    shape = Shape({"shop.products": TableShape(400, {"name": ColumnShape(nulls=0.75)})})
    names = [row["name"] for row in rows_of(planned(SHOP, shape=shape), "products")]
    assert 400 == len(names)
    assert 270 < sum(name is None for name in names) < 330


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(n > 5) AND (n < 3)", r"shop.things: the CHECK odd lets nothing in"),
        ("weather(n) = 'rain'::text", r"the CHECK odd cannot be read.*under `columns` what makes n"),
    ],
)
def test_a_condition_that_cannot_be_met_or_read_is_named(text: str, message: str) -> None:
    """With its table; what nobody can read the server alone sees, once somebody says what makes the column."""
    found = catalogue(table("things", whole("id", counted=True), whole("n"), checks=[Check("odd", ("n",), text)]))
    with pytest.raises(Impossible, match=message):
        planned(found)
    if "weather" in text:
        assert 50 == len(rows_of(planned(found, columns={"things.n": "number"}), "things"))


def test_columns_of_one_domain_all_keep_its_condition() -> None:
    """The same text on another column is another condition."""
    checks = [Check("code.code_check", (name,), "(VALUE ~ '^[A-Z]{2}$'::text)") for name in ("one", "other")]
    found = catalogue(table("things", whole("id", counted=True), word("one"), word("other"), checks=checks))
    values = {value for row in rows_of(planned(found), "things") for value in both(row, "one", "other")}
    assert all(value is not None and 2 == len(value) and value.isupper() for value in values)


def test_who_follows_somebody_follows_somebody_else() -> None:
    """Two references that must not be the same lead to different rows, whether pairs may come twice or not."""
    keys = [references("who", "people"), references("whom", "people")]
    apart = [Check("self", ("who", "whom"), "(who <> whom)")]
    found = planned(
        catalogue(
            table("people", whole("id", counted=True)),
            table("follows", whole("who"), whole("whom"), key=("who", "whom"), keys=keys, checks=apart),
            table("messages", whole("id", counted=True), whole("who"), whole("whom"), keys=keys, checks=apart),
        ),
        counts={"people": 20, "follows": 150, "messages": 500},
    )
    follows = [both(row, "who", "whom") for row in rows_of(found, "follows")]
    assert 150 == len(set(follows))
    messages = [both(row, "who", "whom") for row in rows_of(found, "messages")]
    assert all(who != whom for who, whom in (*follows, *messages))


def test_one_of_each_owner_is_the_first() -> None:
    """A unique index on some rows holds by these: one default address of each customer, one session that goes on."""
    boolean = Column("is_default", "boolean", "boolean", False, base="boolean")
    found = planned(
        catalogue(
            table("people", whole("id", counted=True)),
            table(
                "addresses",
                whole("id", counted=True),
                whole("person"),
                boolean,
                moment("ended_at", nullable=True),
                keys=[references("person", "people")],
                uniques=[
                    Unique("default", ("person", "is_default"), exact=False, condition="is_default"),
                    Unique("open", ("person", "ended_at"), exact=False, condition="(ended_at IS NULL)"),
                ],
            ),
        ),
        counts={"people": 30, "addresses": {"per": "people", "mean": 4}},
    )
    rows = rows_of(found, "addresses")
    defaults = [row["person"] for row in rows if row["is_default"] == "true"]
    ongoing = [row["person"] for row in rows if row["ended_at"] is None]
    assert (120, 30, 30) == (len(rows), len(set(defaults)), len(defaults))
    assert (30, 30) == (len(set(ongoing)), len(ongoing))


def test_conditions_that_exclude_each_other_are_named() -> None:
    """Each could be met alone."""
    checks = [Check("low", ("n",), "(n < 3)"), Check("high", ("n",), "(n > 5)")]
    found = catalogue(table("things", whole("id", counted=True), whole("n"), checks=checks))
    with pytest.raises(Impossible, match="no row can meet all of low, high together"):
        planned(found)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"columns": {"orders.statsu": "word"}},
            "columns: orders.statsu: there is no such column .did you mean orders.status",
        ),
        ({"columns": {"order.status": "word"}}, "there is no such table .did you mean orders"),
        ({"columns": {"status": "word"}}, "is no name of a column"),
        ({"columns": {"orders.status": "wrod"}}, "made by 'wrod', which nobody knows .did you mean word"),
        ({"columns": {"orders.status": "word", "shop.orders.status": "word"}}, "there are two lines about this column"),
        ({"columns": {"products.name": {"generate": "word", "nulls": 3}}}, "nulls is a share from 0 to 1, not 3"),
        ({"columns": {"orders.customer": "email"}}, "is of the type integer, and email makes text"),
    ],
)
def test_rules_that_mean_nothing_are_refused(said: Any, message: str) -> None:
    """A column that is not there, a word that nobody knows, a type that it does not make."""
    with pytest.raises(Impossible, match=message):
        planned(SHOP, **said)


def test_a_type_that_nobody_knows_is_named() -> None:
    """An extension's: with its table and column."""
    column = Column("place", "geometry(Point,4326)", "other", base="geometry(Point,4326)")
    with pytest.raises(Impossible, match=r"places\.place is of the type geometry\(Point,4326\)"):
        planned(catalogue(table("places", whole("id", counted=True), column)))


def test_nothing_to_reference_is_said() -> None:
    """Rows are asked for, and there is none that they could belong to."""
    with pytest.raises(Impossible, match=r"customer_fkey must reference a row of shop.customers, which has none"):
        planned(SHOP, counts={"customers": 0, "orders": 5})
    assert [] == rows_of(planned(SHOP, counts={"customers": 0}), "orders")


def test_who_is_born_before_registers_at_any_time() -> None:
    """A CHECK between a birth and what follows does not draw everything to the birth, or to the first day there is."""
    born = Column("birth_date", "date", "date", base="date")
    checks = [Check("born", ("birth_date", "created_at"), "(birth_date < (created_at)::date)")]
    found = planned(
        catalogue(
            table("people", whole("id", counted=True), born, moment("created_at"), word("a"), word("b"), checks=checks)
        )
    )
    years = Counter((row["created_at"] or "")[:4] for row in rows_of(found, "people"))
    assert max(years.values()) < 600
    assert len(years) >= 5
