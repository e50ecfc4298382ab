"""Which column of a file fills which one of its table. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from envctl.catalogue import Column, Table
from envctl.masking.policies.matches import Names
from envctl.masking.policies.rules import Fault, nearest
from envctl.seeds.csv.names import column_of, folded, key, meant, quoted
from envctl.seeds.csv.settings import Settings

_REFERENCE = "id"  # what the name of a column that references a row may have behind the name of what it references


@dataclass(frozen=True)
class Taken:
    """A column of a file, by its place in it, that fills one of the table."""

    at: int
    column: Column


@dataclass
class Columns:
    """What is said of columns, held against files one after the other. What does not fit is in `faults`."""

    names: Names
    settings: Settings
    faults: list[Fault] = field(default_factory=list)
    _said: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # table → column → heading
    _often: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # table → folded → column
    _ignored: set[str] = field(default_factory=set)  # entries that were of use

    def __post_init__(self) -> None:
        for name, heading in self.settings.columns.items():
            found = column_of(name, self.names)
            if isinstance(found, Fault):
                self.faults.append(found)
            else:
                self._said[found[0].full][found[1].name] = heading
        for name, heading in (self.settings.known.columns if self.settings.known else {}).items():
            if not isinstance(found := column_of(name, self.names), Fault):
                self._often[found[0].full][folded(heading)] = found[1].name

    def match(self, file: str, header: Sequence[str], table: Table) -> tuple[Taken, ...]:
        """The columns of a table that a file with these headings fills."""
        places = self._places(file, header, table)
        found: dict[str, Taken] = {}
        for at, heading in enumerate(header):
            if self._ignore(table, heading):
                continue
            column = places[at] if at in places else self._by_name(file, heading, table, set(places.values()))
            if column is None:
                continue
            shown = self.names.shown(table.full, column)
            if column in found:
                said = f'say which: columns = {{ {key(shown)} = "…" }}, and ignore the other'
                what = f"{heading} would fill {shown}, and so would {header[found[column].at]}"
                self.faults.append(Fault(file, what, said))
            elif (known := table.column(column)) and known.generated:
                self.faults.append(
                    Fault(
                        file,
                        f"{heading} is for {shown}, which Postgres computes",
                        f"write {self._left(table, heading)}",
                    )
                )
            elif known:
                found[column] = Taken(at, known)
        self._missing(file, table, found)
        return tuple(found.values())

    def unused(self, files: Sequence[str]) -> None:
        """What is to be ignored has to be there; call it when all is matched."""
        for entry in self.settings.ignore:
            if entry not in files and entry not in self._ignored:
                what = "is to be ignored, and is neither a file nor a column of one that is read"
                self.faults.append(Fault(entry, what, "write the name of a file, or TABLE.HEADING"))

    def _places(self, file: str, header: Sequence[str], table: Table) -> Mapping[int, str]:
        """What was said of them: the column by the place of its heading."""
        found: dict[int, str] = {}
        for column, heading in self._said[table.full].items():
            if len(several := [at for at, one in enumerate(header) if one in meant(heading, header)]) == 1:
                found[several[0]] = column
                continue
            what = f"has {len(several)} columns" if several else "has no column"
            near = nearest(heading, {one: one for one in header})
            said = f"did you mean {near}?" if near and not several else ""
            self.faults.append(
                Fault(file, f"{what} {heading}, as is said of {self.names.shown(table.full, column)}", said)
            )
        return found

    def _by_name(self, file: str, heading: str, table: Table, told: set[str]) -> str | None:
        """The column that a heading means; a fault where it may be none or several."""
        free = [column.name for column in table.columns if column.name not in told]
        found = meant(heading, free) or self._known(heading, table, free)
        if len(found) == 1:
            return found[0]
        if found:
            several = " or ".join(self.names.shown(table.full, column) for column in found)
            said = f"say which: columns = {{ {key(self.names.shown(table.full, found[0]))} = {quoted(heading)} }}"
            self.faults.append(Fault(file, f"{heading} may be {several}", said))
            return None
        near = nearest(folded(heading), {folded(column): column for column in free}) or "COLUMN"
        known = f"{self.names.shown(table.full)}.{near}" if near == "COLUMN" else self.names.shown(table.full, near)
        said = f"write columns = {{ {key(known)} = {quoted(heading)} }}, or {self._left(table, heading)}"
        what = f"has a column {heading}, and {self.names.shown(table.full)} has none of this name"
        self.faults.append(Fault(file, what if heading else "has a column without a name", said))
        return None

    def _known(self, heading: str, table: Table, free: Sequence[str]) -> tuple[str, ...]:
        """What a recipe knows it as, or the column that references what it names: `patient` is `patient_id`."""
        often = self._often[table.full].get(folded(heading), "")
        if often in free:
            return (often,)
        references = {column for key in table.foreign_keys for column in key.columns}
        return tuple(one for one in free if one in references and folded(one) == folded(heading) + _REFERENCE)

    def _missing(self, file: str, table: Table, found: Mapping[str, Taken]) -> None:
        """What no row may lack, and no row of the file has."""
        for column in table.columns:
            if not (column.nullable or column.filled or column.generated or column.name in found):
                shown = self.names.shown(table.full, column.name)
                said = f'say how it is headed: columns = {{ {key(shown)} = "…" }}'
                self.faults.append(Fault(file, f"has no column for {shown}, which may not be null", said))

    def _ignore(self, table: Table, heading: str) -> bool:
        known = self.settings.known.ignore if self.settings.known else ()
        entries = {f"{table.name}.{heading}", f"{table.full}.{heading}"} & {*self.settings.ignore, *known}
        self._ignored |= entries
        return bool(entries)

    def _left(self, table: Table, heading: str) -> str:
        return f"ignore = [{quoted(f'{table.name}.{heading}')}]"
