"""`envctl kafka offsets`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from envctl.cli.columns import columns, printable
from envctl.cli.command import Call, Command
from envctl.cli.options import CHANGING
from envctl.errors import EnvctlError, Exit
from envctl.offsets import Ago, Goal, Wish, parse_goal
from envctl.reports.offsets import OffsetMove, OffsetsReset

HEADER = ("TOPIC", "PARTITION", "FROM", "TO", "AGAIN", "SKIPPED")
_WORDS = 2  # ENV GROUP


def kafka_offsets(
    call: Call,
    *,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[ENV] GROUP", help="The environment, or PROJECT/NAME, else this branch's; and the consumer group."
        ),
    ],
    to: Annotated[
        str,
        typer.Option("--to", metavar="WHERE", help="earliest, latest, a time (RFC 3339), 2h ago as 2h, or an offset."),
    ],
    topics: Annotated[
        list[str] | None,
        typer.Option(
            "--topic", metavar="NAME", help="Only this topic, and others named so; else all it has offsets in."
        ),
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="The broker, where there are several.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; change nothing.")] = False,
) -> None:
    """Have a consumer group read events again.

    It moves the offsets that the group has committed, in every partition of the topics: back, so that
    messages are read again, or on, so that some are passed over. The group's consumers must be stopped
    meanwhile. A time stands for the first message that is not older, and for the end where there is none;
    an offset that a partition does not have for the nearest that it has.
    """
    word, group = _named(words)
    env = call.called(word)
    wish = Wish(group, _goal(to), tuple(topics or ()), service)
    from envctl.ops.find import chosen
    from envctl.ops.offsets import reset_offsets

    with call.talk() as tell:
        report = reset_offsets(*chosen(call.file, env, tell), wish, dry_run=dry_run, wait=call.wait)
    call.answer(report.data(), _lines(report), _after(report))


def _named(words: list[str]) -> tuple[str | None, str]:
    """The environment, if it is said, and the group."""
    if len(words) > _WORDS:
        raise EnvctlError(
            Exit.USAGE,
            f"one group at a time: {' '.join(words[_WORDS:])} is too much",
            unchanged="No offset was changed.",
            hint="Write `envctl kafka offsets ENV GROUP --to earliest`.",
        )
    if not words[-1]:
        raise EnvctlError(
            Exit.USAGE,
            "the name of the group is empty",
            unchanged="No offset was changed.",
            hint="Write the consumers' group.id: `envctl kafka offsets ENV GROUP --to earliest`.",
        )
    return (words[0] if len(words) == _WORDS else None), words[-1]


def _goal(text: str) -> Goal | Ago:
    goal = parse_goal(text)
    if goal is None:
        raise EnvctlError(
            Exit.USAGE,
            f"{text!r} is no place to begin to read",
            unchanged="No offset was changed.",
            hint="Write `--to earliest`, `--to latest`, `--to 2h`, `--to 2026-01-31T08:00:00Z` or `--to 42`.",
        )
    return goal


def _lines(report: OffsetsReset) -> list[str]:
    return columns(map(_row, report.partitions), HEADER)


def _row(one: OffsetMove) -> tuple[str | None, ...]:
    stood = None if one.before is None else str(one.before)
    again, skipped = (str(count) if count else None for count in (one.again, one.skipped))
    return one.topic, str(one.partition), stood, str(one.after), again, skipped


def _after(report: OffsetsReset) -> Iterator[str]:
    """What it comes to, and where it is not what was asked for."""
    for one in report.partitions:
        if one.note:
            yield printable(f"{one.topic} {one.partition}: {one.note}, so it is {one.after}")
    yield printable(f"{report.group}: {_outcome(report)}.")


def _outcome(report: OffsetsReset) -> str:
    moved = [one for one in report.partitions if one.before != one.after]
    again, skipped = sum(one.again or 0 for one in moved), sum(one.skipped or 0 for one in moved)
    would = "would be" if report.dry_run else "will be"
    said = [f"{_messages(again)} {would} read again"] if again or not skipped else []
    said += [f"{_messages(skipped)} {'' if said else f'{would} '}passed over"] if skipped else []
    if not moved:
        return "it stands there already, so nothing was to do"
    return " and ".join(said)


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


COMMAND = Command(
    name="kafka offsets",
    function=kafka_offsets,
    options=CHANGING,
    examples=(
        ("envctl kafka offsets demo workers --to earliest", "everything again, from the first message"),
        ("envctl kafka offsets demo workers --to 2h --dry-run", "what the last two hours would come to"),
        ("envctl kafka offsets workers --to 2026-01-31T08:00:00Z", "this branch's environment, from then on"),
        ("envctl kafka offsets shop/demo workers --to 42 --topic orders --json", "one topic, for a script"),
    ),
)
