"""A policy against a database: what is covered, what is proposed, and what is refused."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Catalogue, Table, written
from envctl.masking.policies.policy import Checked, Problems, check
from envctl.masking.policies.rules import Policy, parse
from tests.masking.policies.tables import (
    CUSTOMERS,
    ORDERS,
    checked,
    column,
    faults,
    masked,
    policy,
    problems,
    table,
    unique,
)


def test_each_column_needs_a_rule() -> None:
    """A column nobody listed is refused, by name and with its type; an empty policy covers nothing."""
    assert [
        "customers.id: no rule covers it (integer, unique)",
        "customers.email: no rule covers it (text, unique)",
        "customers.name: no rule covers it (text)",
    ] == faults({}, CUSTOMERS)
    assert ["customers.name: no rule covers it (text)"] == faults(
        {"customers.id": "keep", "customers.email": "email"}, CUSTOMERS
    )


def test_the_patch_can_be_pasted() -> None:
    """With its lines in the policy there is nothing wrong any more."""
    odd = table('Sch"ema.Odd', column("a'b\"c", type='x"\n'), column("x\ty"), column("Ünï"), column("day", "date"))
    found = problems({}, CUSTOMERS, ORDERS, odd)
    assert '"customers.email" = "hash"  # text, unique\n' in found.patch
    assert '\'"Odd".day\' = "shift"  # date\n' in found.patch
    assert "orders.mail" not in found.patch
    pasted = tomllib.loads(found.patch)
    assert isinstance(check(policy(pasted), Catalogue((CUSTOMERS, ORDERS, odd))), Checked)


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1), min_size=3, max_size=3))
def test_every_name_can_be_written(names: list[str]) -> None:
    """Whatever a schema, a table and a column are called, the patch names them so that the rule means them."""
    schema, name, one = names
    made = Table(schema, name, (column(one),))
    found = check(Policy(), Catalogue((made, Table("other", name, ()))))
    assert isinstance(found, Problems)
    rules = parse({"columns": tomllib.loads(found.patch)})
    assert isinstance(rules, Policy)
    assert (schema, name, one) == (rules.rules[0].schema, rules.rules[0].table, rules.rules[0].column)
    assert isinstance(check(rules, Catalogue((made, Table("other", name, ())))), Checked)


def test_proposals_fit() -> None:
    """What is proposed keeps what is unique and fits its type; nothing is kept but what a sequence counts."""
    made = table(
        "t", column("id", "integer", counted=True), column("mail", caseless=True),
        column("code", length=4, nullable=False), column("doc", "hstore"), column("wait", "other", nullable=False),
        column("mood", "enum", labels=("a",)), uniques=(unique("id"), unique("mail"), unique("code")),
    )  # fmt: skip
    patch = problems({}, made).patch
    assert {"t.id": "keep", "t.mail": "hash", "t.doc": "null", "t.mood": "pick"} == tomllib.loads(patch)
    assert '# "t.wait" = "keep"  # other, NOT NULL: nothing that masks it fits; only if it tells' in patch
    assert '# "t.code" = "keep"  # text, NOT NULL, unique: nothing that masks it fits' in patch


def test_somebody_else_may_propose() -> None:
    """Who knows more of a column than its type says so in the patch."""
    found = check(Policy(), Catalogue((ORDERS,)), propose=lambda table, column: f'"{table.name}-{column.name}"')
    assert isinstance(found, Problems)
    assert '"orders.note" = "orders-note"  # text' in found.patch


def test_unlisted_columns_may_be_kept() -> None:
    """Only who says so lets them pass."""
    found = checked({"customers.email": "email"}, CUSTOMERS, unlisted="keep")
    assert {"public.customers": ("id", "name")} == found.kept


def test_every_table_is_there() -> None:
    """Also one without masked columns, and a whole of partitions; a generated column is in no copy of the rows."""
    made = table("made", column("a", generated=True), "b")
    whole = table("whole", "b", partitioned=True)
    found = checked({"made.*": "keep", "whole.b": "email"}, made, whole)
    assert {"public.made": 0, "public.whole": 1} == {full: len(rules) for full, rules in found.tables.items()}
    assert {"public.made": ("b",), "public.whole": ()} == found.kept


def test_a_column_kept_by_chance_is_said() -> None:
    """Where a pattern keeps what has the name of something that is masked elsewhere; not what is kept by name."""
    other = table("letters", "email", column("id", "integer"))
    rules = {"customers.email": "email", "customers.*": "keep", "letters.*": "keep"}
    (warning,) = checked(rules, CUSTOMERS, other).warnings
    assert str(warning).startswith("letters.email: is kept by letters.*, while customers.email is masked")
    assert () == checked({**rules, "letters.email": "keep"}, CUSTOMERS, other).warnings


def test_words_for_search_are_words() -> None:
    """They are kept beside texts that are masked only by who names the very column, and that is said."""
    made = table("t", "body", column("found", "other", type="tsvector"))
    says = "t.found: is kept, and may hold the words of texts that are masked in the same table"
    assert faults({"t.body": "redact", "t.*": "keep"}, made)[0].startswith(says)
    assert [says] == [str(w) for w in checked({"t.body": "redact", "t.found": "keep"}, made).warnings]
    assert () == checked({"t.*": "keep"}, made).warnings


def test_one_identity_is_masked_in_one_way() -> None:
    """Else its values would not be the same everywhere; a part of a name is the same name."""
    a, b = table("a", "x"), table("b", "x")
    rules = {"a.x": {"mask": "email", "identity": "i"}, "b.x": {"mask": "email", "identity": "i"}}
    assert {("email", "i")} == set(masked(rules, a, b).values())
    other = {**rules, "b.x": {"mask": "email", "identity": "i", "domain": "x.example"}}
    says = "as a.x has, which is masked in another way (give both the same mask and settings, or other identities)"
    assert [f"b.x: has the identity i {says}"] == faults(other, a, b)
    assert [f"b.x: has the identity i {says}"] == faults({**rules, "b.x": {"mask": "hash", "identity": "i"}}, a, b)
    assert [f"b.x: has the identity public.a.x {says}"] == faults(
        {"a.x": "email", "b.x": {"mask": "hash", "identity": "public.a.x"}}, a, b
    )
    names = {"a.x": {"mask": "name", "identity": "i"}, "b.x": {"mask": "name", "part": "first", "identity": "i"}}
    assert {("name", "i")} == set(masked(names, a, b).values())


def test_identities_reach_into_documents() -> None:
    """A value at a path of a document is masked like the column whose identity it names, or not at all."""
    a, b = table("a", "x"), table("b", column("doc", "json"))
    paths = {"$.mail": {"mask": "email", "identity": "i"}}
    rules = {"a.x": {"mask": "email", "identity": "i"}, "b.doc": {"mask": "json", "paths": paths}}
    assert {"public.a.x": ("email", "i"), "public.b.doc": ("json", "public.b.doc")} == masked(rules, a, b)
    paths["$.mail"] = {"mask": "email", "identity": "i", "domain": "x.example"}
    assert "b.doc: has the identity i as a.x has, which is masked in another way" in faults(rules, a, b)[0]
    paths["$.other"] = {"mask": "email", "identity": "j"}
    paths["$.another"] = {"mask": "hash", "identity": "j"}
    assert "b.doc: has the identity j twice, masked in another way" in faults({"b.doc": rules["b.doc"]}, b)[0]


def test_large_objects_and_foreign_tables_are_refused() -> None:
    """Unless the policy lets them pass."""
    catalogue = Catalogue((), large_objects=2, foreign_tables=("public.far",))
    found = check(Policy(), catalogue)
    assert isinstance(found, Problems)
    assert ["large objects", "foreign tables"] == [fault.at for fault in found.faults]
    assert Checked({}, {}) == check(Policy(large_objects="keep", foreign_tables="keep"), catalogue)


def test_a_key_to_a_table_of_an_extension_leads_nowhere() -> None:
    """Its columns are not in the catalogue, and what references them needs a rule of its own."""
    child = table("c", "x", keys=[("x", "spatial_ref_sys.srid")])
    assert ["c.x: no rule covers it (text)"] == faults({}, child)
    assert {} == masked({"c.x": "keep"}, child)


def test_faults_of_a_partition_are_said_once() -> None:
    """For the parent, however many there are."""
    whole = table("whole", column("n", "integer"), partitioned=True)
    parts = [table(f"part_{i}", column("n", "integer"), parents=("public.whole",)) for i in range(50)]
    assert 1 == len(faults({"whole.n": "email"}, whole, *parts))


def test_names_are_written_as_rules_take_them() -> None:
    """In quotes where SQL needs them."""
    assert 'a."B"."c d"."e""f"' == written("a", "B", "c d", 'e"f')


def test_a_rule_may_be_ahead_of_a_migration() -> None:
    """If it says so it need not hit anything; where it is only misspelled, the column that was meant is uncovered."""
    now, later = table("people", "mail"), table("people", "mail", "nickname")
    ahead = {"mask": "name", "missing": "allow"}
    said: dict[str, object] = {"people.mail": "keep", "people.nickname": ahead, "later.*": {**ahead, "mask": "keep"}}
    assert {} == masked(said, now)
    assert ["public.people.nickname"] == list(masked(said, later, table("later", "x")))
    (fault,) = faults({"people.mail": "keep", "people.nickmane": ahead}, later)
    assert fault.startswith("people.nickname: no rule covers it")
    assert "can be refuse or allow" in str(parse({"columns": {"a.b": {"mask": "email", "missing": "maybe"}}}))
