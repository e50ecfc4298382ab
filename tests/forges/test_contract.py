"""What every forge answers: one suite for all kinds, against a made-up one that speaks their dialects."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest

from envctl.forge import Comment, Pull, Refused, Unknown
from envctl.world.http import Limits
from tests.forges.made_up import (
    GITHUB,
    ME,
    OTHER,
    PATH,
    QUICK,
    TOKEN,
    Handler,
    Ill,
    MadeUp,
    dripping,
    half,
    made_up,
    says,
    silent,
)

REF = "refs/heads/feature/a"
DONE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def refusal(answer: object) -> Refused:
    assert isinstance(answer, Refused)
    assert TOKEN not in answer.why
    return answer


def test_pull_requests_are_found_by_branch(there: MadeUp) -> None:
    """Open, merged and closed ones, through all pages, with the moment at which each came to its end."""
    there.pulls = [(n, "feature/a", state, False) for n, state in enumerate(["open", "merged", "closed"] * 2, 1)]
    there.pulls += [(9, "feature-a", "merged", False)]
    found = there.forge().pulls(REF)
    assert not isinstance(found, Unknown)
    assert ["open", "merged", "closed"] * 2 == [pull.state for pull in found]
    assert [None, DONE, DONE] * 2 == [pull.closed for pull in found]
    first = found[0]
    assert Pull(1, "open", REF, f"{1:040x}", None, first.url) == first
    assert re.fullmatch(rf"{there.base}/{PATH}/(pull|-/merge_requests)/1", first.url)
    assert 3 == len(there.asked)


def test_a_fork_s_branch_of_the_same_name_is_another(there: MadeUp) -> None:
    """Its merged pull request says nothing of our branch."""
    there.pulls = [(1, "feature/a", "merged", True)]
    assert () == there.forge().pulls(REF)


@pytest.mark.parametrize("name", ["a&state=open", "a b", "ä/ö", "a#1", "a?x=%2F", "a:b", "a+b", "%41"])
def test_a_branch_s_name_is_data(there: MadeUp, name: str) -> None:
    """Whatever it holds, it is that branch that is asked for."""
    there.pulls = [(1, name, "merged", False), (2, "a", "merged", False)]
    found = there.forge().pulls(f"refs/heads/{name}")
    assert not isinstance(found, Unknown)
    assert [1] == [pull.number for pull in found]


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/heads/", "feature/a", "refs/heads/\udcff"])
def test_what_is_no_branch_is_not_asked_for(there: MadeUp, ref: str) -> None:
    """Neither a tag nor a name that no API can carry."""
    assert isinstance(there.forge().pulls(ref), Unknown)
    assert [] == there.asked


def test_an_answer_about_others_says_nothing(there: MadeUp) -> None:
    """A forge that does not heed the filter gives us no other branch's pull requests."""
    there.pulls = [(1, "feature/b", "merged", False)]
    there.always = _as(there, "feature/b")
    assert () == there.forge().pulls(REF)


def _as(forge: MadeUp, branch: str) -> Ill:
    """Answers as if that branch had been asked for."""

    def ill(handler: object) -> None:
        assert isinstance(handler, Handler)
        draw = handler._github_pull if forge.kind == GITHUB else handler._gitlab_pull
        handler.answer(200, [draw(*pull) for pull in forge.pulls if pull[1] == branch])

    return ill


def test_comments_are_all_there(there: MadeUp) -> None:
    """Through all pages, the oldest first, with who wrote them."""
    for n in range(7):
        there.add(3, ME if n == 5 else OTHER, f"text {n}")
    forge = there.forge()
    found = forge.comments(3)
    assert not isinstance(found, Unknown)
    assert [f"text {n}" for n in range(7)] == [comment.text for comment in found]
    assert [6] == [comment.id for comment in found if comment.author == forge.viewer()]


def test_a_comment_is_written_and_replaced(there: MadeUp) -> None:
    """Both answer with the comment as it is now."""
    there.pulls = [(3, "a", "open", False)]
    forge = there.forge()
    made = forge.create(3, "one\n<b>")
    assert isinstance(made, Comment)
    assert (3, "one\n<b>", forge.viewer()) == (made.pull, made.text, made.author)
    changed = forge.update(made, "two")
    assert isinstance(changed, Comment)
    assert (made.id, made.url, "two") == (changed.id, changed.url, changed.text)
    assert [(ME, "two")] == there.texts(3)


def test_what_is_not_there_is_not_found(there: MadeUp) -> None:
    """A pull request that does not exist, and a comment that somebody removed."""
    forge = there.forge()
    assert 404 == refusal(forge.comments(3)).status
    assert 404 == refusal(forge.update(Comment(3, 99, "", "", ""), "x")).status


