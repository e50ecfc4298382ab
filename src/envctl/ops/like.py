"""How the data of another `[data.NAME]` is spread: what is made up in its likeness is made by that, and by no row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.sources.reader import UNCHANGED, reader
from envctl.shape import Shape
from envctl.workload import Database, Masking, Workload

if TYPE_CHECKING:
    from envctl.ops.snapshots.sources.live import LiveServer
    from envctl.seeds.shapes.rows import Kept
    from envctl.world.shell import Finished

_FORM = 1  # of what is read: a change of it is another shape of the same data


def identity_of(here: Here, workload: Workload, name: str) -> str:
    """What the shape of that data depends on: the content of a dump, or which server it is, and the rules of masking.

    No server is asked. Raises EnvctlError: USAGE for what has no shape, and as the source does.
    """
    from envctl.ops.mask.read import digest_of
    from envctl.ops.snapshots.sources import source_of

    example = _example(here, workload, name)
    source = source_of(here, replace(workload, database=replace(example, mask=None)))
    content = source.digest(here).partition("#")[0]  # of a server it is not said how many times it was read
    return f"like {content} {digest_of(example.mask) if example.mask else 'no rules'} {_FORM}"


def shape_of(here: Here, site: Site, name: str) -> Shape:
    """The shape of that data, read by the throwaway server of the site, which runs: from a dump, or of what the planner
    of a live server knows. What is not known is told.

    Raises EnvctlError: USAGE for what has no shape, DATA_REFUSED where it cannot be read or its rules do not fit.
    """
    example = _example(here, site.workload, name)
    site.tell(f"reading how the data of {name} is spread")
    shape = _read(site, example) if example.live is None else _asked(site, example)
    for note in shape.notes:
        site.tell(f"{name}: {note}", "done")
    return shape


def _example(here: Here, workload: Workload, name: str) -> Database:
    """That data as if the service's database were filled from it. Raises EnvctlError."""
    from envctl.stack import refuse_missing_files
    from envctl.stack.data import Backup, Dump, Live

    section = here.stack.data.get(name)
    if not isinstance(section, Dump | Live):
        known = [other for other, one in here.stack.data.items() if isinstance(one, Dump | Live)]
        what = "there is no such section" if section is None else "its rows are listed or made up"
        raise EnvctlError(
            Exit.USAGE,
            f"no data can be made like {name}: {'it is a whole server' if isinstance(section, Backup) else what}",
            unchanged=UNCHANGED,
            hint=f"Such are: {', '.join(known)}." if known else 'Add a [data.NAME] with from = "dump" or "live".',
        )
    refuse_missing_files(here.stack, {name})
    database = workload.database
    assert database is not None  # noqa: S101 – of a service that has one
    return section.fill(Database(database.name, database.user, data=name), here.stack.root)


def _read(site: Site, example: Database) -> Shape:
    """Of a dump: its rows are counted as they pass."""
    from envctl.ops.snapshots.pace import Pace
    from envctl.ops.snapshots.sources.dump import Dump
    from envctl.seeds.masked.fill import declared, refusing
    from envctl.seeds.shapes.rows import shape_of_rows

    name = example.data or ""
    with Dump(site.workload.service, example).plain(site) as plain:
        catalogue = declared(site.client, plain, example)
        kept = _kept(name, example.mask, catalogue)
        told = Pace(site.tell, plain.share, doing="counting rows of")
        with refusing(name), plain.text() as blocks:
            shape = shape_of_rows(blocks, catalogue, kept, told)
        plain.done()
    return shape


def _asked(site: Site, example: Database) -> Shape:
    """Of a live server: its planner knows it."""
    from envctl.ops.snapshots.sources.live import LiveServer
    from envctl.seeds.catalogue import catalogue as catalogues
    from envctl.seeds.servers import live
    from envctl.seeds.shapes import statistics
    from envctl.seeds.shapes.wanted import wanted

    assert example.live is not None  # noqa: S101 – chosen for it
    server = LiveServer(example, example.live)
    url = server.url(site.here)
    with reader(site) as container:
        words = ("psql", url.connection(), "--no-password", "--command=SET client_encoding TO 'UTF8'")
        found = container.run(live.RUN, *words, *catalogues.ask(), stdin=url.line)
        try:
            catalogue = catalogues.read(_printed(server, found))
            kept = _kept(example.data or "", example.mask, catalogue)
            looked = {table.full: wanted(table, kept.get(table.full, ())) for table in catalogue.tables}
            question = statistics.question(catalogue, looked)
            said = container.run(live.TALK, "psql", url.connection(), *statistics.OPTIONS, stdin=url.line + question)
            return statistics.read_statistics(_printed(server, said), catalogue, looked)
        except live.Odd as odd:
            hint = "It has to be a server of Postgres 12 to 18."
            raise _refused(f"{server.words} {odd}", hint) from None


def _printed(server: LiveServer, finished: Finished) -> bytes:
    """What a server answered. Raises EnvctlError where it did not."""
    from envctl.seeds.servers import live

    if finished.status:
        why = live.why(finished.stderr, finished.status)
        raise _refused(f"{server.words} cannot be asked for its statistics: {why}", live.hint(finished.stderr))
    return finished.stdout


def _kept(name: str, masking: Masking | None, catalogue: Catalogue) -> Kept:
    """The columns that a rule keeps: not those that pass since no rule is about them. Raises EnvctlError."""
    from envctl.masking.policies.matches import Names, match
    from envctl.masking.policies.rules import Policy
    from envctl.ops.mask.fit import fitting, policy_of

    if masking is None:
        return {}
    checked, policy = fitting(name, masking, catalogue), policy_of(name, masking)
    assert isinstance(policy, Policy)  # noqa: S101 – it fits
    rules = match(policy, Names(catalogue)).rules
    return {
        table.full: [
            column
            for column in checked.kept[table.full]
            if any((full, column) in rules for full in (table.full, *table.parents))
        ]
        for table in catalogue.tables
    }


def _refused(message: str, hint: str) -> EnvctlError:
    return EnvctlError(Exit.DATA_REFUSED, message, unchanged=UNCHANGED, hint=hint)
