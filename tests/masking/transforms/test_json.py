"""JSON documents."""

from __future__ import annotations

import json
import pickle
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.key import Key
from envctl.masking.transforms.base import Block, Row, Unmaskable
from envctl.masking.transforms.email import Email
from envctl.masking.transforms.json import Json
from envctl.secret import Secret
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

JSONB = Column("about", "jsonb", "json")
PATHS: dict[str, str | dict[str, Any]] = {
    "$.email": "email",
    "$.**.phone": "phone",
    "$.tags[*]": {"mask": "hash", "length": 20},
    "$.n": "noise",
    "$.b": "pick",
    "$.a.*": "null",
}
KEYS = st.one_of(st.sampled_from(["email", "phone", "tags", "n", "b", "a"]), texts())
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts())
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
ODD = (
    '{"a":1,"a":"x"}',
    '"\\ud83d"',
    '{"\\u0000":"\\u0000"}',
    "[1e400, -0, 1E5]",
    "secret",
    "[" * 3000,
    "",
    "NaN",
    '{"a":' * 300 + "1" + "}" * 300,
    '{"b":true,"n":"12.5","email":7,"phone":4930123456}',
)  # fmt: skip – a list
DOCUMENTS = st.one_of(TREES.map(json.dumps), st.sampled_from(ODD))


def document(n: int) -> str:
    """The nth of many."""
    return json.dumps({"email": f"mary{n}@shop.test", "n": n})


