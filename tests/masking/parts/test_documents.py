"""JSON documents that come apart and go together again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.parts.documents import Leaf, NoDocument, Number, closed, family_of, known_part, mapped, opened, path

LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)), max_leaves=10
)


def untouched(text: str) -> str:
    """A document that came apart and went together again."""
    return closed(mapped(opened(text), lambda value, _: value, lambda _: False, lambda key: key))


@given(TREES)
def test_there_and_back(tree: Any) -> None:
    """A document is the same afterwards, but for NUL, which no text of Postgres holds."""
    text = json.dumps(tree, ensure_ascii=False)
    assert json.loads(text.replace("\\u0000", "\ufffd")) == json.loads(untouched(text))


@pytest.mark.parametrize("number", ["0", "-0", "1E400", "0.10", "123456789012345678901234567890.5", "9" * 5000])
def test_numbers_keep_their_digits(number: str) -> None:
    """A number is written as it was, however long it is."""
    assert f"[{number}]" == untouched(f"[{number}]")


def test_keys_that_are_there_twice() -> None:
    """Both stay, in their order."""
    assert '{"b": 1, "a": 2, "b": 3}' == untouched('{"b":1,"a":2,"b":3}')


def test_half_characters() -> None:
    """Half of a character is no text: a question mark stands for it."""
    assert '"?"' == untouched('"\\ud83d"')
    assert '"😀"' == untouched('"\\ud83d\\ude00"')


@pytest.mark.parametrize(
    "text", ["", "secret", "{", "[1,]", "NaN", "[-Infinity]", "'a'", '"\t"', "[" * 100_000, "\ufeff1"]
)
def test_what_is_no_document(text: str) -> None:
    """It is refused without being repeated."""
    with pytest.raises(NoDocument) as refused:
        opened(text)
    assert not text or text not in str(refused.value)


def test_too_deep_a_document() -> None:
    """Two hundred levels are looked through, and more are refused."""
    assert "[" * 200 + "]" * 200 == untouched("[" * 200 + "]" * 200)
    with pytest.raises(NoDocument):
        untouched("[" * 300 + "]" * 300)


def test_leaves_become_what_they_were_made() -> None:
    """A leaf in a document is written as what it became."""
    assert '{"a": "x", "b": [null, 1.50, true]}' == closed(
        mapped(
            opened('{"a": 1, "b": [2, 3, 4]}'),
            lambda value, where: Leaf(value, where, {"1": "x", "2": None, "3": Number("1.50"), "4": True}[value]),
            lambda _: False,
            lambda key: key,
        )
    )


@pytest.mark.parametrize(
    ("text", "covers", "not_"),
    [
        ("$.a", ['."a"', '."a"."b"', '."a"[]'], ["", '."ab"', '."b"."a"']),
        ("$.a.*", ['."a"."x"'], ['."a"', '."a"[]']),
        ("$.a[*].b", ['."a"[]."b"'], ['."a"."b"']),
        ("$.**.a", ['."a"', '."x"[]."a"'], ['."xa"', '."x"']),
        ('$."a.b"', ['."a.b"'], ['."a"."b"']),
        ("$", ["", '."x"'], []),
    ],
)  # fmt: skip – a list
def test_paths(text: str, covers: list[str], not_: list[str]) -> None:
    """A path covers what it says and all below, and nothing whose name only begins like it."""
    found = path(text)
    assert [True] * len(covers) == [bool(found.pattern.match(where)) for where in covers]
    assert [False] * len(not_) == [bool(found.pattern.match(where)) for where in not_]


@pytest.mark.parametrize("text", ["", "a", ".a", "$a", "$.", "$.a.", "$..a", "$.a[0]", "$[a]", "$.a b[", '$."a'])
def test_paths_that_are_none(text: str) -> None:
    """A path of another form is refused with the forms that there are."""
    with pytest.raises(ValueError, match="is no path: write"):
        path(text)


def test_what_a_value_is_to_a_transform() -> None:
    """A text is a text if that is taken, a number whole if that is, and a boolean nothing else."""
    assert "text" == family_of("x", frozenset({"text", "integer"}))
    assert "date" == family_of("x", frozenset({"date", "boolean"}))
    assert ["integer", "number"] == [family_of(Number(n), frozenset({"integer", "number"})) for n in ("-5", "5.0")]
    assert "text" == family_of(Number("5.0"), frozenset({"integer", "text"}))
    assert [None, "boolean"] == [family_of(True, frozenset({"text", name})) for name in ("text", "boolean")]


@pytest.mark.parametrize(
    ("where", "told"),
    [("", "$"), ('."a"[]."b"', "$.a[*].b"), ('."a"."mary"."b"', "$.a"), ('."mary"', "$"), ("[][]", "$[*][*]")],
)
def test_what_is_told_of_a_place(where: str, told: str) -> None:
    """A key that the rule does not name may be data itself, and nothing behind it is told."""
    assert told == known_part(where, frozenset({"a", "b"}))
