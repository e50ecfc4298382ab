"""Every branch gets a name of its own that fits everywhere it is used."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.planning.names import LONGEST, by_hand, environment_name, of_branch

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
DNS_LABEL = 63
MANY = settings(max_examples=10_000)

HOSTILE = (
    "main", "Main", "MAIN",
    "feature/a", "feature-a", "feature.a", "feature_a", "Feature/A", "feature/a/", "feature//a",
    "-", "--", "/", ".", "", " ", "\n", "a\n", "a", "'a'", '"a"', "$(a)", "`a`", "a;b", "a b",
    "😀", "😁", "ä", "a\u0308", "Ä", "İ", "ß", "ss", "漢字",
    "x" * 250, "x" * 251, "x" * 249 + "y", "caf\udce9", "caf\udcea",
    "a/b-c", "a-b/c", "a-12345678", "branch",
)  # fmt: skip


def refs() -> st.SearchStrategy[str]:
    """Any text, bytes that are no UTF-8 included, as git may name a branch."""
    return st.binary(max_size=300).map(lambda raw: "refs/heads/" + raw.decode("utf-8", "surrogateescape"))


@MANY
@given(refs())
def test_a_name_fits_every_place_it_goes_to(ref: str) -> None:
    """A DNS label, alone and after the longest name of a project."""
    name = environment_name(ref)
    assert LABEL.fullmatch(name)
    assert LONGEST >= len(name)
    assert DNS_LABEL >= len(Identity("p" * 30, name).full)


@given(refs())
def test_a_name_can_be_typed(ref: str) -> None:
    """What `ls` shows can be given to `--env`, and means the same environment."""
    drawn = of_branch("shop", ref)
    assert drawn.full == by_hand("shop", drawn.name).full


def alike() -> st.SearchStrategy[tuple[str, str]]:
    """Two refs that a careless fold would make one: they differ in case, separators or the far end only."""
    separators = st.sampled_from(["/", "-", ".", "_", "--", " ", "ä"])
    words = st.lists(st.text("abAB1", min_size=1, max_size=60), min_size=1, max_size=5)

    def joined(parts: list[str]) -> st.SearchStrategy[str]:
        spelled = st.tuples(*(st.sampled_from([part, part.upper(), part.lower()]) for part in parts))
        return st.builds(lambda between, some: "refs/heads/" + between.join(some), separators, spelled)

    return words.flatmap(lambda parts: st.tuples(joined(parts), joined(parts)))


@MANY
@given(st.one_of(st.tuples(refs(), refs()), alike()))
def test_two_branches_have_two_names(two: tuple[str, str]) -> None:
    """However alike they look."""
    one, other = two
    assert (one == other) == (environment_name(one) == environment_name(other))


def test_hostile_branches_have_names_of_their_own() -> None:
    """Those too that a fold alone would make one."""
    names = {branch: environment_name(f"refs/heads/{branch}") for branch in HOSTILE}
    assert len(set(HOSTILE)) == len(set(names.values())), names


def test_a_branch_and_a_tag_of_one_name_are_two_environments() -> None:
    """The whole ref counts."""
    assert environment_name("refs/heads/v1") != environment_name("refs/tags/v1")


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("refs/heads/main", "main-f921bd05"),
        ("refs/heads/feature/a", "feature-a-1901a3ac"),
        ("refs/heads/Feature/A", "feature-a-e92d39c1"),
        ("refs/heads/😀", "branch-657c83fb"),
        ("refs/heads/" + "x" * 250, "xxxxxxxxxxxxxxxxxxxxxxx-8107aaa9"),
    ],
)
def test_names_never_change(ref: str, name: str) -> None:
    """Another version of envctl finds the environments that this one made."""
    assert name == environment_name(ref)


@pytest.mark.parametrize("name", ["a", "1", "a-b", "a--b", "x" * 32])
def test_a_name_by_hand_is_taken_as_it_is(name: str) -> None:
    """Within the alphabet, up to the longest; no branch goes with it."""
    assert Identity("shop", name, None) == by_hand("shop", name)


@pytest.mark.parametrize(
    "name", ["", "-", "-a", "a-", "A", "a_b", "a.b", "a/b", "a b", "a\n", "ä", "😀", "x" * 33, "\udce9"]
)
def test_what_cannot_be_a_name_is_refused_with_one_that_can(name: str) -> None:
    """The suggestion is itself valid, and the message printable."""
    with pytest.raises(EnvctlError) as caught:
        by_hand("shop", name)
    assert Exit.USAGE == caught.value.code
    suggestion = re.search(r"`--env (.+)`", caught.value.hint)
    assert suggestion is not None
    assert suggestion[1] == by_hand("shop", suggestion[1]).name
    caught.value.message.encode()


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_name_or_gets_a_valid_suggestion(name: str) -> None:
    """Nothing else happens."""
    try:
        by_hand("shop", name)
    except EnvctlError as refused:
        by_hand("shop", refused.hint.partition("--env ")[2].partition("`")[0])
