"""Data that is masked on its way in: from a dump, or from a live server. No raw value reaches what is built."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from envctl.errors import EnvctlError, Exit
from envctl.masking.key import BadKey, Key
from envctl.ops.mask.read import digest_of, secret_of
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.reader import UNCHANGED
from envctl.workload import Database, Masking

if TYPE_CHECKING:
    from envctl.ops.snapshots.proof import Evidence
    from envctl.seeds.dumps.plain import Plain
    from envctl.seeds.masked.subset import Subset


class Readable(Protocol):
    """A source that can be read as the text of a plain dump."""

    @property
    def words(self) -> str:
        """In words that hold no secret."""

    def digest(self, here: Here) -> str:
        """What identifies its content."""

    def before(self, site: Site) -> Mapping[str, str]:
        """What people want to know of it."""

    def plain(self, site: Site) -> AbstractContextManager[Plain]:
        """The text, for as long as it is read."""

    def loaded(self, site: Site) -> None:
        """What is left to do once all of the text is in."""


@dataclass(frozen=True)
class Masked(Source):
    """Another source, of which nothing gets in but what the rules let."""

    source: Readable
    database: Database
    masking: Masking
    _evidence: list[Evidence] = field(default_factory=list, repr=False, compare=False)  # once it is built

    @property
    def words(self) -> str:
        """`masked dump catalogue`."""
        return f"masked {self.source.words}"

    def digest(self, here: Here) -> str:
        """Of the source alone."""
        return self.source.digest(here)

    def mask(self, here: Here) -> str:
        """Digest of the rules, fingerprint of the key, what draws the pools (other versions of Faker have others), and
        which rows come.

        Raises EnvctlError without a key.
        """
        subset = f" subset {sha256(chosen.encode()).hexdigest()[:32]}" if (chosen := self.masking.subset) else ""
        return f"{digest_of(self.masking)} {self.key(here).fingerprint} faker {version('faker')}{subset}"

    def key(self, here: Here) -> Key:
        """The key. Raises EnvctlError: NOT_FOUND where it cannot be had, DATA_REFUSED where it is none."""
        name, what = self.masking.key_file or self.masking.key, f"The key that {self.words} depends on"
        try:
            return Key(secret_of(here, self.masking, what))
        except BadKey as bad:
            hint = "Set it to what `openssl rand -hex 32` prints, the same for all who shall get the same data."
            raise EnvctlError(Exit.DATA_REFUSED, f"{what} {bad}: {name}", hint=hint, unchanged=UNCHANGED) from None

    def before(self, site: Site) -> Mapping[str, str]:
        """What the source wants to know."""
        return self.source.before(site)

    def inside(self, site: Site) -> Mapping[str, str]:
        """Fill it with masked rows, and see that nothing is missing. Raises EnvctlError."""
        from envctl.ops.snapshots.pace import Pace
        from envctl.ops.snapshots.proof import Evidence
        from envctl.seeds.masked.fill import fill
        from envctl.seeds.moved import cut_off
        from envctl.seeds.swap import Filled
        from envctl.seeds.tidy import tidy

        digest, name = self.digest(site.here), self.database.data or ""
        evidence = Evidence(name, self.masking, self.key(site.here), digest, site.tell)
        with self.source.plain(site) as plain:
            subset = evidence.subset = self._subset(site, evidence, plain) if self.masking.subset else None
            evidence.loaded = fill(
                site.client,
                plain,
                self.database,
                Filled(name, digest),
                subset.plans(evidence.plans) if subset else evidence.plans,
                large_objects=evidence.policy.large_objects == "keep",
                told=Pace(site.tell, plain.share),
                say=site.tell,
            )
            if subset:
                subset.confirm()
        self.source.loaded(site)
        cut_off(site.client, self.database.user, self.database.name)
        site.tell(f"tidying {name}")
        tidy(site.client, self.database)
        evidence.look_inside(site)
        self._evidence.append(evidence)
        return {"data": digest}

    def _subset(self, site: Site, evidence: Evidence, plain: Plain) -> Subset:
        """Which rows of it come."""
        from envctl.ops.mask.subset import fitting_graph
        from envctl.ops.snapshots.pace import Pace
        from envctl.seeds.masked.subset import Subset

        name, what = self.database.data or "", "choosing rows of"
        graph = partial(fitting_graph, name, self.masking, now=evidence.now)
        large_objects = evidence.policy.large_objects == "keep"
        return Subset(name, plain, graph, large_objects, Pace(site.tell, plain.share, doing=what), site.tell)

    def proof(self, site: Site) -> str:
        """Look for every raw value in every byte of it. Raises EnvctlError(DATA_REFUSED) where one is found."""
        return self._evidence.pop().certificate(site).text()
