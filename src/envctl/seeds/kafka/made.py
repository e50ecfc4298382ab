"""The messages of a topic out of the rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from envctl.catalogue import Catalogue
from envctl.seeds.kafka.messages import Message, refused
from envctl.seeds.rows.binary import Row
from envctl.seeds.rows.question import Asking, table_named


@dataclass(frozen=True)
class Made:
    """What is asked of a database, and how its answer becomes messages: value, key, time, headers."""

    statement: str
    keyed: bool
    timed: bool
    headers: tuple[str, ...]

    def messages(self, topic: str, rows: Iterable[Row]) -> Iterator[Message]:
        """A message for each row. Raises EnvctlError where one has no time that it could have been sent at."""
        first = 1 + self.keyed + self.timed
        for row in rows:
            sent = None
            if self.timed and ((raw := row[1 + self.keyed]) is None or (sent := int.from_bytes(raw, signed=True)) < 0):
                why = "is null" if raw is None else "lies before 1970"
                raise refused(
                    f"the messages of {topic} cannot all be sent: the timestamp of one {why}",
                    "Leave such rows out with `where`, or do without `timestamp`.",
                )
            named = zip(self.headers, row[first:], strict=True)
            headers = tuple((name, value) for name, value in named if value is not None)
            yield Message(row[1] if self.keyed else None, row[0], sent, headers)


def made(catalogue: Catalogue, said: Mapping[str, Any]) -> Made:
    """How messages come to be that are said in that way. Raises Unanswerable."""
    asking = Asking(catalogue, table_named(catalogue, said["table"]), said.get("where", ""), said.get("limit"))
    value, key, time = said["value"], said.get("key"), said.get("timestamp")
    headers = {name: asking.text(f"headers.{name}", text) for name, text in said.get("headers", {}).items()}
    columns = [asking.text("value", value) if isinstance(value, str) else asking.json("value", value)]
    if key is not None:
        columns.append(asking.text("key", key))
    moment = [] if time is None else [asking.moment("timestamp", time)]
    statement = asking.statement([*columns, *moment, *headers.values()], moment)
    return Made(statement, key is not None, time is not None, tuple(headers))
