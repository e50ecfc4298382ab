"""The story of `mask preview`: what masking does to a few rows, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from envctl.catalogue import Catalogue, Table, written
from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.check import masked, whole
from envctl.ops.mask.refuse import NOT_MOVED
from envctl.ops.mask.source import Opened, database_of, only, opened
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import source_of
from envctl.reports.mask import MaskShown, ShownColumn, ShownTable
from envctl.workload import Workload

if TYPE_CHECKING:
    import polars as pl

    from envctl.masking.key import Key
    from envctl.masking.policies.policy import Checked
    from envctl.masking.table import ColumnRule
    from envctl.ops.snapshots.sources.masked import Masked


def preview(
    here: Here, service: str | None = None, table: str | None = None, *, rows: int = 3, real: bool = False
) -> MaskShown:
    """Mask a few rows of each table, or of one: made-up rows, or the first `real` ones of the source.

    What real rows become of it is for nobody but who asked: whoever shows it sees to that. Raises EnvctlError.
    """
    from envctl.ops.mask.fit import fitting

    workload = _chosen(here, service)
    database = database_of(workload)
    assert database.mask is not None  # noqa: S101 – chosen for it
    key, name = _key(here, workload), database.data or ""
    with opened(here, workload) as source:
        found = fitting(name, database.mask, source.catalogue)
        shown = previewed(source, found, key, table, rows=rows, real=real)
    return MaskShown(workload.service, name, real, shown)


def previewed(
    source: Opened, found: Checked, key: Key, table: str | None, *, rows: int, real: bool
) -> tuple[ShownTable, ...]:
    """The same of a source that was opened, with rules that fit it. Raises EnvctlError."""
    tables = _tables(source.catalogue, found, table)
    frames = _rows(source, tables, rows, real=real)
    return tuple(_shown(one, found, frames[one.full], key) for one in tables)


def _chosen(here: Here, service: str | None) -> Workload:
    """The one that is named, else the only one that is masked."""
    return only(masked(here, () if service is None else (service,)))


def _key(here: Here, workload: Workload) -> Key:
    from envctl.masking.key import BadKey

    source = cast("Masked", source_of(here, workload))
    key = source.key(here)
    try:
        key.prove()
    except BadKey as bad:
        raise EnvctlError(
            Exit.OUR_FAULT,
            f"the key of {source.words} {bad}",
            unchanged=NOT_MOVED,
            hint="Install envctl anew: a library that it depends on is broken.",
        ) from None
    return key


def _tables(catalogue: Catalogue, found: Checked, named: str | None) -> list[Table]:
    """Those that are meant. Raises EnvctlError(USAGE)."""
    there = [one for one in whole(catalogue) if one.full in found.tables]
    if named is None:
        return there
    called = [one for one in catalogue.tables if named in _names(one)]
    exact = [one for one in called if named != one.name or one.schema == "public"] or called
    if len(exact) != 1:
        raise _unclear(named, called, there)
    return exact


def _names(table: Table) -> set[str]:
    """What somebody may call it."""
    return {table.name, table.full, written(table.name), written(table.schema, table.name)}


def _rows(source: Opened, tables: Sequence[Table], count: int, *, real: bool) -> Mapping[str, pl.DataFrame]:
    from envctl.masking.suggesting.preview import made_up
    from envctl.ops.mask.rows import first_rows

    if not real:
        return {table.full: made_up(table, count) for table in tables}
    found = first_rows(source, count)
    return {table.full: _real(source.catalogue, table, found, count) for table in tables}


def _real(catalogue: Catalogue, table: Table, found: Mapping[str, pl.DataFrame], count: int) -> pl.DataFrame:
    """Rows of a table, or of its partitions: those are where they are."""
    import polars as pl

    from envctl.masking.suggesting.preview import made_up

    names = made_up(table, 0).columns
    parts = [one.full for one in catalogue.tables if one is table or (table.partitioned and table.full in one.parents)]
    frames = [frame.select(names) for full in parts if (frame := found.get(full)) is not None]
    return pl.concat([made_up(table, 0), *frames]).head(count)


def _shown(table: Table, found: Checked, frame: pl.DataFrame, key: Key) -> ShownTable:
    rules = {rule.column.name: rule for rule in found.tables[table.full]}
    after = _masked(table, frame, tuple(rules.values()), key)
    columns = (
        ShownColumn(name, rules[name].transform.name, tuple(frame[name].to_list()), tuple(after[name].to_list()))
        for name in frame.columns
        if name in rules
    )
    return ShownTable(table.full, tuple(columns), found.kept[table.full])


def _masked(table: Table, frame: pl.DataFrame, rules: Sequence[ColumnRule], key: Key) -> pl.DataFrame:
    """The same rows after their rules, by the very code that masks what goes into a snapshot."""
    import polars as pl

    from envctl.masking.copying import escaped, rows, text, unescaped
    from envctl.masking.table import BadRules, MaskFailed, TableMask

    block = text(pl.DataFrame([escaped(frame[name]) for name in frame.columns]))
    try:
        done = rows(TableMask(table, frame.columns, rules, key, now=datetime.now(UTC)).mask(block), frame.columns)
    except (BadRules, MaskFailed) as failure:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{table.full} cannot be masked: {failure}",
            unchanged=NOT_MOVED,
            hint="Give that column another mask, or other settings.",
        ) from None
    return pl.DataFrame([unescaped(done[name]) for name in frame.columns])


def _unclear(named: str, called: Sequence[Table], there: Sequence[Table]) -> EnvctlError:
    known = ", ".join(written(one.schema, one.name) for one in called or there)
    return EnvctlError(
        Exit.USAGE,
        f"several tables are called {named}" if called else f"there is no table {named}",
        unchanged=NOT_MOVED,
        hint=f"There are: {known or 'none'}.",
    )
