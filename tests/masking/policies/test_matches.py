"""Which columns a rule means, and which of several rules counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.masking.policies.tables import CUSTOMERS, KEPT, column, faults, masked, table


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


def test_generated_columns_follow_by_themselves() -> None:
    """They need no rule, and none that masks them."""
    made = table("t", column("a", generated=True), "b")
    assert {"public.t.b": ("hash", "public.t.b")} == masked({"t.b": "hash"}, made)
    assert ["t.a: is generated, and made again of what is masked (take the rule out)"] == faults(
        {"t.a": "hash", "t.b": "hash"}, made
    )
    assert {"public.t.b": ("hash", "public.t.b")} == masked({"t.*": "hash", "t.a": "keep"}, made)
