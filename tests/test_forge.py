"""Repositories by their URLs, and URLs without what nobody else may see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.forge import Repository, without_credentials


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://github.com/team/shop", "github.com", "team/shop"),
        ("https://github.com/team/shop.git", "github.com", "team/shop"),
        ("https://github.com/team/shop/", "github.com", "team/shop"),
        ("https://x-access-token:s3cret@GitHub.com/team/Shop.git", "github.com", "team/Shop"),
        ("https://github.com:443/team/shop", "github.com", "team/shop"),
        ("https://git.example.com:8443/a/b/c", "git.example.com:8443", "a/b/c"),
        ("http://127.0.0.1:8080/a/b", "127.0.0.1:8080", "a/b"),
        ("ssh://git@github.com:22/team/shop.git", "github.com", "team/shop"),
        ("ssh://git@git.example.com:2222/a/b", "git.example.com", "a/b"),
        ("ssh://git@ssh.github.com:443/team/shop.git", "github.com", "team/shop"),
        ("git@github.com:team/shop.git", "github.com", "team/shop"),
        ("git@gitlab.com:/group/sub/shop.git", "gitlab.com", "group/sub/shop"),
        ("org-42@github.com:team/.github", "github.com", "team/.github"),
        ("github.com:team/shop", "github.com", "team/shop"),
    ],
)
def test_a_repository_is_its_host_and_path(url: str, host: str, path: str) -> None:
    """However its URL is spelled."""
    assert Repository(host, path) == Repository.of(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/shop.git",
        "../shop",
        "file:///srv/git/team/shop",
        "ext::sh -c x",
        "https://github.com",
        "https://github.com/shop",
        "https://github.com/team/../shop",
        "https://github.com/team/./shop",
        "https://github.com/team//shop",
        "https://github.com/team/shop?x=1",
        "https://github.com/team/shop#x",
        "https://github.com/team/sh op",
        "https://github.com/team/sh%2e%2e",
        "https://github.com/-team/shop",
        "https://evil.example\\@github.com/a/b",
        "https://github.com:x/a/b",
        "https://[::1/a/b",
        "https:///a/b",
        "https://-/a/b",
        "ftp://github.com/a/b",
        "git@github.com:team/shop\n",
        "git@github.com:team/shop;x",
        "git@github.com://a/b",
        "C:\\team\\shop",
        "https://github.com/a/" + "b" * 2000,
    ],
)
def test_what_is_no_forge_s_url_is_nothing(url: str) -> None:
    """A folder, half a URL, or one that is made to be misread."""
    assert Repository.of(url) is None


@given(st.one_of(st.text(), st.builds("{}://{}@{}:{}/{}".format, *[st.text(max_size=8)] * 5)))
def test_any_text_is_a_plain_repository_or_none(url: str) -> None:
    """Never an exception, and never a character that means something in an address."""
    found = Repository.of(url)
    assert found is None or not set(found.host + found.path) & set("%?#@\\ \n\"'<>&;$`")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:s3cret@example.com:8443/a/b", "https://example.com:8443/a/b"),
        ("https://s3cret@example.com/a", "https://example.com/a"),
        ("https://a@b:s3cret@example.com/a", "https://example.com/a"),
        ("http://me:s3cret@example.com/a", "http://example.com/a"),
        ("ssh://git:s3cret@example.com/a", "ssh://git@example.com/a"),
        ("ssh://git@example.com:2222/a", "ssh://git@example.com:2222/a"),
        ("git@example.com:a/b", "git@example.com:a/b"),
        ("/srv/git/a", "/srv/git/a"),
        ("https://me:s3cret@[::1/a", ""),
    ],
)
def test_a_url_is_shown_without_credentials(url: str, shown: str) -> None:
    """But with the user of ssh, which is a part of the address."""
    assert shown == without_credentials(url)