CASES = {
    "paths": Case(Json(paths=PATHS), JSONB, values=DOCUMENTS, many=document),
    "no path": Case(Json(), JSONB, values=DOCUMENTS, many=document, keyed=False),
    "kept otherwise": Case(
        Json(paths=PATHS, rest="keep", keys="keep"),
        values=texts(DOCUMENTS),
        many=document,
        valid=lambda text: json.loads(text) is not json,
    ),
    "beside other columns": Case(
        Json(paths={"$.**": {"mask": "template", "text": "{x}"}}, keys="hash"),
        JSONB,
        values=DOCUMENTS,
        masked={"x": st.one_of(st.none(), texts())},
    ),
}  # fmt: skip – a case a line


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Documents are masked by the laws of all transforms."""
    law(case)


def masked(value: Any, **said: Any) -> Any:
    """What becomes of a document."""
    text = value if isinstance(value, str) else json.dumps(value)
    return json.loads(Json(**said).plain(text, Row(SEED, JSONB)) or "")


def email(value: str) -> str:
    """What becomes of an address elsewhere."""
    return Email().plain(value, Row(SEED, TEXT))


def test_nothing_stays_by_itself() -> None:
    """Whatever no path covers says nothing afterwards, and is of the kind it was."""
    before = {"a": "Mary", "b": [1, 2.5, True, None], "c": {"d": {"e": "x"}}}
    assert {"a": "[redacted]", "b": [0, 0, False, None], "c": {"d": {"e": "[redacted]"}}} == masked(before)


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("$.contact.email", {"contact": {"email": "a@b.c"}}),
        ("$.tags[*]", {"tags": ["a@b.c", "d@e.f"]}),
        ("$.people.*.mail", {"people": {"x": {"mail": "a@b.c"}}}),
        ("$.**.mail", {"x": [{"y": {"mail": "a@b.c"}}]}),
        ("$.**.mail", {"mail": "a@b.c"}),
        ('$."odd.key"', {"odd.key": "a@b.c"}),
        ("$[*]", ["a@b.c"]),
        ("$", "a@b.c"),
        ("$.über", {"über": "a@b.c"}),
        ("$.**", {"x": [["a@b.c"]]}),
        ("$.contact", {"contact": {"all": ["a@b.c"]}}),
    ],
)  # fmt: skip – a list
def test_paths(path: str, before: Any) -> None:
    """A path covers what it says, wherever it is, and what is below it."""
    text = json.dumps(before)
    for address in ("a@b.c", "d@e.f"):
        text = text.replace(address, email(address))
    assert json.loads(text) == masked(json.dumps(before), paths={path: "email"})


def test_the_path_that_says_more_wins() -> None:
    """Of several paths the deepest one is taken, then the one that names more."""
    paths = {"$.a": "null", "$.a.*": "redact", "$.**.b": "keep", "$.a.b": "email"}
    assert {"a": None} == masked({"a": {"b": "x@y.z"}}, paths={"$.a": "null"})
    assert {"a": {"b": email("x@y.z")}} == masked({"a": {"b": "x@y.z"}}, paths={**paths, "$.a": "redact"})
    assert {"c": {"b": "stays"}} == masked({"c": {"b": "stays"}}, paths=paths)
    assert {"ab": "[redacted]"} == masked({"ab": "secret"}, paths={"$.a": "keep"})


def test_numbers_and_booleans_stay_what_they_are() -> None:
    """A number stays a number where its mask makes one, with all its digits, and a boolean a boolean."""
    paths = {"$.id": "hash", "$.phone": "phone", "$.price": "noise", "$.on": "pick", "$.mail": "email"}
    found = masked({"id": 7, "phone": 4930123456, "price": 9.50, "on": True, "mail": 7}, paths=paths)
    assert [int, float, bool, str] == [type(found[key]) for key in ("id", "price", "on", "mail")]
    assert 4930123456 != found["phone"]
    long = '{"n": 123456789012345678901234567890.12345678901234567890}'
    assert long == Json(paths={"$.n": "keep"}).plain(long, Row(SEED, JSONB))


def test_keys() -> None:
    """A key that looks like data is hashed, one that a path names stays, and a rule may say otherwise."""
    before = {"name": 1, "mary@shop.test": 1, "0301234567": 1, "order_12345": 1, "Mary Smith": 1}
    assert ["name"] == [key for key in masked(before) if key in before]
    assert ["name", "Mary Smith"] == [key for key in masked(before, paths={"$.Mary Smith": "keep"}) if key in before]
    assert list(before) == list(masked(before, keys="keep"))
    assert not set(before) & set(masked(before, keys="hash"))


def test_the_rest() -> None:
    """What no path covers stays only if the rule says so, and may stop everything."""
    before = {"a": "x", "b": 1}
    assert before == masked(before, rest="keep")
    assert {"a": "[redacted]", "b": 1} == masked(before, rest="keep", paths={"$.a": "redact"})
    with pytest.raises(Unmaskable) as refused:
        masked(before, rest="refuse", paths={"$.a": "keep"})
    assert str(refused.value).endswith("at or below $")
    assert before == masked(before, rest="refuse", paths={"$.a": "keep", "$.b": "keep"})
    assert {"b": None} == masked({"b": None}, rest="refuse")


@pytest.mark.parametrize("text", ["secret", "", "{'a': 1}", "[1,]", '{"a": NaN}', "[" * 5000, "[" * 300 + "]" * 300])
def test_what_cannot_be_read_does_not_pass(text: str) -> None:
    """A text that is no document, or too deep a one, is replaced as a whole, whatever the rule keeps."""
    assert "[redacted]" == masked(text, rest="keep", paths={"$.**": "keep"})
    with pytest.raises(Unmaskable):
        masked(text, rest="refuse")


def test_what_a_mask_cannot_take_does_not_pass() -> None:
    """A value that the rule of its path cannot mask is redacted, and the others beside it are masked."""
    empty = pl.DataFrame()
    values = pl.Series(['{"n": "secret"}', '{"n": 1000}', '{"n": [true]}'])
    found = Json(paths={"$.n": "noise"}, rest="keep").bulk(values, Block(SEED, JSONB, empty, empty)).to_list()
    assert ('{"n": "[redacted]"}', '{"n": [false]}') == (found[0], found[2])
    assert 1 <= abs(json.loads(found[1])["n"] - 1000) <= 100


def test_order_and_doubled_keys_stay() -> None:
    """A document goes together again in its order, with keys that it has twice."""
    text = '{"b": 1, "a": {"z": [], "y": {}}, "b": 2}'
    assert text == Json(rest="keep").plain(text, Row(SEED, JSONB))


def test_an_identity_of_a_path() -> None:
    """A value of an identity is masked as that identity is elsewhere, in both ways."""
    key = Key(Secret("a key of the tests, long enough"))
    there = key.seed("customer.email")
    way = Json(paths={"$.email": {"mask": "email", "identity": "customer.email"}, "$.other": "email"})
    assert ("customer.email",) == way.identities
    text = '{"email": "a@b.c", "other": "a@b.c"}'
    expected = {"email": Email().plain("a@b.c", Row(there, TEXT)), "other": email("a@b.c")}
    assert expected == json.loads(way.plain(text, Row(SEED, JSONB, seeds={"customer.email": there})) or "")
    empty = pl.DataFrame()
    block = Block(SEED, JSONB, empty, empty, {"customer.email": there})
    assert [expected] == [json.loads(found) for found in way.bulk(pl.Series([text]), block)]
    with pytest.raises(KeyError):
        way.plain(text, Row(SEED, JSONB))


def test_one_shift_for_a_person() -> None:
    """A mask inside a document may look at other columns, before and after masking."""
    way = Json(paths={"$.born": {"mask": "shift", "by": "id"}, "$.name": {"mask": "template", "text": "{name}"}})
    assert (("id",), ("name",)) == (way.reads, way.follows)


@pytest.mark.parametrize(
    "paths",
    [
        {"email": "email"},
        {"$.a[0]": "email"},
        {"$..a": "email"},
        {"$.a.": "email"},
        {"$.a": "emial"},
        {"$.a": {}},
        {"$.a": {"mask": "email", "colour": 1}},
        {"$.a": {"mask": "email", "identity": ""}},
        {"$.a": {"mask": 1}},
        {"$.a": {"mask": "json", "paths": {"b": "email"}}},
    ],
)  # fmt: skip – a list
def test_paths_and_rules_that_are_none(paths: dict[str, Any]) -> None:
    """A path of another form, an unknown mask and an unknown setting are refused when the policy is read."""
    with pytest.raises(ValidationError):
        Json(paths=paths)


def test_a_document_in_a_text_in_a_document() -> None:
    """A text in a document may be a document itself."""
    way = {"$.raw": {"mask": "json", "paths": {"$.mail": "email"}}}
    found = masked({"raw": json.dumps({"mail": "a@b.c", "x": "y"})}, paths=way)
    assert {"mail": email("a@b.c"), "x": "[redacted]"} == json.loads(found["raw"])


def test_a_document_that_stays() -> None:
    """Where there is nothing to mask a document stays as it is, and it says so, for that is no leak."""
    assert Json().partial
    documents: list[Any] = [{}, [None], {"a": []}]
    assert documents == [masked(document) for document in documents]


def test_a_rule_that_was_used_goes_to_other_processes() -> None:
    """What a rule remembers of paths is no part of it: it stays equal to itself, and can be sent."""
    used, fresh = Json(paths=PATHS), Json(paths=PATHS)
    assert used.plain('{"email": "a@b.c"}', Row(SEED, JSONB)) == pickle.loads(pickle.dumps(used)).plain(
        '{"email": "a@b.c"}', Row(SEED, JSONB)
    )
    assert fresh == used
