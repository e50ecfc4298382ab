"""A policy against a database: what covers each column, what follows, and what is refused."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Catalogue, Table, written
from envctl.masking.policy import Checked, Problems, check
from envctl.masking.rules import Policy, parse
from tests.masking.tables import checked, column, faults, masked, policy, problems, table, unique

CUSTOMERS = table("customers", column("id", "integer"), "email", "name", uniques=(unique("id"), unique("email")))
ORDERS = table("orders", column("id", "integer"), "mail", "note", keys=[("mail", "customers.email")])
KEPT = {"customers.*": "keep"}
EMAIL = ("email", "public.customers.email")


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
    assert {"t.id": "keep", "t.mail": "email", "t.doc": "null", "t.mood": "pick"} == tomllib.loads(patch)
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
    """Also one without masked columns; a partitioned one has no rows, and a generated column is in no copy."""
    made = table("made", column("a", generated=True), "b")
    part = table("part", "b", partitioned=True)
    found = checked({"made.*": "keep", "part.*": "keep"}, made, part)
    assert {"public.made": ()} == found.tables
    assert {"public.made": ("b",)} == found.kept


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("customers.emial", "customers.emial: there is no such column (did you mean customers.email?)"),
        ("customer.email", "customer.email: there is no such column (did you mean customers.email?)"),
        ("shop.customers.email", "shop.customers.email: there is no such column (did you mean customers.email?)"),
        ("customer.*", "customer.*: there is no such table (did you mean customers.*?)"),
        ("*.emial", "*.emial: there is no such column (did you mean *.email?)"),
        ('"Customers".email', '"Customers".email: there is no such column (did you mean customers.email?)'),
        ("zzz.qqq", "zzz.qqq: there is no such column (correct it or take it out)"),
        ("shop.*.email", "shop.*.email: there is no such column (did you mean *.email?)"),
    ],
)
def test_a_rule_that_hits_nothing_is_a_fault(rule: str, says: str) -> None:
    """It was meant for something: the nearest name is guessed."""
    assert [says] == faults({**KEPT, rule: "email"}, CUSTOMERS)


def test_capitals_are_guessed() -> None:
    """Without quotes they do not count, and a column that has them is named with its quotes."""
    odd = table("t", "Email")
    assert 't.Email: there is no such column (did you mean t."Email"?)' in faults({"t.Email": "email"}, odd)
    assert {"public.t.Email": ("email", "public.t.Email")} == masked({'t."Email"': "email"}, odd)


def test_a_name_in_two_schemas_is_none() -> None:
    """Which of them is meant has to be said; a star means both."""
    other = replace(CUSTOMERS, schema="shop")
    assert "customers.email: there is a table of this name in several schemas: public, shop " in str(
        faults({"customers.email": "email", "*.customers.*": "keep"}, CUSTOMERS, other)
    )
    found = masked({"shop.customers.email": "email", "*.customers.*": "keep"}, CUSTOMERS, other)
    assert {"shop.customers.email": ("email", "shop.customers.email")} == found
    assert 2 == len(masked({"*.customers.email": "email", "*.customers.*": "keep"}, CUSTOMERS, other))


def test_the_most_exact_rule_counts() -> None:
    """One for the column before one for its table, that one before one for all columns of that name."""
    rules = {"*.email": "email", "customers.*": "redact", "customers.id": "keep", "customers.email": "hash"}
    identity = "public.customers."
    assert {
        "public.customers.email": ("hash", f"{identity}email"),
        "public.customers.name": ("redact", f"{identity}name"),
    } == masked(rules, CUSTOMERS)
    assert ("email", f"{identity}email") == masked({"*.email": "email", "*.id": "keep", "*.name": "name"}, CUSTOMERS)[
        "public.customers.email"
    ]


def test_two_rules_of_one_rank_are_a_fault() -> None:
    """Nobody can tell which of them was meant; it is said once for each two."""
    rules = {
        "customers.*": "keep",
        "public.customers.*": "redact",
        "customers.email": "email",
        "public.customers.email": "hash",
    }
    found = faults(rules, CUSTOMERS)
    assert (
        "customers.email: is covered by customers.email as well as by public.customers.email (take one of them out)"
        in found
    )
    assert 1 == sum("is covered by customers.* as well as" in fault for fault in found)


def test_a_pattern_keeps_nothing_that_another_masks() -> None:
    """Only an exact rule can mean that."""
    rules = {"customers.*": "keep", "*.email": "email"}
    hint = "write a rule for customers.email itself"
    assert [f"customers.email: would be kept by customers.*, and masked by *.email ({hint})"] == faults(
        rules, CUSTOMERS
    )
    assert {} == masked({**rules, "customers.email": "keep"}, CUSTOMERS)


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


def test_keys_follow() -> None:
    """What references a masked column is masked like it, with its identity, without being listed, whatever keeps it."""
    rules = {**KEPT, "customers.email": "email", "orders.*": "keep"}
    assert {"public.customers.email": EMAIL, "public.orders.mail": EMAIL} == masked(rules, CUSTOMERS, ORDERS)
    rules = {**KEPT, "customers.email": "email", "orders.id": "keep", "orders.note": "redact"}
    assert EMAIL == masked(rules, CUSTOMERS, ORDERS)["public.orders.mail"]


def test_chains_circles_and_composite_keys_follow() -> None:
    """Over several tables, back to itself, and column by column in the order of the key."""
    a = table("a", "x", "y", keys=[("x,y", "b.q,p")])
    b = table("b", "p", "q", keys=[("p", "c.z"), ("q", "b.q")])
    c = table("c", "z")
    found = masked({"c.z": "email", "b.q": "hash"}, a, b, c)
    assert {
        "public.a.x": ("hash", "public.b.q"),
        "public.a.y": ("email", "public.c.z"),
        "public.b.p": ("email", "public.c.z"),
        "public.b.q": ("hash", "public.b.q"),
        "public.c.z": ("email", "public.c.z"),
    } == found
    left = table("left", "x", keys=[("x", "right.x")])
    right = table("right", "x", keys=[("x", "left.x")])
    far = table("far", "x", keys=[("x", "left.x")])
    assert ["left.x: no rule covers it (text)"] == faults({}, left, right, far)
    for rule in ("left.x", "right.x"):
        found = masked({rule: "hash"}, left, right, far)
        assert {f"public.{name}.x": ("hash", "public.left.x") for name in ("left", "right", "far")} == found


def test_a_child_of_two_keys_binds_both() -> None:
    """Both have to be covered, and in the same way."""
    a, b = table("a", "x"), table("b", "x")
    child = table("child", "x", keys=[("x", "a.x"), ("x", "b.x")])
    assert ["b.x: no rule covers it (text)"] == faults({"a.x": "email"}, a, b, child)
    assert "b.x: is masked by hash by b.x, and shares values with a.x, which is masked by email" in str(
        faults({"a.x": "email", "b.x": "hash"}, a, b, child)
    )
    same = masked({"a.x": "email", "b.x": "email"}, a, b, child)
    assert {("email", "public.a.x")} == set(same.values())


@pytest.mark.parametrize(
    ("mine", "theirs", "says"),
    [
        (
            "hash",
            "email",
            "orders.mail: is masked by hash by orders.mail, and references customers.email, which is masked",
        ),
        (
            "keep",
            "email",
            "orders.mail: is kept by orders.mail, and references customers.email, which is masked by email",
        ),
        (
            "email",
            "keep",
            "orders.mail: is masked by email by orders.mail, and references customers.email, which is kept",
        ),
        ({"mask": "email", "domain": "a.b"}, "email", "orders.mail: is masked by email by orders.mail, and references"),
        ({"mask": "email", "identity": "i"}, {"mask": "email", "identity": "j"}, "orders.mail: is masked by email by"),
        ({"mask": "email", "where": "id > 3"}, "email", "orders.mail: is masked by email where id > 3 by orders.mail"),
    ],
)
def test_a_rule_against_its_key_is_a_fault(mine: object, theirs: object, says: str) -> None:
    """Else the key would be lost, or what was masked in one table would be readable in the other."""
    rules = {**KEPT, "customers.email": theirs, "orders.mail": mine, "orders.*": "keep"}
    assert faults(rules, CUSTOMERS, ORDERS)[0].startswith(says)


def test_the_same_rule_may_be_said_twice() -> None:
    """Who lists a column that follows, and lists it right, has done nothing wrong."""
    rules = {**KEPT, "customers.email": {"mask": "email", "identity": "i"}, "orders.mail": "email", "orders.*": "keep"}
    assert {("email", "i")} == set(masked(rules, CUSTOMERS, ORDERS).values())


def test_a_pattern_that_masks_what_is_kept_is_a_fault() -> None:
    """Whoever masks all columns of a name does not mean to keep one because it references another."""
    rules = {"customers.*": "keep", "orders.*": "keep", "*.mail": "email", "orders.mail": "keep"}
    assert {} == masked(rules, CUSTOMERS, ORDERS)
    del rules["orders.mail"], rules["orders.*"]
    (fault,) = faults({**rules, "orders.id": "keep", "orders.note": "keep"}, CUSTOMERS, ORDERS)
    assert "orders.mail: is masked by email by *.mail, and references customers.email, which is kept" in fault
    assert '(write "orders.mail" = "keep" if it is meant to be kept)' in fault


def test_conditions_cannot_follow() -> None:
    """A row that references another does not have the columns that decide about that other; partitions have."""
    rules = {**KEPT, "customers.email": {"mask": "email", "where": "id > 3"}, "orders.*": "keep"}
    (fault,) = faults(rules, CUSTOMERS, ORDERS)
    assert fault.startswith(
        "customers.email: has a condition, and orders.mail, which references it, has not the columns"
    )
    part = table("part", column("id", "integer"), "email", parents=("public.whole",))
    whole = table("whole", column("id", "integer"), "email", partitioned=True)
    found = checked({"whole.id": "keep", "whole.email": {"mask": "email", "where": "id > 3"}}, whole, part)
    assert "id > 3" == found.tables["public.part"][0].where


def test_what_looks_at_other_columns_cannot_follow() -> None:
    """A key is masked by its value alone."""
    rules = {**KEPT, "customers.email": {"mask": "template", "text": "{name}@x.example"}, "orders.*": "keep"}
    assert any(
        "is masked by the help of name, which orders.mail, that references it" in f
        for f in faults(rules, CUSTOMERS, ORDERS)
    )


def test_one_key_has_one_length() -> None:
    """Results that are cut differently on both sides would not match."""
    parent = table("a", "x", uniques=())
    child = table("b", column("x", length=5), keys=[("x", "a.x")])
    assert "a.x: and b.x are of types in which redact gives different results" in str(
        faults({"a.x": "redact"}, parent, child)
    )


def test_children_follow_their_parents() -> None:
    """Partitions and inheriting tables have the parent's rule for its columns, and rules of their own for their own."""
    whole = table("whole", "mail", partitioned=True)
    part = table("part", "mail", parents=("public.whole",))
    dog = table("dog", "mail", "barks", parents=("public.animal",))
    animal = table("animal", "mail")
    found = masked({"whole.mail": "email", "animal.mail": "hash", "dog.*": "keep"}, whole, part, dog, animal)
    assert {
        "public.part.mail": ("email", "public.whole.mail"),
        "public.dog.mail": ("hash", "public.animal.mail"),
        "public.animal.mail": ("hash", "public.animal.mail"),
    } == found
    assert ["dog.barks: no rule covers it (text)"] == faults({"animal.mail": "hash"}, dog, animal)
    says = "part.mail: is kept by part.mail, and has its values from whole.mail, which is masked by email"
    assert says in str(faults({"whole.mail": "email", "part.mail": "keep"}, whole, part))


