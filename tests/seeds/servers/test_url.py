"""URLs of servers elsewhere: what is made of them, what is refused, and that nothing of them is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.servers.url import BadUrl, read_url

SECRET = "pa55:w@rd"
DEFAULTS = {"connect_timeout": "15", "fallback_application_name": "envctl"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgresql://ann@db.example.com/shop", {"host": "db.example.com", "user": "ann", "dbname": "shop"}),
        ("postgres://ann@db.example.com", {"host": "db.example.com", "user": "ann", "dbname": "ann"}),
        ("postgresql+psycopg://ann@h:5433/s", {"host": "h", "port": "5433", "user": "ann", "dbname": "s"}),
        (
            "postgresql://ann@[2001:db8::1]:5433/s",
            {"host": "2001:db8::1", "port": "5433", "user": "ann", "dbname": "s"},
        ),
        ("postgresql://ann@a,b:2/s", {"host": "a,b", "port": ",2", "user": "ann", "dbname": "s"}),
        ("postgresql:///s?host=h&user=ann", {"host": "h", "user": "ann", "dbname": "s"}),
        ("postgresql://a%40b@h/o'clock%20%5C", {"host": "h", "user": "a@b", "dbname": "o'clock \\"}),
        ("postgresql://ann@h/s?sslmode=require", {"host": "h", "user": "ann", "dbname": "s", "sslmode": "require"}),
        ("postgresql://ann@h/s?ssl=true", {"host": "h", "user": "ann", "dbname": "s", "sslmode": "require"}),
        ("postgresql://ann@h/s?connect_timeout=3", {"host": "h", "user": "ann", "dbname": "s", "connect_timeout": "3"}),
        (
            "postgresql://ann@h/s?sslrootcert=system\n",
            {"host": "h", "user": "ann", "dbname": "s", "sslrootcert": "system"},
        ),
        ("postgresql://ann@host.docker.internal/s", {"host": "host.docker.internal", "user": "ann", "dbname": "s"}),
    ],
)
def test_a_url_is_understood_as_the_client_library_does(text: str, said: dict[str, str]) -> None:
    """Each part becomes a parameter, what is left out has the library's own meaning."""
    assert {**DEFAULTS, **said} == dict(read_url(text).parameters)


@pytest.mark.parametrize("where", ["ann:{}@h/s", "ann@h/s?password={}", "ann@h/s?p%61ssword={}"])
def test_the_password_is_apart(where: str) -> None:
    """It is in no argument, and goes as a line of its own."""
    url = read_url("postgresql://" + where.format("pa55%3Aw%40rd"))
    assert f"{SECRET}\n".encode() == url.line
    assert SECRET not in url.connection()
    assert SECRET not in repr(url)


def test_values_cannot_break_out_of_the_connection() -> None:
    """Quotes and backslashes of a name stay a part of it."""
    url = read_url("postgresql://ann@h/x'%20host='evil%5C")
    assert "dbname='x\\' host=\\'evil\\\\'" in url.connection()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"mysql://ann:{SECRET}@h/s", "is no URL of a Postgres server"),
        (f"host=h password={SECRET}", "is no URL of a Postgres server"),
        ("", "is empty"),
        ("nothing", "is no URL of a Postgres server"),
        ("postgresql://h/s", "names no user"),
        ("postgresql://ann@h:port/s", "names a host that is none"),
        ("postgresql://ann@h/s?sslmode", "has a parameter without a value"),
        ("postgresql://ann:a%0Ab@h/s", "holds a line break or another control character"),
        ("postgresql://ann@h/s?passfile=/x", "says passfile, a file of a machine that the container"),
        ("postgresql://ann@h/s?sslrootcert=/x", "says sslrootcert, a file of a machine that the container"),
        ("postgresql://ann@h/s?service=x", "says service, a file of a machine that the container"),
        (f"postgresql://ann@h/s?sslpassword={SECRET}", "says sslpassword"),
        (f"postgresql://ann@h/s?oauth_client_secret={SECRET}", "says oauth_client_secret"),
        (f"postgresql://ann:{SECRET}@h/s", "names a host that is none"),  # its @ is that of no host
        *(
            (f"postgresql://ann:{SECRET.replace('@', '%40')}@{host}/s", "leads to localhost")
            for host in ("localhost", "127.0.0.1:5433", "127.1.2.3", "[::1]", "LOCALHOST", "", "a,localhost", "%2Ftmp")
        ),
    ],
)
def test_what_is_refused_is_not_repeated(text: str, why: str) -> None:
    """The reason says what is wrong and what to write, with nothing of the password in it."""
    with pytest.raises(BadUrl) as bad:
        read_url(text)
    assert str(bad.value).startswith(why)
    assert SECRET not in f"{bad.value} {bad.value.hint}"
    assert bad.value.hint


def test_this_machine_has_a_name_in_a_container() -> None:
    """Who means his own machine is told what to write."""
    with pytest.raises(BadUrl) as bad:
        read_url("postgresql://ann@localhost/s")
    assert "host.docker.internal" in bad.value.hint


def test_the_same_source_is_known_whoever_reads_it() -> None:
    """User and password do not tell one source from another; place, database and method do."""
    one = read_url("postgresql://ann:a@h:5432/s").identity("logical")
    assert one == read_url("postgresql://bob:b@h:5432/s?sslmode=require").identity("logical")
    others = [read_url(f"postgresql://ann@{rest}").identity("logical") for rest in ("i:5432/s", "h:5433/s", "h:5432/t")]
    assert one not in [*others, read_url("postgresql://ann@h:5432/s").identity("physical")]


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Nothing but BadUrl ever comes of a text that somebody put into a secret."""
    for tried in (text, f"postgresql://{text}", f"postgresql://ann@h/s?{text}"):
        try:
            read_url(tried)
        except BadUrl:
            continue
