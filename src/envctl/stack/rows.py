"""`[data.NAME]` with `from = "rows"`: messages and keys that are made of the rows of a database."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from envctl.seeds.rows.templates import FORM, BadTemplate, parse, paths
from envctl.services import Section, Service
from envctl.services.fields import kind_of, refuse
from envctl.services.kafka import Kafka, Topic
from envctl.services.postgres import Postgres
from envctl.services.redis import Redis
from envctl.stack.lines import Key
from envctl.stack.problems import Notes
from envctl.workload import Derived, Workload

DOCUMENT = "json"  # the only field of a value that is one document, and no hash


def _template(value: str) -> str:
    try:
        parse(value)
    except BadTemplate as bad:
        raise refuse(str(bad), FORM) from None
    return value


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise refuse(f"holds {value}, which JSON has no number for")
    return value


def _value(value: object) -> object:
    if not isinstance(value, str | dict | list):
        raise refuse(
            f"must be text, a table or a list, not {kind_of(value)}", "a number that is meant goes into quotes"
        )
    try:
        list(paths(value))
    except BadTemplate as bad:
        raise refuse(str(bad), FORM) from None
    return _plain(value)


def _stored(value: object) -> object:
    found = _value(value)
    if isinstance(found, list):
        raise refuse("must be text or a table, not a list", "for a document write { json = […] }")
    if not isinstance(found, dict) or set(found) == {DOCUMENT}:
        return found
    if not found:
        raise refuse("has no field", "a hash of Redis has at least one")
    for name, each in found.items():
        if isinstance(each, dict | list):
            raise refuse(f"{name} is a field of a hash, and {kind_of(each)}", "for a document write { json = { … } }")
    return found


Template = Annotated[str, AfterValidator(_template)]
Document = Annotated[Any, BeforeValidator(_value, json_schema_input_type=str | dict[str, Any] | list[Any])]
Stored = Annotated[Any, BeforeValidator(_stored, json_schema_input_type=str | dict[str, Any])]
TABLE = "The table whose rows are read; `schema.table` where several schemas have one of that name."
WHERE = "Which rows, as SQL says it: see `where` of a way of masking. It cannot ask what time it is."
LIMIT = "At most so many rows: the first in their order."


class Message(Section):
    """The messages of a topic: one for each row of a table. In a text `${column}` stands for a value of the row, and
    `${column.column}` for one of the row that a foreign key leads to; `$${` is a plain `${`. A text is null where
    something in it is.
    """

    table: Annotated[str, Field(min_length=1)] = Field(description=TABLE, examples=["orders"])
    value: Document = Field(
        description="A table or a list is a JSON document, in which a `${column}` alone has the type of its column. A "
        "text is sent as it is; where it is null there is no value, which deletes a key from a compacted topic.",
        examples=[{"id": "${id}", "email": "${customer_id.email}"}],
    )
    key: Template | None = Field(
        default=None,
        description="The key, which decides on the partition as Java's producers do. Without one, and where it is "
        "null, messages go to one partition after the other.",
        examples=["${id}"],
    )
    headers: dict[str, Template] = Field(
        default={}, description="Headers, as texts; what is null is left out.", examples=[{"source": "seed"}]
    )
    timestamp: Template | None = Field(
        default=None,
        description="When it was sent: one column of a date or a point in time, which also decides on the order. "
        "Without it that is when it was made, and the order is that of the primary key.",
        examples=["${created_at}"],
    )
    where: str | None = Field(default=None, description=WHERE, examples=["status <> 'draft'"])
    limit: Annotated[int, Field(ge=1)] | None = Field(default=None, description=LIMIT, examples=[10_000])


class Entry(Section):
    """What is kept under a key of Redis: one for each row of a table, as messages are made. A row in whose key
    something is null makes none.
    """

    table: Annotated[str, Field(min_length=1)] = Field(description=TABLE, examples=["customers"])
    value: Stored = Field(
        description="A table is a hash, of which fields that are null are left out; a text is a text, and no key where "
        "it is null; `{ json = … }` is a JSON document, as a text.",
        examples=[{"name": "${name}"}],
    )
    where: str | None = Field(default=None, description=WHERE, examples=["active"])
    limit: Annotated[int, Field(ge=1)] | None = Field(default=None, description=LIMIT, examples=[10_000])


class Rows(Section):
    """Messages of Kafka, or keys of Redis, that are made of the rows of a database: of what another data section fills
    it with. What is masked there is masked here, and whoever is the same there is the same here.
    """

    from_: Literal["rows"] = Field(alias="from", description="Where the data comes from: `rows`.")
    of: str = Field(description="The `[data.NAME]` of the database whose rows are read.", examples=["catalogue"])
    messages: dict[Topic, Message] = Field(
        default={},
        description="By topic, for a service of kind `kafka`: see `messages` below. A topic has to be in its `topics`.",
        examples=[{"orders": {"table": "orders", "key": "${id}", "value": {"id": "${id}"}}}],
    )
    keys: dict[Template, Entry] = Field(
        default={},
        description="By key, as a text with placeholders, for a service of kind `redis`: see `keys` below.",
        examples=[{"cart:${id}": {"table": "customers", "value": {"name": "${name}"}}}],
    )

    @property
    def needs(self) -> str:
        """Nothing is needed on disk."""
        return ""

    def at(self, _root: object) -> None:
        """It has no path."""
        return

    def derived(self, derived: Derived, kind: str, of: Workload) -> Derived:
        """What a service of that kind is filled with, made of that database."""
        made = self.keys if kind == "redis" else self.messages
        said = {name: each.model_dump(mode="json", exclude_none=True) for name, each in made.items()}
        return Derived(derived.data, derived.feed, json.dumps(said, ensure_ascii=False), of)


def check_rows(
    services: Mapping[str, Service], data: Mapping[str, Section], names: frozenset[str], notes: Notes
) -> None:
    """What is made of rows goes where it can, and the rows are a database's. `names` are those of all data sections."""
    for name, service in services.items():
        wanted = getattr(service, "data", None)
        if wanted is None or (section := data.get(wanted)) is None:
            continue
        for at, message, hint in _misfits(name, service, wanted, section):
            notes.add(at, message, hint=hint)
    filled = {service.data for service in services.values() if isinstance(service, Postgres)}
    for name, section in data.items():
        if isinstance(section, Rows):
            _check_source(name, section, data, names, filled, notes)


