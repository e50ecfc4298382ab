"""What a database consists of: how its server is asked, what the answer means, and how two of them differ. Pure.

Names, types and definitions only: no row is looked at.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from envctl.catalogue import Catalogue, Check, ForeignKey, Table, Unique, written
from envctl.seeds.catalogue.columns import defined, read_column
from envctl.seeds.servers.live import Odd

WORDS = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align")  # for psql, where it is told what to ask
_QUESTIONS = ("catalogue.sql", "objects.sql")
# Names in definitions come with their schema, and constants are written alike by all servers. Nothing of it is
# compiled: that takes longer than the answer.
_SETTINGS = {
    "search_path": "''",
    "DateStyle": "'ISO, YMD'",
    "IntervalStyle": "postgres",
    "TimeZone": "'UTC'",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "quote_all_identifiers": "off",
    "jit": "off",
}
_ALWAYS = (
    "materialized view "  # what is unfinished in a copy even if it was in what it was copied from: it is refreshed
)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WHOLE_ROW = re.compile(r"\.\*")


def questions() -> tuple[str, ...]:
    """What to ask, one statement after the other. psql prints a JSON document for each, but for the first."""
    settings = "; ".join(f"SET {name} TO {value}" for name, value in _SETTINGS.items())
    return (settings, *(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _QUESTIONS))


def ask() -> tuple[str, ...]:
    """The words for psql, behind those that connect, with what to ask."""
    return (*WORDS, *(f"--command={question}" for question in questions()))


def read(stdout: bytes) -> Catalogue:
    """What a server answered. Raises Odd for what is no such answer."""
    text = stdout.decode("utf-8", "replace")
    try:
        said = _documents(stdout.decode("utf-8"))
        return _catalogue(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Odd(text, "which is no catalogue of a database") from None


def differences(before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    """What is missing in a copy, was not in what it was copied from, or does not do its work there, in plain words.

    Definitions are compared between servers of one version only; rows and large objects are not looked at.
    """
    found = [line for kind in _kinds(before, after) for line in _unlike(kind, before, after)]
    known = set(before.unfinished)
    left = [line for line in after.unfinished if line not in known or line.startswith(_ALWAYS)]
    return (*found, *left)


def _kinds(before: Catalogue, after: Catalogue) -> list[str]:
    return sorted({*before.objects, *after.objects})


def _unlike(kind: str, before: Catalogue, after: Catalogue) -> Iterator[str]:
    there, here = before.objects.get(kind, {}), after.objects.get(kind, {})
    gone = tuple(
        f"{table}." for table in before.objects.get("table", {}) if table not in after.objects.get("table", {})
    )
    for name in sorted({*there, *here}):
        if name not in here:
            if not (kind == "column" and name.startswith(gone)):
                yield f"{kind} {name} is missing"
        elif name not in there:
            yield f"{kind} {name} was not there before"
        elif before.server == after.server and there[name] != here[name]:
            yield f"{kind} {name} is another than before"


def _documents(text: str) -> dict[str, Any]:
    decoder, at, said = json.JSONDecoder(), 0, dict[str, Any]()
    text = text.strip()
    for _ in _QUESTIONS:
        found, end = decoder.raw_decode(text, at)
        said.update(found)
        at = end + len(text[end:]) - len(text[end:].lstrip())
    if at != len(text):
        raise ValueError("more than was asked for")
    return said


class _Parts(NamedTuple):
    """What the server said, by table."""

    tables: Mapping[int, Any]
    columns: Mapping[int, list[Any]]
    uniques: Mapping[int, list[Any]]
    checks: Mapping[int, list[Any]]
    foreign_keys: Mapping[int, list[Any]]
    domain_checks: Mapping[int, list[Any]]


def _catalogue(said: Mapping[str, Any]) -> Catalogue:
    parts = _Parts(
        tables={table["id"]: table for table in said["tables"] or ()},
        columns=_by(said["columns"], "table"),
        uniques=_by(said["uniques"], "table"),
        checks=_by(said["checks"], "table"),
        foreign_keys=_by(said["foreign_keys"], "table"),
        domain_checks=_by(said["domain_checks"], "domain"),
    )
    objects: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, name, definition in said["objects"] or ():
        objects[kind][name] = (definition or "").removesuffix(" NOT VALID")
    for table, columns in parts.columns.items():
        about = parts.tables[table]
        for one in columns:
            objects["column"][written(about["schema"], about["name"], one["name"])] = defined(one)
    return Catalogue(
        tables=tuple(_table(table, parts) for table in parts.tables.values()),
        large_objects=int(said["large_objects"]),
        foreign_tables=tuple(sorted(said["foreign_tables"] or ())),
        extension_tables=tuple(sorted(said["extension_tables"] or ())),
        objects={kind: dict(sorted(names.items())) for kind, names in sorted(objects.items())},
        unfinished=tuple(sorted(f"{kind} {name} {state}" for kind, name, state in said["unfinished"] or ())),
        server=int(said["server"]),
    )


def _by(rows: Any, key: str) -> Mapping[int, list[Any]]:
    sorted_out: dict[int, list[Any]] = defaultdict(list)
    for row in rows or ():
        sorted_out[row[key]].append(row)
    return sorted_out


def _table(about: Any, parts: _Parts) -> Table:
    columns = parts.columns.get(about["id"], [])
    names = tuple(column["name"] for column in columns)
    made_of = {column["name"]: column for column in columns if column["generated"]}
    uniques = parts.uniques.get(about["id"], [])
    return Table(
        schema=about["schema"],
        name=about["name"],
        columns=tuple(read_column(one) for one in columns),
        key=next((tuple(k["column"] for k in unique["keys"]) for unique in uniques if unique["primary"]), ()),
        uniques=tuple(_unique(unique, names, made_of) for unique in uniques),
        checks=tuple(_checks(parts, about["id"], names, made_of)),
        foreign_keys=tuple(
            ForeignKey(key["name"], tuple(key["columns"]), key["other"], tuple(key["references"]), key["deferrable"])
            for key in parts.foreign_keys.get(about["id"], [])
        ),
        parents=_parents(about, parts.tables),
        partitioned=about["partitioned"],
        split_by=tuple(about["split_by"] or ()),
        rows=max(int(about["rows"]), 0),
        bound=about["bound"] or "",
    )


def _parents(about: Any, tables: Mapping[int, Any]) -> tuple[str, ...]:
    """Those that it inherits from, then theirs."""
    found: dict[int, str] = {}
    waiting = list(about["parents"] or ())
    while waiting:
        parent = waiting.pop(0)
        if parent in tables and parent not in found:
            found[parent] = "{schema}.{name}".format_map(tables[parent])
            waiting.extend(tables[parent]["parents"] or ())
    return tuple(found.values())


def _unique(said: Any, names: tuple[str, ...], generated: Mapping[str, Any]) -> Unique:
    columns = _sources(said["columns"] or (), generated)
    expressions = [text for key in said["keys"] if (text := _expression(key, generated))]
    condition = said["condition"] or ""
    if any(_WHOLE_ROW.search(_LITERAL.sub("", text)) for text in (*expressions, condition)):
        columns = names
    return Unique(
        name=said["name"],
        columns=columns,
        exact=not expressions and not condition,
        expressions=tuple(expressions),
        condition=condition,
        nulls=said["nulls"],
    )


def _expression(key: Any, generated: Mapping[str, Any]) -> str:
    """What a key of an index compares; nothing where it is a column as it is."""
    operator = f" WITH {key['operator']}" if key["operator"] not in {None, "="} else ""
    collation = f" COLLATE {key['collation']}" if key["collation"] else ""
    if key["column"] is None or operator or collation:
        return f"{key['text']}{operator}{collation}"
    return str(generated[key["column"]]["says"]) if key["column"] in generated else ""


def _sources(columns: Any, generated: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns, and those that generated ones among them are made of."""
    made_of = (source for name in columns if name in generated for source in generated[name]["made_of"] or ())
    return tuple(dict.fromkeys((*columns, *made_of)))


def _checks(parts: _Parts, table: int, names: tuple[str, ...], generated: Mapping[str, Any]) -> Iterator[Check]:
    for check in parts.checks.get(table, []):
        columns = names if check["whole"] else _sources(check["columns"] or (), generated)
        yield Check(check["name"], columns, check["text"])
    for column in parts.columns.get(table, []):
        for domain in column["domains"] or ():
            for check in parts.domain_checks.get(domain, []):
                yield Check(check["name"], (column["name"],), check["text"])
