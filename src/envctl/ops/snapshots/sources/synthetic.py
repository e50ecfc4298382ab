"""Rows that are made up, by a schema alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version

from envctl.ops.like import identity_of, shape_of
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.schema import digest_of, plain_of
from envctl.workload import Database, Synthetic, Workload

_FORM = 1  # raised when a database is filled otherwise by the same rows
_SHAPING = ("faker", "polars")  # other versions may make other values
_MANY = 500  # tables: the rows of more are not listed


@dataclass(frozen=True)
class MadeUp(Source):
    """What a `[data.NAME]` says of it, or `envctl seed --synthetic`."""

    workload: Workload
    database: Database
    synthetic: Synthetic
    _rows: dict[str, int] = field(default_factory=dict, repr=False, compare=False)  # once it is built

    @property
    def words(self) -> str:
        """`synthetic catalogue`."""
        return f"synthetic {self.database.data}"

    @property
    def seed(self) -> str:
        """What it depends on beside the rest."""
        return str(self.synthetic.seed)

    def digest(self, here: Here) -> str:
        """Of the schema, of what is said of rows, of what they are to be like, and of what makes them."""
        from envctl.synthetic.plan import ENGINE

        said = {
            "form": (_FORM, ENGINE),
            "schema": digest_of(here, self.workload.service, self.database),
            "settings": self.synthetic.settings,
            "like": identity_of(here, self.workload, self.synthetic.like) if self.synthetic.like else "",
            **{name: version(name) for name in _SHAPING},
        }
        return f"sha256:{sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"

    def before(self, site: Site) -> Mapping[str, str]:  # noqa: ARG002 – the server makes its folder itself
        """What it was made with."""
        return {"seed": self.seed, **({"like": self.synthetic.like} if self.synthetic.like else {})}

    def inside(self, site: Site) -> Mapping[str, str]:
        """Make all rows, and see that the server takes them. Raises EnvctlError."""
        from envctl.ops.snapshots.pace import Pace
        from envctl.seeds.made.fill import fill
        from envctl.seeds.made.synthetic import MadeUp as Maker
        from envctl.seeds.swap import Filled
        from envctl.seeds.tidy import tidy

        digest, name = self.digest(site.here), self.database.data or ""
        shape = shape_of(site.here, site, self.synthetic.like) if self.synthetic.like else None
        maker = Maker(name, self.synthetic.settings, self.synthetic.seed, shape, lambda what: site.tell(what, "info"))
        pace = Pace(site.tell, maker.share, doing="making")
        try:
            with plain_of(site, self.database) as plain:
                rows = fill(site.client, plain, self.database, Filled(name, digest), maker, told=pace, say=site.tell)
        finally:
            maker.close()
        self._rows.update(rows)
        site.tell(f"tidying {name}")
        tidy(site.client, self.database)
        return {"data": digest}

    def about(self) -> Mapping[str, str]:
        """How many rows its tables have."""
        each = {f"rows.{name.removeprefix('public.')}": str(count) for name, count in sorted(self._rows.items())}
        return {"rows": str(sum(self._rows.values())), **(each if len(each) <= _MANY else {})}
