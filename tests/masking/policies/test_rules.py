"""What a policy says, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.masking.policies.rules import ANY, Bad, Fault, Policy, Rule, nearest, parse, rule_of, transform_of
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.email import Email
from envctl.masking.transforms.keep import Keep


def policy(columns: dict[str, Any], **more: str) -> Policy:
    """A policy without a fault."""
    found = parse({"columns": columns, **more})
    assert isinstance(found, Policy), found
    return found


def fault(columns: Any, **more: Any) -> str:
    """The only thing that is wrong."""
    found = parse({"columns": columns, **more})
    assert isinstance(found, tuple), found
    assert 1 == len(found), found
    return str(found[0])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("customers.email", ("", "customers", "email")),
        ("Customers.EMAIL", ("", "customers", "email")),
        ("shop.customers.email", ("shop", "customers", "email")),
        ('"Odd.Table"."e mail"', ("", "Odd.Table", "e mail")),
        ('a . "b""c" ."*"', ("a", 'b"c', "*")),
        ("orders.*", ("", "orders", ANY)),
        ("*.email", ("", ANY, "email")),
        ("shop.*.email", ("shop", ANY, "email")),
        ("*.orders.*", (ANY, "orders", ANY)),
        ("Käufer.straße-nr", ("", "käufer", "straße-nr")),
    ],
)
def test_names_are_those_of_sql(text: str, names: tuple[str | None, ...]) -> None:
    """Capitals count only in quotes, where dots and stars are letters like others."""
    rule = rule_of(text, "keep")
    assert isinstance(rule, Rule)
    assert names == (rule.schema, rule.table, rule.column)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("email", "has 1 parts"),
        ("a.b.c.d", "has 4 parts"),
        ("", "is no name of a column"),
        ("a.", "is no name of a column"),
        (".b", "is no name of a column"),
        ("a b.c", "is no name of a column"),
        ('"a.b', "is no name of a column"),
        ('""."b"', "is no name of a column"),
        ("*.*", "covers everything, also what nobody has looked at"),
        ("shop.*.*", "covers everything, also what nobody has looked at"),
    ],
)
def test_what_is_no_name_is_a_fault(text: str, says: str) -> None:
    """A rule that could be read in two ways is read in none."""
    assert f"{text}: {says}" in fault({text: "keep"})


def test_a_rule_may_be_a_word_or_a_table() -> None:
    """With the settings of its transform, an identity and a condition."""
    said = {"mask": "email", "domain": "test.example", "identity": "customer.email", "where": "id > 3"}
    rule = rule_of("a.b", said)
    assert Rule("", "a", "b", Email(domain="test.example"), "customer.email", "id > 3", "a.b") == rule
    assert Rule("", "a", "b", Email(), text="a.b") == rule_of("a.b", "email")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("emial", "a.b: is masked by 'emial', which nobody knows (did you mean email?)"),
        ("qqqqq", "a.b: is masked by 'qqqqq', which nobody knows (known: "),
        ({"mask": "email", "domian": "x.example"}, "a.b: has the setting domian, which email does not know"),
        ({"mask": "email", "domain": "no domain"}, "a.b: has a wrong domain for email: string should match pattern"),
        ({"mask": "email", "domain": 3}, "a.b: has a wrong domain for email: input should be a valid string"),
        ({"mask": "template"}, "a.b: lacks the setting text of template"),
        ({"domain": "x.example"}, "a.b: does not say how it is masked"),
        ({"mask": 3}, "a.b: has no text as mask"),
        ({"mask": "email", "identity": " "}, "a.b: has no text as identity"),
        ({"mask": "email", "where": True}, "a.b: has no text as where"),
        ({"mask": "keep", "where": "id > 3"}, "a.b: keeps every value, so that where says nothing"),
        (True, "a.b: must be a word or a table"),
        (["email"], "a.b: must be a word or a table"),
    ],
)  # fmt: skip
def test_what_nobody_understands_is_a_fault(value: Any, says: str) -> None:
    """It names the rule and says what was probably meant."""
    assert fault({"a.b": value}).startswith(says)


def test_one_column_has_one_rule() -> None:
    """However its name is written."""
    assert '"a".b: means the same as A.b (take one of them out)' == fault({"A.b": "email", '"a".b': "keep"})


def test_all_faults_are_said_at_once() -> None:
    """Whoever writes a policy corrects it in one go."""
    found = parse({"columns": {"a": "keep", "a.b": "no"}, "unlisted": "maybe", "colums": {}})
    assert isinstance(found, tuple)
    assert ["colums", "unlisted", "a", "a.b"] == [fault.at for fault in found]


def test_what_is_not_said_is_refused() -> None:
    """Unlisted columns, large objects, foreign tables: only whoever says so lets them pass."""
    assert Policy() == parse({})
    assert Policy(unlisted="keep", large_objects="keep", foreign_tables="keep") == policy(
        {}, unlisted="keep", large_objects="keep", foreign_tables="keep"
    )
    assert "large_objects: is True, and can be refuse or keep" == fault({}, large_objects=True)
    assert "columns: must be a table of rules" in fault(["a.b"])


def test_the_digest_is_of_what_is_said() -> None:
    """Order, capitals and defaults make no difference; everything that changes a value does."""
    one = policy({"a.b": "email", "c.*": "keep"})
    assert one.digest == policy({"C.*": {"mask": "keep"}, "a.b": {"mask": "email", "domain": "example.com"}}).digest
    others = [
        policy({"a.b": "email"}),
        policy({"a.b": "email", "c.*": "redact"}),
        policy({"a.b": {"mask": "email", "domain": "x.example"}, "c.*": "keep"}),
        policy({"a.b": {"mask": "email", "identity": "i"}, "c.*": "keep"}),
        policy({"a.b": {"mask": "email", "where": "i > 1"}, "c.*": "keep"}),
        policy({"s.a.b": "email", "c.*": "keep"}),
        policy({'a."*"': "email", "c.*": "keep"}),
        policy({"a.b": "email", "c.*": "keep"}, unlisted="keep"),
        policy({"a.b": "email", "c.*": "keep"}, large_objects="keep"),
    ]
    digests = [one.digest, *(other.digest for other in others)]
    assert len(digests) == len(set(digests))
    assert 64 == len(one.digest)


def test_the_higher_rank_says_more() -> None:
    """One column before a table, a table before a name, and a schema before none."""
    texts = ["s.a.b", "*.a.b", "s.a.*", "*.a.*", "s.*.b", "*.b"]
    rules = [rule_of(text, "keep") for text in texts]
    ranks = [rule.rank for rule in rules if isinstance(rule, Rule)]
    assert len(texts) == len(ranks)
    assert sorted(ranks, reverse=True) == ranks
    assert len(ranks) == len(set(ranks))


def test_every_way_is_known_by_its_name() -> None:
    """The registry's words are those of the ways themselves."""
    assert {"email", "keep"} <= set(TRANSFORMS)
    assert Keep() == transform_of("keep")
    assert isinstance(transform_of("nothing like it"), Bad)


def test_the_nearest_is_guessed() -> None:
    """By letters, and by nothing where none is near."""
    known = {"customers.email": "customers.email", "customers.EMail": 'customers."EMail"'}
    assert "customers.email" == nearest("customer.emial", {"customers.email": "customers.email"})
    assert 'customers."EMail"' == nearest("customers.email", {"customers.EMail": known["customers.EMail"]})
    assert "" == nearest("zzz", known)


def test_a_fault_reads_well() -> None:
    """Where, what, and what to do."""
    assert "a.b: is wrong (change it)" == str(Fault("a.b", "is wrong", "change it"))
    assert "a.b: is wrong" == str(Fault("a.b", "is wrong"))
