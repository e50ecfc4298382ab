"""What is passed on of an error, and what is not."""

from __future__ import annotations

import pytest

from envctl.seeds.failures import read_failure

SECRET = "ann@example.org"


@pytest.mark.parametrize(
    ("stderr", "text", "where"),
    [
        (
            'psql:<stdin>:7: ERROR:  22P02: invalid input syntax for type integer: "ann@example.org"\n'
            'CONTEXT:  COPY orders, line 5, column customer: "ann@example.org"\nLOCATION:  x, y.c:1\n',
            "invalid input syntax for type integer",
            "line 7, table orders, row 5, column customer",
        ),
        (
            'psql:<stdin>:7: ERROR:  23505: duplicate key value violates unique constraint "a_email_key"\n'
            "DETAIL:  Key (email)=(ann@example.org) already exists.\nCONTEXT:  COPY a, line 2\n",
            'duplicate key value violates unique constraint "a_email_key"',
            "line 7, table a, row 2",
        ),
        (
            'psql:<stdin>:7: ERROR:  42703: column "ann@example.org" does not exist\nLINE 1: ann@example.org\n',
            "column … does not exist",
            "line 7",
        ),
        ('psql:<stdin>:7: ERROR:  42601: syntax error at or near "ann@example.org"\n', "syntax error", "line 7"),
        (
            "psql:<stdin>:7: ERROR:  P0001: ann@example.org is no customer\n",
            "the server refused it, in words that may quote the data",
            "line 7",
        ),
        (
            'psql:<stdin>:9: ERROR:  22003: value "9ann@example.org" is out of range for type integer\n',
            "value",
            "line 9",
        ),
        (
            'pg_restore: error: COPY failed for table "a": ERROR:  null value in column "b" of relation "a" violates '
            'not-null constraint\nDETAIL:  Failing row contains (ann@example.org, null).\nCONTEXT:  COPY a, line 1: '
            '"ann@example.org\t\\N"\n',
            'null value in column "b" of relation "a" violates not-null constraint',
            "table a, row 1",
        ),
        (
            'pg_restore: error: could not execute query: ERROR:  relation "t" already exists\n'
            "Command was: CREATE TABLE public.t (a text DEFAULT 'ann@example.org');\n",
            'relation "t" already exists',
            "",
        ),
        (
            "pg_restore: error: could not execute query: ERROR:  ann@example.org is no customer\n",
            "the server refused it, in words that may quote the data",
            "",
        ),
        (
            "pg_restore: error: unsupported version (1.16) in file header\n",
            "unsupported version (1.16) in file header",
            "",
        ),
        (
            'psql: error: connection to server on socket "/run/x" failed: fe_sendauth: no password supplied\n',
            'connection to server on socket "/run/x" failed: fe_sendauth: no password supplied',
            "",
        ),
        ("", "the client gave no reason", ""),
        ("psql:<stdin>:5: error: connection to server was lost\n", "the server closed the connection", ""),
    ],
)  # fmt: skip
def test_the_place_is_told_and_no_value(stderr: str, text: str, where: str) -> None:
    """An error says what is wrong and where, never with which value."""
    failure = read_failure(stderr.encode())
    assert (text, where) == (failure.text, failure.where)
    assert SECRET not in repr(failure)


def test_a_lost_server_is_told_apart() -> None:
    """A server that went away is no fault of the dump."""
    said = b"psql:<stdin>:7: server closed the connection unexpectedly\n\tThis probably means the server terminated\n"
    assert read_failure(said).lost


def test_a_full_disk_is_told_apart() -> None:
    """Nor is a disk without room."""
    said = b"psql:<stdin>:7: ERROR:  53100: could not extend file: No space left on device\nHINT:  Check free space.\n"
    assert read_failure(said).disk_full
