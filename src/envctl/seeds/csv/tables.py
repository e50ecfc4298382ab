"""Which file holds the rows of which table. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from envctl.catalogue import Table, written
from envctl.masking.policies.matches import Names
from envctl.masking.policies.rules import Fault, nearest
from envctl.seeds.csv.names import folded, hint, key, meant, quoted, table_of
from envctl.seeds.csv.settings import Settings


@dataclass(frozen=True)
class Named:
    """A file by its name, and by what of that may be the name of a table."""

    name: str
    stem: str


@dataclass
class Tables:
    """The table of each file that has one, and what is wrong. Files that are to be ignored are in neither."""

    of: dict[str, Table] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, file: str, table: Table, shown: str) -> None:
        """That file holds rows of this table: no other does."""
        if file in self.of:
            what = f"cannot hold rows of {shown} and of another table"
            self.faults.append(Fault(file, what, "take one of the two out of tables"))
            return
        if (other := next((name for name, taken in self.of.items() if taken is table), None)) is None:
            self.of[file] = table
            return
        said = f"say which it is: tables = {{ {key(shown)} = {quoted(file)} }}, ignore = [{quoted(other)}]"
        self.faults.append(Fault(file, f"holds rows of {shown}, and so does {other}", said))


def match_tables(files: Sequence[Named], names: Names, settings: Settings) -> Tables:
    """Hold the names of files against those of tables; what is said wins."""
    found = Tables()
    for name, file in settings.tables.items():
        table = table_of(name, names)
        if isinstance(table, Fault):
            found.faults.append(table)
        elif all(one.name != file for one in files):
            near = nearest(file, {one.name: one.name for one in files})
            found.faults.append(Fault(name, f"its file {file} is not there", hint(near)))
        else:
            found.add(file, table, names.shown(table.full))
    ignored = {*settings.ignore, *(settings.known.ignore if settings.known else ())}
    for one in files:
        if one.name not in ignored and one.name not in settings.tables.values():
            _by_name(one, names, found)
    return found


def _by_name(file: Named, names: Names, found: Tables) -> None:
    by_name = _by_names(names)
    several = {table.full: table for name in meant(file.stem, by_name) for table in by_name[name]}
    if len(several) == 1:
        (table,) = several.values()
        found.add(file.name, table, names.shown(table.full))
    elif several:
        said = f"say which: tables = {{ {_key(min(several))} = {quoted(file.name)} }}"
        found.faults.append(Fault(file.name, f"may hold rows of {' or '.join(sorted(several))}", said))
    else:
        near = nearest(folded(file.stem), {folded(name): _key(name) for name in by_name})
        said = f"write tables = {{ {near or 'TABLE'} = {quoted(file.name)} }}, or ignore = [{quoted(file.name)}]"
        found.faults.append(Fault(file.name, "there is no table of this name", said))


def _by_names(names: Names) -> Mapping[str, list[Table]]:
    """Tables by their names, without and with their schema; rows of a partition go into the table that is divided."""
    found: dict[str, list[Table]] = {}
    for table, name in _names(names):
        found.setdefault(name, []).append(table)
    return found


def _names(names: Names) -> Iterator[tuple[Table, str]]:
    for table in names.full.values():
        if not any(parent.partitioned for parent in map(names.full.get, table.parents) if parent):
            yield table, table.name
            yield table, table.full


def _key(name: str) -> str:
    """The name of a table, with its schema or without, as a key of TOML."""
    return key(written(*name.split(".", 1)))