ILLS: list[tuple[str, Ill, int, str]] = [
    ("401", says(401, {"message": f"Bad credentials {TOKEN}"}), 401, "answers 401 .*Bad credentials •••"),
    ("403", says(403), 403, "answers 403"),
    ("404", says(404), 404, "answers 404"),
    ("429", says(429), 429, "asked less often"),
    ("429 for long", says(429, Retry_After="3600"), 429, "asked less often, next in 3600 s"),
    ("429 until a date", says(429, Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"), 429, "asked less often"),
    ("primary limit", says(403, x_ratelimit_remaining="0", x_ratelimit_reset="99999999999"), 429, "less often"),
    ("secondary limit", says(403, Retry_After="60"), 429, "asked less often, next in 60 s"),
    ("500", says(500), 500, "answers 500"),
    ("502 as a page", says(502, b"<html>Bad gateway</html>"), 502, "answers 502"),
    ("no JSON", says(200, b"<html>Log in</html>"), 200, "no JSON"),
    ("another JSON", says(200, {"items": []}), 200, "nobody understands"),
    ("a list of anything", says(200, [1, None, "x"]), 200, "nobody understands"),
    ("deep JSON", says(200, b"[" * 100_000), 200, "no JSON"),
    ("nothing", says(200, b""), 200, "nobody understands"),
    ("too much", says(200, b" " * 2**21), 200, "more than"),
    ("half an answer", half, 0, "breaks off"),
    ("silence", silent, 0, "does not answer"),
    ("drips", dripping, 0, "does not answer"),
    ("redirect away", says(302, Location="http://127.0.0.1:1/x"), 300, "another server"),
    ("redirect to itself", lambda h: h.answer(302, {}, Location=h.path), 300, "circles"),
    ("a page elsewhere", says(200, [], Link='<http://127.0.0.1:1/x>; rel="next"'), 0, "another server"),
    ("pages for ever", lambda h: h.answer(200, [], x_next_page="2"), 0, "more pages"),
]


@pytest.mark.parametrize(("ill", "status", "why"), [row[1:] for row in ILLS], ids=[row[0] for row in ILLS])
def test_an_ill_forge_is_unknown(there: MadeUp, ill: Ill, status: int, why: str) -> None:
    """Each way to fail is a reason in one line with a status, soon, and never an exception or a token."""
    there.always = ill
    forge = there.forge()
    begun = time.monotonic()
    for answer in (forge.pulls(REF), forge.comments(3)):
        refused = refusal(answer)
        assert status == refused.status
        assert re.search(why, refused.why), refused.why
        assert "\n" not in refused.why
    assert time.monotonic() - begun < QUICK.whole + 1


def test_nobody_listens() -> None:
    """A forge that is out of reach is unknown as well."""
    with made_up("github") as gone:
        pass
    assert "cannot be reached" in refusal(gone.forge().pulls(REF)).why


@pytest.mark.parametrize(
    "ill", [says(500), says(429, Retry_After="0"), says(403, Retry_After="1"), says(503), half], ids=range(5)
)
def test_a_passing_illness_is_waited_for(there: MadeUp, ill: Ill) -> None:
    """What may be over in a moment is tried again."""
    there.pulls = [(1, "feature/a", "merged", False)]
    there.ills = [ill]
    found = there.forge().pulls(REF)
    assert not isinstance(found, Unknown)
    assert [1] == [pull.number for pull in found]
    assert 2 == len(there.asked)


@pytest.mark.parametrize("ill", [says(500), half, silent], ids=["500", "half", "silence"])
def test_a_comment_is_never_written_twice(there: MadeUp, ill: Ill) -> None:
    """A forge that fails may have written it all the same: it is not asked again."""
    there.ills = [ill]
    refusal(there.forge().create(3, "x"))
    assert ["POST"] == [method for method, _, _ in there.asked]


@pytest.mark.parametrize("ill", [says(401), says(429, Retry_After="60"), silent], ids=["401", "429", "silence"])
def test_who_lets_nobody_in_is_not_asked_again(there: MadeUp, ill: Ill) -> None:
    """Once is enough to know: a hundred branches must not be a hundred vain requests."""
    there.always = ill
    forge = there.forge()
    first = refusal(forge.pulls(REF))
    assert [first] * 3 == [forge.pulls(f"refs/heads/{n}") for n in range(3)]
    assert 1 == len(there.asked)


def test_a_closed_door_to_one_branch_is_none_to_others(there: MadeUp) -> None:
    """Not found, forbidden or a fault is about what was asked for."""
    there.ills = [says(404)]
    forge = there.forge()
    assert 404 == refusal(forge.pulls(REF)).status
    assert () == forge.pulls(REF)


def test_time_is_counted_for_all_requests_together(there: MadeUp) -> None:
    """A forge that is slow without end does not hold us up by its patience times the number of branches."""
    there.always = dripping
    forge = there.forge(Limits(connect=0.2, read=0.2, whole=1.0, wait=0.1))
    begun = time.monotonic()
    for n in range(20):
        refusal(forge.pulls(f"refs/heads/{n}"))
    assert time.monotonic() - begun < 3


def test_a_redirect_on_the_same_server_is_followed(there: MadeUp) -> None:
    """A repository that has moved is found, with the token, which the server has had anyway."""
    there.pulls = [(1, "feature/a", "merged", False)]
    there.ills = [lambda handler: handler.answer(301, {}, Location=handler.path)]
    found = there.forge().pulls(REF)
    assert not isinstance(found, Unknown)
    assert 1 == len(found)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_server_does_not_carry_the_token(there: MadeUp, status: int) -> None:
    """Nor is that server asked at all, whatever the request was."""
    with made_up(there.kind) as elsewhere:
        there.always = says(status, {}, Location=f"{elsewhere.base}/x")
        refusal(there.forge().pulls(REF))
        refusal(there.forge().create(3, "x"))
        assert [] == elsewhere.asked


def test_the_token_goes_in_its_header_alone(there: MadeUp) -> None:
    """Not in an address, where logs keep it; and nothing of a .netrc."""
    there.forge().pulls(REF)
    ((_, path, headers),) = there.asked
    assert TOKEN not in path
    assert {"Bearer " + TOKEN, TOKEN} & set(headers.values())
    assert TOKEN not in repr(there.forge())


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak: x", "é"])
def test_what_cannot_be_a_token_is_not_sent(there: MadeUp, token: str) -> None:
    """It would break the request, or end up in an error's text."""
    forge = there.forge(GITHUB_TOKEN=token, GITLAB_TOKEN=token)
    assert {} == forge.http.secrets
    assert "no token" in forge.unable
    assert 401 == refusal(forge.pulls(REF)).status
