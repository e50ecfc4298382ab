"""What a catalogue does not say of a copy: how many rows its tables have, and how far its sequences have come. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from envctl.catalogue import Catalogue, Table, written
from envctl.seeds.dumps.statements import NAME, plain_name
from envctl.seeds.server import identifier, literal

_SETVAL = re.compile(
    rb"SELECT\s+pg_catalog\.setval\(\s*'((?:[^']|'')+)'\s*,\s*(-?\d+)\s*,\s*(true|false)\s*\)\s*$", re.IGNORECASE
)
_QUALIFIED = re.compile(rb"(%s)\.(%s)" % (NAME, NAME))
Place = tuple[int, bool]  # the last number of a sequence, and whether it was given out


def set_to(said: bytes) -> tuple[tuple[str, str], Place] | None:
    """Which sequence, by schema and name, a statement sets to what, if it does so as pg_dump writes it."""
    found = _SETVAL.match(said)
    name = _QUALIFIED.fullmatch(found[1].replace(b"''", b"'")) if found else None
    if found is None or name is None:
        return None
    schema, own = (plain_name(part).decode("utf-8", "replace") for part in name.groups())
    return (schema, own), (int(found[2]), found[3].lower() == b"true")


@dataclass(frozen=True)
class Tally:
    """What a source has: rows of each table by its full name, and where its sequences stand."""

    rows: Mapping[str, int]
    sequences: Mapping[tuple[str, str], Place]

    def question(self, catalogue: Catalogue) -> bytes:
        """What to ask the server of the copy."""
        counts = (
            f"SELECT pg_catalog.count(*) FROM ONLY {identifier(one.schema)}.{identifier(one.name)};"  # noqa: S608 – quoted
            for one in _with_rows(catalogue)
        )
        return "\n".join((*counts, *(_place_of(*name) for name in self.sequences))).encode()

    def _homes(self, catalogue: Catalogue) -> Mapping[str, str]:
        """Where each table's rows were read: as those of the whole, in a dump made with --load-via-partition-root."""
        divided = {one.full for one in catalogue.tables if one.partitioned and self.rows.get(one.full)}
        return {
            table.full: next((parent for parent in table.parents if parent in divided), table.full)
            for table in catalogue.tables
        }

    def differences(self, catalogue: Catalogue, answer: bytes) -> Iterator[str]:
        """What is not as in the source, in words that hold no number of its sequences."""
        tables, said = _with_rows(catalogue), answer.decode().splitlines()
        if len(said) != len(tables) + len(self.sequences):
            yield "its rows could not be counted"
            return
        there, read = Counter[str](), Counter[str]()
        homes = self._homes(catalogue)
        for table, count in zip(tables, said, strict=False):
            there[homes[table.full]] += int(count)
        for full, rows in self.rows.items():
            read[homes.get(full, full)] += rows
        for full, found in there.items():
            if found != read[full]:
                yield f"table {full} has {found} rows, and {read[full]} were read"
        for (name, (last, given)), place in zip(self.sequences.items(), said[len(tables) :], strict=True):
            if place not in (f"{last}|{str(given).lower()}", "moved"):
                yield f"sequence {written(*name)} does not go on where it stood before"


def _with_rows(catalogue: Catalogue) -> list[Table]:
    return [table for table in catalogue.tables if not table.partitioned]


def _place_of(schema: str, name: str) -> str:
    """A view that draws from a sequence moves it when it is filled, in any copy."""
    sequence = f"{identifier(schema)}.{identifier(name)}"
    return f"""SELECT CASE WHEN EXISTS (
    SELECT FROM pg_catalog.pg_depend WHERE refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND refobjid = {literal(sequence)}::pg_catalog.regclass
) THEN 'moved' ELSE last_value || '|' || is_called::text END FROM {sequence};"""  # noqa: S608 – quoted
