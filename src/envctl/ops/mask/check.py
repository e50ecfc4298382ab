"""The story of `mask check`: the rules held against a schema, before any data moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from envctl.catalogue import Catalogue, Table
from envctl.errors import EnvctlError, Exit
from envctl.ops.choose import choose
from envctl.ops.client import DatabaseClient
from envctl.ops.mask.refuse import NOT_MOVED, refuse_unmasked
from envctl.ops.mask.source import chosen, database_of, opened
from envctl.ops.setting import Here
from envctl.reports.mask import CheckedData, CheckedTable, MaskChecked, MaskedColumn
from envctl.workload import Workload

if TYPE_CHECKING:
    from envctl.masking.policies.policy import Checked
    from envctl.masking.table import ColumnRule

SOURCE, ENVIRONMENT = "source", "environment"


def check(here: Here, services: tuple[str, ...] = (), schema: str = SOURCE) -> MaskChecked:
    """Hold the rules of services' data against the schema of its source, or of the environment's databases.

    No row is read and no key needed. Raises EnvctlError(DATA_REFUSED) with every problem of all of them.
    """
    from envctl.ops.mask.fit import Misfit, compare, policy_of, refusal
    from envctl.ops.mask.subset import graph_of, told

    misfits: list[Misfit] = []
    checked: list[CheckedData] = []
    for workload in masked(here, services):
        database = database_of(workload)
        assert database.mask is not None  # noqa: S101 – chosen for it
        name = database.data or ""
        policy = policy_of(name, database.mask)
        if isinstance(policy, Misfit):
            misfits.append(policy)
            continue
        catalogue = _catalogue(here, workload, schema)
        found = compare(name, policy, catalogue)
        graph = graph_of(name, database.mask, catalogue, datetime.now(UTC))
        misfits += [one for one in (found, graph) if isinstance(one, Misfit)]
        if isinstance(found, Misfit) or isinstance(graph, Misfit):
            continue
        tables = tuple(_told(table.full, found) for table in whole(catalogue))
        warnings = tuple(map(str, found.warnings))
        cut = tuple(table.full for table in whole(catalogue) if table.full in graph.parts)
        asked = told(database.mask, whole=True)
        checked.append(CheckedData(workload.service, name, schema, tables, warnings, asked, cut))
    if misfits:
        again = "run `envctl mask check" + (" --schema environment`" if schema == ENVIRONMENT else "`") + " again."
        raise refusal(misfits, again)
    return MaskChecked(tuple(checked))


def masked(here: Here, services: tuple[str, ...]) -> list[Workload]:
    """The services whose data is masked: those named, or all. Raises EnvctlError where one of them is not, or none."""
    found = chosen(here, services)
    those = [workload for workload in found if database_of(workload).mask is not None]
    if services or not those:
        refuse_unmasked(found)
    return those


def _catalogue(here: Here, workload: Workload, schema: str) -> Catalogue:
    if schema == ENVIRONMENT:
        return _of_environment(here, workload)
    with opened(here, workload) as source:
        return source.catalogue


def _of_environment(here: Here, workload: Workload) -> Catalogue:
    """What the environment's database consists of now."""
    from envctl.seeds.catalogue import catalogue
    from envctl.seeds.failures import read_failure
    from envctl.seeds.server import ENV, PSQL, connection
    from envctl.seeds.servers.live import Odd

    service, database = workload.service, database_of(workload)
    client = DatabaseClient(here.world, choose(here, (service,))[service].id)
    finished = client.run((*PSQL, connection(database.name, database.user), *catalogue.ask()), env=ENV)
    if finished.status:
        raise EnvctlError(
            Exit.UNHEALTHY,
            f"the database of {service} could not be asked for its schema: {read_failure(finished.stderr).text}",
            unchanged=NOT_MOVED,
            hint="See whether it runs with `envctl status`; `envctl up` brings it up.",
        )
    try:
        return catalogue.read(finished.stdout)
    except Odd as odd:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the database of {service} {odd}",
            unchanged=NOT_MOVED,
            hint="Give the service an image of Postgres 12 to 18.",
        ) from None


def whole(catalogue: Catalogue) -> list[Table]:
    """All tables but partitions, whose rules are those of the table that they are partitions of."""
    divided = {table.full for table in catalogue.tables if table.partitioned}
    return [table for table in catalogue.tables if not divided.intersection(table.parents)]


def _told(table: str, found: Checked) -> CheckedTable:
    return CheckedTable(table, tuple(map(_column, found.tables[table])), found.kept[table])


def _column(rule: ColumnRule) -> MaskedColumn:
    settings = rule.transform.model_dump(mode="json", exclude_defaults=True)
    return MaskedColumn(rule.column.name, rule.transform.name, rule.identity, settings, rule.where)
