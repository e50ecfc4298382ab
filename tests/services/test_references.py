"""`${service.attribute}`, and everything that only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.services.references import Reference, parse, references, resolve
from envctl.text import Password, Text, text


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("", ()),
        ("${db.url}", (Reference("db", "url"),)),
        ("a${db.url}b${c.port}", ("a", Reference("db", "url"), "b", Reference("c", "port"))),
        ("$${db.url}", ("${", "db.url}")),
        ("$$${db.url}", ("$", "${", "db.url}")),
        ("$${}${db.url}", ("${", "}", Reference("db", "url"))),
        ("${HOME} $HOME ${a:-b} $$ ${a.b.c} ${ a.b } ${.b} ${a.} $", None),
        ("${${db.url}}", ("${", Reference("db", "url"), "}")),
    ],
)
def test_only_one_form_is_a_reference(value: str, parts: tuple[str | Reference, ...] | None) -> None:
    """`$${` is a literal `${`, any other `$` is itself."""
    assert (parts if parts is not None else (value,)) == parse(value)


@given(st.text(alphabet="${}.ab-_ \n", max_size=30))
def test_what_is_no_reference_stays_byte_for_byte(value: str) -> None:
    """Writing the parts again gives the text, but for `$${`."""
    again = "".join(str(part) if isinstance(part, Reference) else part for part in parse(value))
    assert value.replace("$${", "${") == again


@given(st.text(max_size=20))
def test_any_text_can_be_written_literally(value: str) -> None:
    """With every `${` written as `$${`, nothing is a reference and the text is what it was."""
    if value.endswith("$"):
        return  # what follows the text decides
    written = value.replace("${", "$${")
    assert () == references(written)
    assert value == str(resolve(written, lambda service, attribute: text("answered")))


def test_an_answer_keeps_its_holes() -> None:
    """A password that is referred to stays a hole."""
    answered = resolve("x:${db.password}@", lambda service, attribute: text(Password(service)))
    assert Text(("x:", Password("db"), "@")) == answered