def _misfits(name: str, service: Service, wanted: str, section: Section) -> Iterator[tuple[Key, str, str]]:
    at: Key = ("services", name, "data")
    if isinstance(service, Postgres) and isinstance(section, Rows):
        yield at, f"[data.{wanted}] is made of rows for a broker or a cache, and {name} is a database", ""
    if not isinstance(service, Kafka | Redis):
        return
    if not isinstance(section, Rows):
        said = getattr(section, "from_", "")
        hint = f'make messages or keys of its rows: another data section with from = "rows" and of = "{wanted}"'
        message = f'[data.{wanted}] (from = "{said}") fills a database, and {name} is of kind {service.kind}'
        yield at, message, hint
    elif isinstance(service, Redis) and not section.keys:
        yield at, f"[data.{wanted}] makes no keys", f'write [data.{wanted}.keys."…"]'
    elif isinstance(service, Kafka):
        if not section.messages:
            yield at, f"[data.{wanted}] makes no messages", f"write [data.{wanted}.messages.TOPIC]"
        for topic in section.messages:
            if topic not in service.topics:
                hint = f"write it into `topics` of [services.{name}], with how many partitions it has"
                yield ("data", wanted, "messages", topic), f"{name} has no topic {topic}", hint


def _check_source(
    name: str,
    section: Rows,
    data: Mapping[str, Section],
    names: frozenset[str],
    filled: set[str | None],
    notes: Notes,
) -> None:
    at: Key = ("data", name, "of")
    if not section.messages and not section.keys:
        notes.add(("data", name), "makes neither messages nor keys", hint=f"write [data.{name}.messages.TOPIC]")
    if section.of not in names:
        message = f"there is no [data.{section.of[:80]}]"
        notes.add(at, message, guess=notes.guess(section.of, names), hint="name the data of a database")
    elif section.of == name or isinstance(data.get(section.of), Rows):
        itself = "itself" if section.of == name else f"[data.{section.of}], which is made of rows"
        notes.add(at, f"rows cannot be those of {itself}: that has no tables", hint="name the data of a database")
    elif section.of not in filled:
        hint = f'a service of kind postgres needs data = "{section.of}"'
        notes.add(at, f"no database is filled from [data.{section.of}]", hint=hint)
