"""Words, sentences, titles, and what is made of words."""

from __future__ import annotations

import pytest

from envctl.synthetic.base import Generator, Limits
from envctl.synthetic.generators.texts import FileName, Paragraph, Product, Sentence, Slug, Title, Word
from tests.synthetic.laws import LAWS, Case, Law, in_locales, named
from tests.synthetic.rows import field_of, rows, table_of, text

CASES = {
    **in_locales(Word()),
    **in_locales(Sentence(), Paragraph(), lengths=(None, 100, 30)),
    **in_locales(Paragraph(sentences=1)),
    **in_locales(Title(), lengths=(None, 20)),
    **in_locales(Product(), lengths=(None, 20)),
    **in_locales(Slug(), lengths=(None, 30)),
    **in_locales(FileName(), FileName(ending="jpg"), lengths=(None, 40)),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """They are made by the laws of all generators."""
    law(case)


def made(generator: Generator, locale: str = "en_US", length: int | None = None) -> list[str]:
    """A thousand of them."""
    table = table_of("things", text("value", length))
    return generator.make(field_of(table, "value", locale=locale), rows(table, 1000)).to_list()


def test_sentences_are_sentences() -> None:
    """They begin with a capital and end with a stop, as the language writes them."""
    assert all(value[0].isupper() and value.endswith(".") for value in made(Sentence()))
    assert all(value.endswith("。") and " " not in value for value in made(Sentence(), "ja_JP"))


def test_paragraphs_have_several_sentences() -> None:
    """From one to as many as are said."""
    assert {1, 2, 3} == {value.count(".") for value in made(Paragraph())}


@pytest.mark.parametrize(
    ("generator", "pattern"),
    [(Title(), "^[A-Z][a-z]+ [A-Z][a-z]+$"), (Product(), "^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+$")],
)
def test_names_of_things(generator: Generator, pattern: str) -> None:
    """They are a few words, each with a capital."""
    table = table_of("things", "value")
    assert generator.make(field_of(table, "value"), rows(table, 1000)).str.contains(pattern).all()


def test_slugs_are_addresses() -> None:
    """They and names of files consist of what addresses of pages may have, in whatever language."""
    table = table_of("things", "value")
    for generator, pattern in ((Slug(), "^[a-z]+-[a-z]+$"), (FileName(ending="png"), r"^[a-z]+-[a-z]+\.png$")):
        values = generator.make(field_of(table, "value", locale="ja_JP"), rows(table, 1000))
        assert values.str.contains(pattern).all()
        assert 1000 == values.n_unique()


def test_the_language_is_that_of_the_locale() -> None:
    """German words have German letters."""
    assert any("ü" in value for value in made(Sentence(), "de_DE"))


@pytest.mark.parametrize("generator", [Word(), Sentence(), Title(), FileName()])
def test_texts_that_must_be_long(generator: Generator) -> None:
    """Where a condition asks for more characters than there are, it is said before anything is made."""
    field = field_of(table_of("things", "value"), "value", Limits(shortest=500))
    assert generator.objection(field) is not None


def test_what_a_list_must_not_hold() -> None:
    """Entries that a condition forbids are left out."""
    table = table_of("things", "value")
    words = set(Word().make(field_of(table, "value"), rows(table, 5000)))
    some = tuple(sorted(words)[:100])
    kept = Word().make(field_of(table, "value", Limits(never=some)), rows(table, 5000))
    assert set() == set(some) & set(kept)