def test_a_key_of_partitions_is_one_of_the_whole() -> None:
    """Where only they reference another table, the column follows that one in the whole too."""
    whole = table("whole", "mail", partitioned=True)
    parts = [table(f"p{i}", "mail", keys=[("mail", "customers.email")], parents=("public.whole",)) for i in range(2)]
    rules = {**KEPT, "customers.email": "email"}
    found = masked(rules, CUSTOMERS, whole, *parts)
    assert dict.fromkeys(("public.customers.email", "public.p0.mail", "public.p1.mail"), EMAIL) == found
    says = "whole.mail: is kept by whole.mail, and references customers.email, which is masked by email"
    assert any(fault.startswith(says) for fault in faults({**rules, "whole.mail": "keep"}, CUSTOMERS, whole, *parts))


def test_a_child_of_two_parents_binds_both() -> None:
    """What it inherits from both under one name is one column."""
    a, b, child = table("a", "x"), table("b", "x"), table("c", "x", parents=("public.a", "public.b"))
    assert ["b.x: no rule covers it (text)"] == faults({"a.x": "hash"}, a, b, child)
    assert {("hash", "public.a.x")} == set(masked({"*.x": "hash"}, a, b, child).values())


def test_an_exact_rule_is_for_all_partitions() -> None:
    """A pattern that covers their columns too does not contradict it."""
    whole = table("whole", "mail", partitioned=True)
    part = table("part", "mail", parents=("public.whole",))
    assert {} == masked({"whole.mail": "keep", "*.mail": "email"}, whole, part)
    assert {"email"} == {way for way, _ in masked({"whole.mail": "email", "*.mail": "hash"}, whole, part).values()}


