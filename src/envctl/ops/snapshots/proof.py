"""The proof of masked data: what was masked is looked for in every byte that is kept, and must not be there."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import IO, cast

from polars import Series

from envctl.catalogue import Catalogue
from envctl.certificate import Certificate
from envctl.errors import EnvctlError, Exit
from envctl.masking.key import BadKey, Key
from envctl.masking.parts.pools import used
from envctl.masking.policies.policy import Checked
from envctl.masking.policies.rules import Policy
from envctl.masking.proof.filter import Seen
from envctl.masking.proof.scan import BLOCK, Hit, Scanner, Scanners, together
from envctl.masking.table import BadRules, TableMask
from envctl.ops.mask.fit import Misfit, compare, policy_of, refusal
from envctl.ops.mask.subset import told
from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.sources.reader import UNCHANGED, Reader, reader
from envctl.seeds.backups.unpacked import FileOf
from envctl.seeds.masked.fill import Loaded
from envctl.seeds.masked.subset import Subset
from envctl.seeds.masked.text import Mask, Masks, Unmasked
from envctl.seeds.masked.wide import wide
from envctl.seeds.server import connection, tell
from envctl.workload import Masking

RULE = "shorter than 8 bytes, numbers, dates and the like, or what masking writes too"
# $2: of a folder whose path fits, all that is in it.
_FILES = 'cd "$1" && find . -type d -path "$2" -prune -print | tar -cf - -T -'
_UNCOVERED = 'It is a table of an extension, or none of the schema: unlisted = "keep" lets those of extensions pass.'
_AGAIN = "run the same command again."
_SHOWN = 20  # of what is wrong


@dataclass
class Evidence:
    """What is known of masked data while it is made, and what its certificate is made of."""

    data: str  # what the stack file calls it
    masking: Masking
    key: Key
    source: str  # its digest
    tell: Callable[[str], None]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))  # what conditions take for it
    loaded: Loaded | None = None
    subset: Subset | None = None
    checked: Checked | None = None
    common: Series | None = None  # what of it is everybody's
    inside: Scanners | None = None  # what looked through what is not there at rest

    @cached_property
    def seen(self) -> Seen:
        """The raw values, as no more than keyed hashes."""
        return Seen(self.key)

    @cached_property
    def policy(self) -> Policy:
        """What the rules mean. Raises EnvctlError(DATA_REFUSED) that says what is wrong with them."""
        found = policy_of(self.data, self.masking)
        if isinstance(found, Misfit):
            raise refusal((found,), _AGAIN)
        return found

    def plans(self, catalogue: Catalogue) -> Masks:
        """Who masks each table of a database. Raises EnvctlError where a rule is missing, or does not fit."""
        try:
            self.key.prove()
        except BadKey as bad:
            raise EnvctlError(Exit.OUR_FAULT, f"The key {bad}.", unchanged=UNCHANGED) from None
        checked = compare(self.data, self.policy, catalogue)
        if isinstance(checked, Misfit):
            raise refusal((checked,), _AGAIN)
        for warning in checked.warnings[:_SHOWN]:
            self.tell(f"mind that {warning}")
        self.checked = checked

        def masks(schema: str, name: str, columns: tuple[str, ...]) -> Mask:
            full = f"{schema}.{name}"
            if full in catalogue.extension_tables and self.policy.unlisted == "keep":
                return Mask(bytes)
            table, rules = catalogue.table(full), checked.tables.get(full)
            if table is None or rules is None:
                raise Unmasked(f"has rows of {full}, which no rule can cover", hint=_UNCOVERED)
            try:
                mask = TableMask(table, columns, rules, self.key, self.seen, now=self.now)
            except BadRules as bad:
                raise Unmasked(f"has a table whose rules cannot be applied: {bad}") from None
            return Mask(mask.mask, divided=table.partitioned)

        return masks

    def look_inside(self, site: Site) -> None:
        """While the server runs: what it printed, which is gone with it, and values of which no byte stands as it is.

        Words that are in an empty database, in the schema and in pools are everybody's: they are not counted.
        """
        assert self.loaded is not None  # noqa: S101 – it was filled
        database = site.workload.database
        assert database is not None  # noqa: S101
        site.tell("looking for raw values in the new data")
        asked = "SELECT oid FROM pg_catalog.pg_database WHERE datname = 'template0'"
        pristine = tell(site.client, database, asked, doing="the server could not be asked")
        with reader(site, network="none") as container, Scanners(self.seen) as common:
            common.feed("the schema", self.loaded.schema)
            common.feed("pools", "\n".join(entry for pool in used() for entry in pool.entries).encode())
            look_through(container, site.place, common, f"*/base/{pristine}")
            major = container.place().major
        self.common = common.known
        with Scanners(self.seen, self.common) as scanner:
            engine = site.here.world.engine
            for stream in ("stdout", "stderr"):
                for line in engine.logs(site.server, stream=stream, follow=False, since=None, tail=None):
                    scanner.feed(f"the server's {stream}", line + b"\n")
            into = connection(database.name, database.user)
            for name, blocks in wide(site.client, into, self.loaded.catalogue, major):
                for block in blocks:
                    scanner.feed(f"long values of {name}", block)
        self.inside = scanner

    def certificate(self, site: Site) -> Certificate:
        """Look through all of it at rest. Raises EnvctlError(DATA_REFUSED) where a raw value is found anywhere."""
        assert self.loaded is not None  # noqa: S101 – it was filled
        assert self.checked is not None  # noqa: S101
        assert self.inside is not None  # noqa: S101
        with reader(site, network="none") as container, Scanners(self.seen, self.common) as scanner:
            look_through(container, site.place, scanner)
        if hits := together((self.inside.hits, scanner.hits)):
            raise _found(hits)
        left = self.seen.left
        rules = [(table, rule) for table, found in self.checked.tables.items() for rule in found]
        return Certificate(
            source=self.source,
            policy=self.policy.digest,
            key=self.key.fingerprint,
            rows=self.loaded.rows,
            columns={f"{table}.{rule.column.name}": rule.transform.name for table, rule in rules},
            values=self.seen.sought,
            skipped=left.short + left.uniform + left.written,
            rule=RULE,
            scanned=self.inside.scanned + scanner.scanned,
            unsought=tuple(sorted(f"{table}.{rule.column.name}" for table, rule in rules if not rule.sought)),
            subset=told(self.masking) if self.subset else {},
            out_of=self.subset.out_of if self.subset else {},
            moment=self.now.isoformat(timespec="seconds") if self.subset else "",
        )


def look_through(container: Reader, place: str, scanner: Scanner | Scanners, only: str = "*") -> None:
    """Feed all files, or those of folders whose path fits."""
    with container.reading(_FILES, place, only, user="0") as reading:
        with tarfile.open(fileobj=cast("IO[bytes]", FileOf(iter(reading))), mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                while content is not None and (block := content.read(BLOCK)):
                    scanner.feed(member.name, block)
        for _ in reading:
            pass
        status, said = reading.ended()
    if status:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the new data could not be looked through: {said.decode('utf-8', 'replace').strip()[-200:]}",
            unchanged=UNCHANGED,
        )


def _found(hits: Mapping[str, Hit]) -> EnvctlError:
    lines = [f"{hit.column}: {hit.count:,} times, first in {hit.file} at byte {hit.offset:,}" for hit in hits.values()]
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"raw values of {', '.join(list(hits)[:5])} are in the new data, which was given up",
        details=tuple(lines[:_SHOWN]),
        unchanged=UNCHANGED,
        hint="Another column holds them too. Mask it as well, with the same identity; or, where they are words that "
        'say nothing of anybody, let them stand: { mask = "…", elsewhere = "keep" }.',
    )
