"""What a server elsewhere is asked, and what its answers and complaints are taken for."""

from __future__ import annotations

import pytest

from envctl.seeds.servers.live import Odd, State, dump, dumped, hint, progress, read_state, unfit, why
from envctl.seeds.servers.url import read_url
from envctl.workload import Method

URL = read_url("postgresql://ann:secret@db.example.com/shop")


def test_an_answer_is_understood() -> None:
    """Both lines count, and what people want to know is kept."""
    first = b'{"system" : "77", "lsn" : "0/1A"}\n'
    second = b'{"number" : 170002, "version" : "17.2", "taken" : "T", "tablespaces" : 1}\n'
    about = (("source.version", "17.2"), ("source.system", "77"), ("source.lsn", "0/1A"), ("source.taken", "T"))
    assert State(17, 1, about) == read_state(first + second)


def test_a_server_that_tells_little_is_enough() -> None:
    """Managed servers do not let everybody see the first line."""
    assert State(15, 0, (("source.version", "15.4"),)) == read_state(
        b'{"number" : 150004, "version" : "15.4", "taken" : null, "tablespaces" : 0}\n'
    )


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b'{"system" : "77", "lsn" : "0/1A"}\n',
        b'{"number" : 170002, "version" : "17.2"}\n',
        b'{"number" : "many", "tablespaces" : 0}\n',
        b'{"number" : 170002, "tablespaces" : null}\n',
    ],
)
def test_an_answer_that_lacks_something_is_odd(said: bytes) -> None:
    """Without its version, or whether it has tablespaces, nobody can tell whether it can be read."""
    with pytest.raises(Odd, match="without a version and a number of tablespaces"):
        read_state(said)


@pytest.mark.parametrize("said", [b"{", b"[1]", b"hello", b'{"number" : 170002}\nhello', b"\xff\x00", b"[" * 100_000])
def test_what_is_no_answer_at_all_is_odd(said: bytes) -> None:
    """Its beginning is repeated, so that somebody sees who answers there."""
    with pytest.raises(Odd, match="which is no JSON object") as raised:
        read_state(said)
    shown = said.splitlines()[-1].decode("utf-8", "replace")[:20]
    assert (True, True) == (repr(shown)[1:-1] in str(raised.value), len(str(raised.value)) < 500)


@pytest.mark.parametrize(
    ("number", "tablespaces", "method", "why"),
    [
        (17, 0, "physical", None),
        (17, 2, "logical", None),
        (15, 0, "logical", None),
        (15, 0, "physical", "is Postgres 15, and the service runs Postgres 17: files are only copied"),
        (18, 0, "physical", "is Postgres 18, and the service runs Postgres 17: files are only copied"),
        (18, 0, "logical", "is Postgres 18, and the service runs Postgres 17, whose pg_dump reads no newer one"),
        (17, 2, "physical", "has tablespaces, whose files lie elsewhere"),
    ],
)
def test_which_servers_fit(number: int, tablespaces: int, method: Method, why: str | None) -> None:
    """Files need the same version and one folder; a dump needs a server that is not newer."""
    misfit = unfit(State(number, tablespaces, ()), 17, method)
    assert (why is None) == (misfit is None)
    assert misfit is None or (misfit[0].startswith(why or "") and misfit[1])


def test_statistics_hold_values_and_are_left_out() -> None:
    """From the version on that dumps them; an older pg_dump would not know the word."""
    assert ("--no-statistics" in dump(URL, 18), "--no-statistics" in dump(URL, 17)) == (True, False)


def test_no_password_is_among_the_words() -> None:
    """They are seen by everybody who lists processes."""
    assert "secret" not in " ".join(dump(URL, 17))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('pg_dump: dumping contents of table "public.customers"', "copying public.customers"),
        ("  12345/67890 kB (18%), 0/1 tablespace", "copying 18 %"),
        ("pg_dump: reading schemas", None),
    ],
)
def test_how_far_it_is(line: str, said: str | None) -> None:
    """By the lines of the programs themselves."""
    assert said == progress(line)


def test_a_dump_ends_only_when_it_says_so() -> None:
    """What pg_restore read until then may look whole."""
    assert dumped(b"pg_dump: x\nenvctl: pg_dump ended with 0\n")
    assert not dumped(b"envctl: pg_dump ended with 1\n")
    assert not dumped(b"envctl: pg_dump ended with 0 or so\n")


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (b"pg_dump: error: query failed: ERROR:  denied\n", "query failed: ERROR:  denied"),
        (b"pg_basebackup: error: directory exists\n", "directory exists"),
        (b'psql: error: connection to server at "h" failed: x\n', 'connection to server at "h" failed: x'),
        (
            b'pg_dump: error: could not write to output file: Broken pipe\nenvctl: pg_dump ended with 1\n'
            b'pg_restore: error: ERROR:  invalid input syntax for type integer: "ann@example.org"\n',
            "invalid input syntax for type integer",
        ),
        (b"", "status 3"),
    ],
)  # fmt: skip
def test_the_reason_quotes_no_row(stderr: bytes, reason: str) -> None:
    """The source's own complaint comes first; what pg_restore says may hold values, which are taken out."""
    assert reason == why(stderr, 3)


def test_a_user_without_rights_is_told_which() -> None:
    """The three that are usually missing have words of their own."""
    assert "pg_hba.conf" in hint(b"FATAL:  no pg_hba.conf entry for replication connection from host")
    assert "REPLICATION" in hint(b"FATAL:  permission denied to start WAL sender")
    assert "pg_read_all_data" in hint(b"ERROR:  permission denied for table customers")
    assert "again" in hint(b"anything else")
