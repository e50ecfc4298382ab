"""`kafka offsets`: what it is asked, what it prints, and which words it does not take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.offsets import Ago, End, Exactly, Wish
from tests.cli.made_up import OFFSETS, Envctl, Ops

OP = "offsets.reset_offsets"
LINE = ("kafka", "offsets", "demo", "workers", "--to")


def test_the_table_says_from_where_to_where(envctl: Envctl) -> None:
    """A line a partition, with what is read again and what is passed over; what is not known is a dash."""
    assert [
        ["TOPIC", "PARTITION", "FROM", "TO", "AGAIN", "SKIPPED"],
        ["orders", "0", "50", "42", "8", "-"],
        ["orders", "1", "2", "7", "-", "5"],
        ["orders", "2", "-", "0", "-", "-"],
    ] == [line.split() for line in envctl(*LINE, "42").out.splitlines()]


def test_the_outcome_is_talk(envctl: Envctl, ops: Ops) -> None:
    """On stderr: each offset that is another one than was asked for, and what it comes to; with --quiet nothing."""
    noted = "orders 1: offsets go from 0 to 7, so it is 7\norders 2: offsets go from 0 to 0, so it is 0\n"
    said = envctl(*LINE, "42").err
    assert f"{noted}workers: 8 messages will be read again and 5 messages passed over.\n" in said
    ops.answers[OP] = replace(OFFSETS, dry_run=True)
    would = "workers: 8 messages would be read again and 5 messages passed over.\n"
    assert would in envctl(*LINE, "42", "--dry-run").err
    assert "" == envctl(*LINE, "42", "--quiet").err


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        (OFFSETS.partitions[:1], "8 messages will be read again"),
        (OFFSETS.partitions[1:2], "5 messages will be passed over"),
        (OFFSETS.partitions[2:], "0 messages will be read again"),
        ((replace(OFFSETS.partitions[0], after=49, again=1),), "1 message will be read again"),
        ((replace(OFFSETS.partitions[0], after=50, again=0),), "it stands there already, so nothing was to do"),
    ],
)
def test_only_what_happens_is_told(envctl: Envctl, ops: Ops, rows: object, outcome: str) -> None:
    """Nobody reads of messages that are passed over where none are, and that nothing was to do is said."""
    ops.answers[OP] = replace(OFFSETS, partitions=rows)  # type: ignore[arg-type]
    assert f"workers: {outcome}.\n" in envctl(*LINE, "42").err


def test_one_row_is_one_object(envctl: Envctl) -> None:
    """These keys scripts rely on."""
    data = envctl(*LINE, "42", "--json").envelope["data"]
    assert ["name", "project", "service", "group", "to", "dry_run", "partitions"] == list(data)
    assert {
        "topic": "orders", "partition": 1, "before": 2, "after": 7, "again": 0, "skipped": 5,
        "note": "offsets go from 0 to 7", "error": None,
    } == data["partitions"][1]  # fmt: skip


def test_what_a_broker_calls_things_moves_no_cursor(envctl: Envctl, ops: Ops) -> None:
    """A group may have any name."""
    ops.answers[OP] = replace(OFFSETS, group="\x1b[2Jworkers\x07")
    ran = envctl(*LINE, "42")
    assert "\x1b" not in ran.out + ran.err
    assert "workers�: 8 messages will be" in ran.err


def test_the_words_are_passed_on(envctl: Envctl, ops: Ops) -> None:
    """The environment goes to who finds it, the rest to who sets the offsets."""
    envctl(*LINE, "2h", "--topic", "orders", "--topic", "payments", "--service", "events", "--dry-run", "--no-wait")
    assert "demo" == ops.calls["find.chosen"][0][1]
    (_, _, wish), named = ops.calls[OP]
    assert Wish("workers", Ago(7200), ("orders", "payments"), "events") == wish
    assert {"dry_run": True, "wait": False} == named


@pytest.mark.parametrize(("more", "env"), [((), None), (("--env", "other"), "other")])
def test_one_word_is_the_group(envctl: Envctl, ops: Ops, more: tuple[str, ...], env: str | None) -> None:
    """Of this branch's environment, or of the one that the option names."""
    envctl("kafka", "offsets", "workers", "--to", "earliest", *more)
    assert env == ops.calls["find.chosen"][0][1]
    assert Wish("workers", End("earliest")) == ops.calls[OP][0][2]


def test_an_offset_is_a_whole_number(envctl: Envctl, ops: Ops) -> None:
    """And a number with a unit a time."""
    envctl(*LINE, "42")
    assert Exactly(42) == ops.calls[OP][0][2].goal


@pytest.mark.parametrize("to", ["", "first", "-3", "1.5", "2031-13-01", "9223372036854775808", "yesterday"])
def test_what_is_no_place_is_refused(envctl: Envctl, ops: Ops, to: str) -> None:
    """Before anything is looked at, with every way to write it."""
    ran = envctl(*LINE, to)
    assert (2, "", {}) == (ran.status, ran.out, ops.calls)
    assert f"{to!r} is no place to begin to read" in ran.err
    assert all(f"--to {way}" in ran.err for way in ("earliest", "latest", "2h", "42"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("demo", "workers", "others", "--to", "earliest"), "others is too much"),
        (("demo", "workers"), "--to"),
        (("--to", "earliest"), "GROUP"),
    ],
)
def test_other_words_are_refused(envctl: Envctl, ops: Ops, words: tuple[str, ...], said: str) -> None:
    """One group at a time, and where to has to be said."""
    ran = envctl("kafka", "offsets", *words)
    assert (2, {}) == (ran.status, ops.calls)
    assert said in ran.err
