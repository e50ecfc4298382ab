"""Decides which broker, group and partitions are meant, and where the group is to stand in each of them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import Container, Observed
from envctl.offsets import End, Exactly, Goal, Partition, Range
from envctl.reports.offsets import OffsetMove

UNMOVED = "No offset was changed."
KIND = "kafka"
_INTERNAL = "__"  # what the names of topics begin with that Kafka keeps for itself


def broker_of(observed: Observed, identity: Identity, service: str | None) -> Container:
    """The container of the broker that is meant, which runs; without a name the only one. Raises EnvctlError."""
    there = {c.service: c for c in observed.containers if c.labels.get(labels.ROLE) == "service"}
    brokers = {name: c for name, c in there.items() if c.labels.get(labels.KIND) == KIND}
    if service is not None and service not in brokers:
        wrong = f"{service} is no Kafka" if service in there else f"there is no service {service}"
        raise _unknown(f"{wrong} in the environment {identity.name}", [service], brokers, "Name one with `--service`.")
    if not brokers:
        raise _refused(
            Exit.NOT_FOUND,
            f"the environment {identity.name} of {identity.project} has no Kafka",
            'One is a service with `kind = "kafka"` in the stack file. `envctl ls` shows the other environments.',
        )
    if service is None and len(brokers) > 1:
        named = " or ".join(f"`--service {name}`" for name in sorted(brokers))
        raise _refused(Exit.USAGE, f"the environment {identity.name} has more than one Kafka", f"Say which: {named}.")
    return _running(brokers[service or next(iter(brokers))], identity)


def _running(broker: Container, identity: Identity) -> Container:
    if broker.state == "running" and labels.PORT in broker.labels:
        return broker
    mend = "resume" if broker.state == "paused" else "up"
    raise _refused(
        Exit.UNHEALTHY,
        f"{broker.service} is not running in the environment {identity.name}: it is {broker.state}",
        f"Let it run with `envctl {mend} --env {identity.name}`.",
    )


def refuse_unknown(group: str, known: Collection[str], service: str) -> None:
    """A group that a broker does not know is a slip of the pen. Raises EnvctlError(NOT_FOUND)."""
    if group not in known:
        hint = "A group is there once one of its consumers has joined it, and is forgotten a week after the last left."
        raise _unknown(f"{service} has no consumer group {group}", [group], known, hint)


def partitions(
    topics: Collection[str], there: Mapping[str, int], committed: Iterable[Partition], service: str
) -> tuple[Partition, ...]:
    """Every partition of these topics, else of those that have a committed offset; `there` is how many each has.

    All of them: where a group has committed nothing yet its consumers would begin wherever they like.
    """
    if unknown := [topic for topic in topics if topic not in there]:
        known = [name for name in there if not name.startswith(_INTERNAL)]
        raise _unknown(
            f"{service} has no topic {', '.join(unknown)}", unknown, known, "Name one, or leave `--topic` out."
        )
    chosen = topics or {one.topic for one in committed if one.topic in there}  # one may have been removed just now
    if not chosen:
        raise _refused(
            Exit.NOT_FOUND,
            "the consumer group has committed no offset yet",
            "Say in which topics it is to have one: `--topic NAME`.",
        )
    return tuple(sorted({Partition(topic, number) for topic in chosen for number in range(there[topic])}))


def moves(goal: Goal, ranges: Mapping[Partition, Range], committed: Mapping[Partition, int]) -> tuple[OffsetMove, ...]:
    """What becomes of each partition, in their order.

    An offset that a partition does not have is taken for the nearest that it has, as Kafka's own tool does.
    """
    return tuple(_move(goal, one, ranges[one], committed.get(one)) for one in sorted(ranges))


def _move(goal: Goal, one: Partition, there: Range, before: int | None) -> OffsetMove:
    after, note = _aimed(goal, there)
    if before is None:
        return OffsetMove(one.topic, one.number, None, after, None, None, note)
    stood = _within(before, there)  # what is not there any more can neither be read again nor be passed over
    return OffsetMove(one.topic, one.number, before, after, max(0, stood - after), max(0, after - stood), note)


def _aimed(goal: Goal, there: Range) -> tuple[int, str | None]:
    """The offset, and why it is another one than somebody could expect."""
    if isinstance(goal, End):
        return (there.first if goal.which == "earliest" else there.end), None
    if isinstance(goal, Exactly):
        nearest = _within(goal.offset, there)
        return nearest, None if nearest == goal.offset else f"offsets go from {there.first} to {there.end}"
    if there.found is None:
        return there.end, "no message since then"
    return there.found, None


def _within(offset: int, there: Range) -> int:
    return min(max(offset, there.first), there.end)


def _unknown(what: str, words: Iterable[str], known: Iterable[str], hint: str) -> EnvctlError:
    """Names that a broker tells stand in the details: nothing in them is obeyed by a terminal there."""
    there = sorted(known)
    close = dict.fromkeys(guess for word in words for guess in get_close_matches(word, there, n=1))
    details = [f"Did you mean {', '.join(close)}?"] if close else []
    details.append(f"There are: {', '.join(there)}." if there else "There are none.")
    return _refused(Exit.NOT_FOUND, what, hint, tuple(details))


def _refused(code: Exit, what: str, hint: str, details: tuple[str, ...] = ()) -> EnvctlError:
    return EnvctlError(code, what, details=details, unchanged=UNMOVED, hint=hint)
