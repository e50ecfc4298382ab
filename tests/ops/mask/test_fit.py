"""Rules held against a schema: every problem, and lines that mend it."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.masking.policies.policy import Checked
from envctl.ops.mask.fit import Misfit, compare, escaped, fitting, policy_of, refusal
from envctl.workload import Masking
from tests.masking.policies.tables import column, policy, table, unique

CUSTOMERS = table(
    "customers", column("id", "integer", counted=True), "email", "full_name", "spot\u00a0x", uniques=(unique("email"),)
)
ORDERS = table(
    "orders", column("id", "integer", counted=True), "customer_mail", keys=[("customer_mail", "customers.email")]
)
SCHEMA = Catalogue((CUSTOMERS, ORDERS))


def masking(columns: dict[str, Any], **more: str) -> Masking:
    """What a stack file says."""
    return Masking(json.dumps({"columns": columns, **more}), "KEY")


def misfit(columns: dict[str, Any]) -> Misfit:
    """What is wrong with rules that can be read."""
    found = compare("shop", policy(columns), SCHEMA)
    assert isinstance(found, Misfit)
    return found


def test_what_is_proposed_is_what_is_suggested() -> None:
    """By names and types, so that the patch is more than something that hides everything."""
    assert {
        "customers.id": "keep",
        "customers.email": "email",
        "customers.full_name": "name",
        'customers."spot\u00a0x"': "redact",
        "orders.id": "keep",
    } == tomllib.loads(misfit({}).patch)


def test_the_patch_mends_it() -> None:
    """Pasted as it is printed, also where a name holds what a terminal would not show."""
    error = refusal((misfit({"customers.id": "keep"}),))
    assert error.data is not None
    (text,) = error.data["patch"].values()  # type: ignore[attr-defined]
    assert text.replace("\n", "").isprintable()
    whole = policy({"customers.id": "keep", **tomllib.loads(text)})
    assert isinstance(compare("shop", whole, SCHEMA), Checked)


def test_every_problem_is_named() -> None:
    """Of the rules, and of the columns that none covers; then what to paste and what to run."""
    rules = {"customers.mail": "email", "orders.*": "keep", "customers.full_name": "keep"}
    error = refusal((misfit(rules),))
    assert (Exit.DATA_REFUSED, "No data was moved, and nothing was changed.") == (error.code, error.unchanged)
    *problems, patch = error.details
    assert f"the rules of masking do not fit the data: {len(problems)} problems in shop" == error.message
    assert "customers.mail: there is no such column (did you mean customers.email?)" in problems
    assert any(problem.startswith("customers.email: no rule covers it") for problem in problems)
    assert "\n# into [data.shop.mask.columns]\n" in patch
    assert "Paste these lines, look at each of them, then run `envctl mask check` again." == error.hint
    assert error.data is not None
    assert {"data", "at", "what", "hint", "table", "column"} == set(error.data["problems"][0])  # type: ignore[index]


def test_a_line_that_is_a_comment_is_somebodys_to_decide() -> None:
    """What nothing masks is not proposed to be kept: pasting alone does not mend it, and the hint says so."""
    odd = Catalogue((table("films", column("words", "other", type="tsvector", nullable=False)),))
    found = compare("shop", policy({}), odd)
    assert isinstance(found, Misfit)
    assert {} == tomllib.loads(found.patch)
    assert "decide about those that are comments, then run" in refusal((found,)).hint


def test_several_are_told_apart() -> None:
    """Each problem says whose it is, and each patch into which section it goes."""
    one = misfit({})
    error = refusal((one, Misfit("other", one.faults[:1])), "run something else.")
    assert any(line.startswith("shop: customers.email") for line in error.details)
    assert any(line.startswith("other: ") for line in error.details)
    assert "in shop, other" in error.message
    assert error.hint.endswith("then run something else.")


def test_without_a_patch_rules_are_to_be_mended() -> None:
    """Lines are for columns that no rule covers only."""
    error = refusal((Misfit("shop", misfit({}).faults[:1]),))
    assert "1 problem in shop" in error.message
    assert error.hint.startswith("Mend the rules of shop, then")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"customers.email": "emial"}, "did you mean email?"),
        ({"customers.email": {"mask": "email", "domian": "a.example"}}, "did you mean domain?"),
        ({"email": "email"}, "has 1 part"),
    ],
)
def test_rules_that_nobody_can_read_need_no_schema(rules: dict[str, Any], said: str) -> None:
    """They are wrong whatever it is."""
    found = policy_of("shop", masking(rules))
    assert isinstance(found, Misfit)
    assert said in str(found.faults[0])
    with pytest.raises(EnvctlError, match="do not fit") as caught:
        fitting("shop", masking(rules), SCHEMA)
    assert Exit.DATA_REFUSED == caught.value.code


def test_what_fits_is_known_column_by_column() -> None:
    """Foreign keys follow."""
    rules = {"customers.email": "email", "customers.*": "keep", "orders.id": "keep"}
    found = fitting("shop", masking(rules), SCHEMA)
    assert ["email"] == [rule.column.name for rule in found.tables["public.customers"]]
    assert ["customer_mail"] == [rule.column.name for rule in found.tables["public.orders"]]
    assert ("id",) == found.kept["public.orders"]


def test_what_is_escaped_means_the_same() -> None:
    """Lines stay lines."""
    text = '"a\u00a0b\u202e" = "keep"  # x\n"c" = 1\n'
    assert "\u00a0" not in escaped(text)
    assert tomllib.loads(text) == tomllib.loads(escaped(text))
