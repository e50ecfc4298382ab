"""The rows of files as those that a database is filled with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envctl.catalogue import Catalogue, Table
from envctl.masking.policies.matches import Names
from envctl.masking.policies.rules import Fault
from envctl.seeds.csv.columns import Columns, Taken
from envctl.seeds.csv.files import File, found
from envctl.seeds.csv.names import quoted
from envctl.seeds.csv.parquet import ParquetFile
from envctl.seeds.csv.refusal import CORRECT, refused, unfitting, unreadable
from envctl.seeds.csv.settings import Settings
from envctl.seeds.csv.tables import Named, match_tables
from envctl.seeds.csv.texts import TextFile, meant_delimiter
from envctl.seeds.made.base import Part

Opened = TextFile | ParquetFile


@dataclass
class Files:
    """What makes rows of the files of a folder, or of one file; `name` is what the stack calls the data."""

    name: str
    path: Path
    settings: Settings
    _size: int = field(default=0, init=False)
    _read: int = field(default=0, init=False)

    @property
    def words(self) -> str:
        """`The data catalogue`."""
        return f"The data {self.name}"

    @property
    def advice(self) -> str:
        """What to do where the server refuses a row or a constraint."""
        return CORRECT

    def parts(self, catalogue: Catalogue) -> Iterator[Part]:
        """The rows of each file. Raises EnvctlError before the first where files and database do not fit."""
        files = {file.name: file for file in found(self.path)}
        named = [Named(file.name, file.stem) for file in files.values()]
        names = Names(catalogue)
        tables = match_tables(named, names, self.settings)
        columns = Columns(names, self.settings)
        read = [self._matched(files[name], table, columns) for name, table in tables.of.items()]
        columns.unused(tuple(files))
        if faults := [*tables.faults, *columns.faults]:
            raise unfitting(faults)
        if not read:
            raise refused(f"No file of {self.path} belongs to a table.", 'Say which: tables = { TABLE = "FILE" }.')
        self._size, self._read = sum(_size(matched.file) for matched in read), 0
        return iter([matched.part(self._told) for matched in read])

    def share(self) -> float | None:
        """How much of the files was read."""
        return min(1.0, self._read / self._size) if self._size else None

    def _told(self, read: int) -> None:
        self._read += read

    def _matched(self, file: File, table: Table, columns: Columns) -> _Matched:
        opened = self._opened(file)
        header = opened.header()
        sign = meant_delimiter(header) if isinstance(opened, TextFile) else ""
        if sign and len([column for column in table.columns if not column.generated]) > 1:
            said = f"write delimiter = {quoted(sign)}"
            columns.faults.append(
                Fault(file.name, f"has but one column, headed with {len(header[0].split(sign))} names", said)
            )
            return _Matched(file, opened, table, 1, ())
        taken = columns.match(file.name, header, table)
        if isinstance(opened, ParquetFile):
            opened.check(taken)
        if not taken and not columns.faults:
            columns.faults.append(
                Fault(file.name, "has no column that is taken", f"write ignore = [{quoted(file.name)}]")
            )
        return _Matched(file, opened, table, len(header), taken)

    def _opened(self, file: File) -> Opened:
        if file.kind == "parquet":
            return ParquetFile(file)
        return TextFile(file, self.settings.delimiter or file.delimiter, self.settings.null, self.settings.encoding)


@dataclass(frozen=True)
class _Matched:
    """A file whose table and columns are known."""

    file: File
    opened: Opened
    table: Table
    width: int
    taken: Sequence[Taken]

    def part(self, read: Callable[[int], None]) -> Part:
        """Its rows."""
        columns = tuple(taken.column.name for taken in self.taken)
        if isinstance(self.opened, ParquetFile):
            blocks = self.opened.blocks(self.taken, read)
            return Part(self.table, columns, blocks, lambda row: f"{self.file.name}, row {row}")
        text = self.opened
        blocks = text.blocks([taken.at for taken in self.taken], self.width, read)
        return Part(self.table, columns, blocks, lambda row: f"{self.file.name}, line {text.line(row, self.width)}")


def _size(file: File) -> int:
    try:
        return file.path.stat().st_size
    except OSError as error:
        raise unreadable(file.path, error) from None