def test_generated_columns_follow_by_themselves() -> None:
    """They need no rule, and none that masks them."""
    made = table("t", column("a", generated=True), "b")
    assert {"public.t.b": ("hash", "public.t.b")} == masked({"t.b": "hash"}, made)
    assert ["t.a: is generated, and made again of what is masked (take the rule out)"] == faults(
        {"t.a": "hash", "t.b": "hash"}, made
    )
    assert {"public.t.b": ("hash", "public.t.b")} == masked({"t.*": "hash", "t.a": "keep"}, made)


def test_a_key_to_a_generated_column_cannot_be_masked() -> None:
    """What it is generated to is known to nobody."""
    made = table("t", column("a", generated=True))
    child = table("c", "x", keys=[("x", "t.a")])
    assert {} == masked({"c.x": "keep"}, made, child)
    assert "c.x: is tied by x_fkey to a generated column, and masked it would not match (keep it)" in faults(
        {"c.x": "hash"}, made, child
    )


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


def test_many_tables_take_no_time() -> None:
    """A thousand partitions that reference one another's parents are one group."""
    root = table("root", "id")
    whole = table("whole", "id", keys=[("id", "root.id")], partitioned=True)
    parts = [table(f"part_{i}", "id", keys=[("id", "root.id")], parents=("public.whole",)) for i in range(1000)]
    found = masked({"root.id": "hash"}, root, whole, *parts)
    assert {("hash", "public.root.id")} == set(found.values())
    assert 1001 == len(found)


def test_names_are_written_as_rules_take_them() -> None:
    """In quotes where SQL needs them."""
    assert 'a."B"."c d"."e""f"' == written("a", "B", "c d", 'e"f')
