"""The comment: what it says, and that nothing in it is anything but text."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from envctl.errors import EnvctlError, Exit
from envctl.forge import Comment
from envctl.identity import Identity
from envctl.planning.comment import Known, code, comment_text, marker, mine, same
from envctl.reports.status import ServiceStatus, Status

IDENTITY = Identity("shop", "feature-a-1a2b", "refs/heads/feature/a")
DB = ServiceStatus("db", "postgres", "running", "healthy", "127.0.0.1:41001")
WEB = ServiceStatus("web", "app", "running", None, "127.0.0.1:41002", "http://127.0.0.1:41002")
DEAD = ServiceStatus("worker", "app", "exited", None, exit_code=3)
UNTIL = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "](http://x.example)",
    "[x](http://x.example)",
    "![x](http://x.example/x.png)",
    "`code` ``more``",
    "@team/everyone",
    "@someone",
    "#123 !4 team/shop#5",
    "http://x.example www.x.example",
    "a|b|c",
    "-->",
    "<!-- envctl: shop_main -->",
    "</code><b>bold</b>",
    "&lt;b&gt; &amp;#64;team",
    "a\nb\r\n\n# heading",
    "\x1b[31mred\x00\u202e\u200b",
    "**bold** _it_ ~~no~~ :smile:",
    "\\",
    "caf\udce9",
    "日本語 – ünïcode",
]


def status(state: str = "running", branch: str | None = IDENTITY.branch, *services: ServiceStatus) -> Status:
    return Status(IDENTITY.name, IDENTITY.project, branch, state, services or (DB, WEB, DEAD))


class Read(HTMLParser):
    """What a rendered comment is made of: tags with their attributes, and the text outside and inside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.comments: list[str] = []
        self.inside, self.outside = "", ""
        self.code = False
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href"}
        self.code = tag == "code" or self.code

    def handle_endtag(self, tag: str) -> None:
        self.code = self.code and tag != "code"
        if tag == "code":
            self.inside += "\n"

    def handle_data(self, data: str) -> None:
        if self.code:
            self.inside += data
        else:
            self.outside += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


PLAIN = {"h3", "code", "table", "thead", "tbody", "tr", "th", "td", "a", "p"}


def test_it_says_what_is_there() -> None:
    """Services with state and address, branch, commit, until when, and how it goes."""
    text = comment_text(IDENTITY, status(), Known("a" * 40, UNTIL), None)
    read = Read(text)
    assert "<!-- envctl: shop_feature-a-1a2b -->" == text.split("\n")[0]
    assert PLAIN == read.tags
    assert ["http://127.0.0.1:41002"] == read.links
    assert [
        "feature-a-1a2b", "shop", "db", "running, healthy", "127.0.0.1:41001", "web", "running", "worker", "exited (3)",
        "feature/a", "a" * 12, "envctl down --env feature-a-1a2b",
    ] == read.inside.splitlines()  # fmt: skip
    assert "lives until 2026-01-02 03:04 UTC" in read.outside
    assert "those of the machine that it runs on" in read.outside


def test_other_people_open_other_addresses() -> None:
    """`--host` is the name of the machine that others know."""
    read = Read(comment_text(IDENTITY, status(), Known(), "ci-1.example.com"))
    assert ["http://ci-1.example.com:41002"] == read.links
    assert "ci-1.example.com:41001" in read.inside.splitlines()
    assert "127.0.0.1" not in read.inside + read.outside


@pytest.mark.parametrize("host", ["a b", "x/y", "x:80", "<b>", "", "-x", "a" * 300, "[x]", "a\n"])
def test_an_odd_host_is_refused(host: str) -> None:
    """It would be no address."""
    with pytest.raises(EnvctlError) as caught:
        comment_text(IDENTITY, status(), Known(), host)
    assert Exit.USAGE == caught.value.code


def test_what_is_gone_is_said_to_be_gone() -> None:
    """Without services, and without a time that means nothing any more."""
    read = Read(comment_text(IDENTITY, status("absent"), Known("a" * 40, UNTIL), None))
    assert ": gone" in read.outside
    assert not {"table", "a"} & read.tags
    assert "lives until" not in read.outside
    assert "envctl down" not in read.inside


def test_what_is_pinned_has_no_end() -> None:
    """Whatever its lease says."""
    outside = Read(comment_text(IDENTITY, status(), Known("", UNTIL, pinned=True), None)).outside
    assert "pinned" in outside
    assert "lives until" not in outside


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_name_is_text(word: str) -> None:
    """As branch, service, state and address alike: no tag, link, comment, mention or row of its own comes of it."""
    service = ServiceStatus(word, word, word, word, f"{word}:1", f"http://{word}:1")
    plain = Read(comment_text(IDENTITY, status("running", "refs/heads/x", DB), Known(), None))
    read = Read(comment_text(IDENTITY, status("running", f"refs/heads/{word}", service), Known(word), None))
    assert plain.tags == read.tags
    assert plain.outside == read.outside.replace(", commit ", "")
    assert ([], [" envctl: shop_feature-a-1a2b "]) == (read.links, read.comments)
    shown = "".join(c if c.isprintable() else "�" for c in word)
    assert shown == read.inside.splitlines()[2]


@given(st.text())
def test_any_text_reads_as_itself(word: str) -> None:
    """In code, on one line, with what cannot be drawn replaced."""
    read = Read(f"| a |\n|---|\n| {code(word)} |\n")
    shown = "".join(c if c.isprintable() else "�" for c in word[:200])
    assert {"table", "thead", "tbody", "tr", "th", "td", "code"} == read.tags
    assert "a" == read.outside.strip()
    assert shown == read.inside[:-1] or len(word) > 200


@given(st.text(), st.text())
def test_it_fits_and_begins_with_its_mark(branch: str, name: str) -> None:
    """Hundreds of services with long names are still a comment that GitHub takes."""
    services = [ServiceStatus(name * 100, "app", "running", "healthy", "127.0.0.1:1")] * 300
    text = comment_text(IDENTITY, status("partial", branch, *services), Known(), None)
    assert len(text.encode()) < 60_000
    assert text.startswith(f"{marker(IDENTITY)}\n")


def test_ours_is_the_one_with_the_mark_that_we_wrote() -> None:
    """Not somebody else's with the same mark, not ours of another environment or one that only quotes it."""
    mark = marker(IDENTITY)
    others = [
        Comment(1, 1, "mallory", f"{mark}\nfake", ""),
        Comment(1, 2, "bot", "hello", ""),
        Comment(1, 3, "bot", f"{marker(Identity('shop', 'feature-a-1a2bc'))}\n", ""),
        Comment(1, 4, "bot", f"> {mark}", ""),
        Comment(1, 5, "bot", f"see\n{mark}", ""),
    ]
    ours = Comment(1, 6, "bot", f"{mark}\r\n\r\ntext", "")
    later = Comment(1, 7, "bot", f"{mark}\ntext", "")
    assert mine(others, "bot", mark) is None
    assert ours == mine([*others, ours, later], "bot", mark)
    assert mine([Comment(1, 8, "", mark, "")], "bot", mark) is None


def test_a_forge_may_turn_line_ends() -> None:
    """The text is the same all the same."""
    assert same("a\n\nb\n", "a\r\n\r\nb")
    assert not same("a\nb", "a\nc")
