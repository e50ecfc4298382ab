"""Nothing: what a server makes at its first start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source


@dataclass(frozen=True)
class Empty(Source):
    """A new server of a kind."""

    kind: str

    @property
    def words(self) -> str:
        """`empty postgres`."""
        return f"empty {self.kind}"

    def digest(self, here: Here) -> str:  # noqa: ARG002 – other sources look
        """There is nothing that could differ."""
        return "empty"

    def before(self, site: Site) -> Mapping[str, str]:  # noqa: ARG002 – other sources fill it
        """The server makes its folder itself."""
        return {}

    def inside(self, site: Site) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing is put in."""
        return {}
