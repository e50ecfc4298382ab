"""Placeholders in texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.seeds.rows.templates import BadTemplate, Path, parse, paths


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("plain $5 }", ("plain $5 }",)),
        ("${id}", (Path(("id",)),)),
        ("no ${ Id } of ${who_id.Email}!", ("no ", Path(("id",)), " of ", Path(("who_id", "email")), "!")),
        ('${"Odd } name"."x""y"}', (Path(("Odd } name", 'x"y')),)),
        ("$${id} ${id}${a}", ("${id} ", Path(("id",)), Path(("a",)))),
        ("$$${id}", ("$${id}",)),
        ("$${", ("${",)),
    ],
)  # fmt: skip
def test_a_text_has_pieces(text: str, pieces: tuple[str | Path, ...]) -> None:
    """Names are read as Postgres reads them, `$${` is a plain `${`, and any other sign is itself."""
    assert pieces == parse(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_characters="\0$", codec="utf-8"), min_size=1),
            st.text(min_size=1).filter(lambda t: "\0" not in t).map(lambda name: Path((name,))),
        ),
        max_size=6,
    )
)
def test_what_is_written_is_read(pieces: list[str | Path]) -> None:
    """Whatever a column is called, quoted as SQL does it, its placeholder means it and nothing around it changes."""
    text = "".join(map(str, pieces))
    assert text == "".join(map(str, parse(text)))
    assert [piece for piece in pieces if isinstance(piece, Path)] == list(paths({"a": [text]}))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a ${id", "the ${ at character 3 is not closed"),
        ("${", "the ${ at character 1 is not closed"),
        ('${"id}', "what stands in the ${…} at character 1 is no name of a column"),
        ("${}", "what stands in the ${…} at character 1 is no name of a column"),
        ("${a.}", "what stands in the ${…} at character 1 is no name of a column"),
        ("${a b}", "what stands in the ${…} at character 1 is no name of a column"),
        (f"${{{'.'.join('abcdefghi')}}}", "goes through more than 8 columns at character 1"),
        ("a\0b", "holds a NUL character, which no text of a database can"),
    ],
)
def test_what_is_no_template_is_said(text: str, wrong: str) -> None:
    """With the place."""
    with pytest.raises(BadTemplate) as refused:
        parse(text)
    assert wrong == str(refused.value)
