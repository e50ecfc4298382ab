"""What is masked like another column: by keys, and by parents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Catalogue, Column
from envctl.masking.policies.policy import Checked, Problems, check
from tests.masking.policies.tables import CUSTOMERS, EMAIL, KEPT, ORDERS, checked, column, faults, masked, policy, table


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


@pytest.mark.parametrize(
    ("here", "there", "doubtful"),
    [
        (column("x", caseless=True), column("x", caseless=True), True),
        (column("x", type="character(9)", fixed=True), column("x", type="text"), True),
        (column("x", type="character(9)", fixed=True), column("x", type="character(9)", fixed=True), False),
        (column("x", type="text"), column("x", type="character varying"), False),
        (column("x", "number", type="numeric"), column("x", "number", type="numeric"), True),
        (column("x", "number", type="numeric(9,2)"), column("x", "number", type="numeric(9,3)"), True),
        (column("x", "number", type="numeric(9,2)"), column("x", "number", type="numeric(9,2)"), False),
    ],
)
def test_what_is_equal_may_be_written_differently(here: Column, there: Column, doubtful: bool) -> None:
    """Keys of 1.0 and 1.00, or A and a, match, and what they are masked to may not: that is said."""
    tables = table("a", here), table("b", there, keys=[("x", "a.x")])
    said = [
        str(warning) for warning in checked({"a.x": "noise" if here.family == "number" else "email"}, *tables).warnings
    ]
    assert doubtful == any(one.startswith("a.x: is part of a foreign key: values that are equal") for one in said)


def test_children_follow_their_parents() -> None:
    """Partitions and inheriting tables have the parent's rule for its columns, and rules of their own for their own."""
    whole = table("whole", "mail", partitioned=True)
    part = table("part", "mail", parents=("public.whole",))
    dog = table("dog", "mail", "barks", parents=("public.animal",))
    animal = table("animal", "mail")
    found = masked({"whole.mail": "email", "animal.mail": "hash", "dog.*": "keep"}, whole, part, dog, animal)
    assert {
        "public.whole.mail": ("email", "public.whole.mail"),
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
    assert (
        dict.fromkeys([f"public.{one}" for one in ("customers.email", "whole.mail", "p0.mail", "p1.mail")], EMAIL)
        == found
    )
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


def test_a_key_to_a_generated_column_cannot_be_masked() -> None:
    """What it is generated to is known to nobody."""
    made = table("t", column("a", generated=True))
    child = table("c", "x", keys=[("x", "t.a")])
    assert {} == masked({"c.x": "keep"}, made, child)
    assert "c.x: is tied by x_fkey to a generated column, and masked it would not match (keep it)" in faults(
        {"c.x": "hash"}, made, child
    )


def test_many_tables_take_no_time() -> None:
    """A thousand partitions that reference one another's parents are one group."""
    root = table("root", "id")
    whole = table("whole", "id", keys=[("id", "root.id")], partitioned=True)
    parts = [table(f"part_{i}", "id", keys=[("id", "root.id")], parents=("public.whole",)) for i in range(1000)]
    found = masked({"root.id": "hash"}, root, whole, *parts)
    assert {("hash", "public.root.id")} == set(found.values())
    assert 1002 == len(found)


NAMES = ("a", "b", "c", "d")
LINKS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=5)
RULES = st.dictionaries(
    st.sampled_from([*(f"{name}.x" for name in NAMES), "*.x", "a.*", "b.*"]), st.sampled_from(["keep", "email", "hash"])
)


@given(LINKS, LINKS, RULES, st.sampled_from(["keep", "refuse"]))
def test_what_has_no_fault_holds_together(
    keys: list[tuple[str, str]], parents: list[tuple[str, str]], rules: dict[str, str], unlisted: str
) -> None:
    """Each column is masked or kept, never neither, and on both sides of a key by the same way and identity."""
    tables = [
        table(
            name,
            "x",
            keys=[("x", f"{other}.x") for one, other in keys if one == name],
            parents=tuple(f"public.{other}" for one, other in parents if one == name and other > name),
        )
        for name in NAMES
    ]
    found = check(policy(rules, unlisted=unlisted), Catalogue(tuple(tables)))
    if isinstance(found, Problems):
        assert found.faults
        return
    ways = {made.name: done(made.full, found) for made in tables}
    linked = [*keys, *((one, other) for one, other in parents if other > one)]
    assert [] == [pair for pair in linked if ways[pair[0]] != ways[pair[1]]]
    said = {name: rules[f"{name}.x"] for name in NAMES if f"{name}.x" in rules}
    assert said == {name: ways[name][0] for name in said}


def done(full: str, found: Checked) -> tuple[str, str]:
    """What becomes of a table's only column, and its identity."""
    masks, kept = found.tables[full], found.kept[full]
    assert 1 == len(masks) + len(kept)
    return (masks[0].transform.name, masks[0].identity) if masks else ("keep", "")
