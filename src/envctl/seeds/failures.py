"""What psql and pg_restore said, without the rows they quote. Pure.

An error of the server may hold a value of the data nearly anywhere: in DETAIL, in CONTEXT, between quotes. So nothing
of it is passed on but the place, and those messages whose quotes hold names of objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PSQL = re.compile(
    r"^(?:psql:[^\n]*?:(?P<line>\d+): )?(?:ERROR|FATAL|PANIC): +(?P<code>[0-9A-Z]{5}): (?P<text>.*)$", re.M
)
_RESTORE = re.compile(r"^pg_restore: error: (?P<own>.*?)(?:(?:ERROR|FATAL|PANIC): +(?P<text>.*))?$", re.M)
_CONNECTING = re.compile(r"^psql: error: (?P<own>.*)$", re.M)
_COPY_FAILED = re.compile(r'COPY failed for table "(?P<table>[^"]*)"')
_ROW = re.compile(r"^CONTEXT:  COPY (?P<table>[^,\n]+), line (?P<row>\d+)(?:, column (?P<column>[^:\n]+))?", re.M)
_LOST = re.compile(r"server closed the connection|connection to server was lost|terminating connection")
_QUOTED = re.compile(r'(?P<kind>[a-z]+ )?"(?P<name>[^"]*)"')
_PLAIN = re.compile(r"[^\W\d][\w$.]*")
_OBJECTS = re.compile(
    r"relation|table|column|constraint|index|type|schema|function|procedure|role|extension|trigger|sequence|view|"
    r"operator|language|parameter|database|collation|server|domain|aggregate|tablespace|policy|rule|publication|"
    r"class|method|encoding|cast|library|option|statistics"
)
# Classes of SQLSTATE whose messages name objects, not values: unsupported, integrity, authorization, catalogue, syntax
# and access, resources, limits, state, intervention, system.
_ABOUT_OBJECTS = frozenset({"0A", "23", "28", "2B", "3D", "3F", "42", "53", "54", "55", "57", "58"})
_ABOUT_VALUES = "22"
_SYNTAX_ERROR = "42601"
_DISK_FULL = "53100"
# pg_restore leaves the SQLSTATE out: the same two kinds, by their words.
_OBJECT_WORDS = re.compile(
    r"does not exist|already exists|violates|is not available|permission denied|could not create|is not supported|"
    r"not null|unrecognized|out of memory|No space left|must be owner|depends on|is not unique|cannot be implemented"
)
_VALUE_WORDS = re.compile(r"(?:invalid|value|date/time|malformed|missing data|extra data|character|numeric|bit)\b")
_HIDDEN = "the server refused it, in words that may quote the data"


@dataclass(frozen=True)
class Failure:
    """Why a restore failed: `text` holds no value of the data, `where` is a line, a table, a row, as far as known.

    `table`, `row` and `column` are those of COPY: without a schema, 0 and nothing where they are not known.
    """

    text: str
    where: str = ""
    table: str = ""
    row: int = 0
    column: str = ""
    own: bool = False  # pg_restore's own words, about the archive
    lost: bool = False  # the server went away
    disk_full: bool = False


def read_failure(stderr: bytes) -> Failure:
    """Understand what psql or pg_restore wrote."""
    said = stderr.decode("utf-8", "replace")
    lost = bool(_LOST.search(said))
    if found := list(_PSQL.finditer(said)):
        last = found[-1]
        full = last["code"] == _DISK_FULL
        text, place = _safe(last["text"], last["code"]), _place(said, last["line"])
        return Failure(text, place, *_row(said), lost=lost, disk_full=full)
    if restored := _RESTORE.search(said):
        server = restored["text"]
        text = _safe(server, _kind(server)) if server else _own(restored["own"])
        full = "No space left on device" in said
        return Failure(text, _place(said, None), own=not server, lost=lost, disk_full=full)
    if connecting := _CONNECTING.search(said):
        return Failure(connecting["own"], own=True, lost=lost)
    return Failure("the server closed the connection" if lost else "the client gave no reason", lost=lost)


def _row(said: str) -> tuple[str, int, str]:
    row = _ROW.search(said)
    return (row["table"], int(row["row"]), row["column"] or "") if row else ("", 0, "")


def _place(said: str, line: str | None) -> str:
    parts = [f"line {line}"] if line else []
    if row := _ROW.search(said):
        parts.append(f"table {row['table']}, row {row['row']}" + (f", column {row['column']}" if row["column"] else ""))
    elif table := _COPY_FAILED.search(said):
        parts.append(f"table {table['table']}")
    return ", ".join(parts)


def _safe(text: str, code: str) -> str:
    """A message of the server without values."""
    if code.startswith(_ABOUT_VALUES) or code == _SYNTAX_ERROR:
        return text.partition('"')[0].removesuffix(" at or near ").rstrip(" :") or _HIDDEN
    if code[:2] in _ABOUT_OBJECTS:
        return _QUOTED.sub(_name_only, text)
    return _HIDDEN


def _name_only(quoted: re.Match[str]) -> str:
    kind = quoted["kind"] or ""
    if _OBJECTS.fullmatch(kind.strip()) and _PLAIN.fullmatch(quoted["name"]):
        return quoted[0]
    return f"{kind}…"


def _kind(text: str) -> str:
    if _VALUE_WORDS.match(text):
        return _ABOUT_VALUES
    return "42" if _OBJECT_WORDS.search(text) else ""


def _own(text: str) -> str:
    """pg_restore's own words: about the archive, never about rows."""
    return _QUOTED.sub(_name_only, text.strip(" :")) or _HIDDEN
