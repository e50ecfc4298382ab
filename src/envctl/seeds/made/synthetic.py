"""Rows that are made up, as what a database is filled with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.seeds.made.ahead import Ahead, Work
from envctl.seeds.made.base import Part
from envctl.seeds.made.migrations import of_migrations
from envctl.seeds.refusal import KEPT

if TYPE_CHECKING:
    from envctl.shape import Shape
    from envctl.synthetic.plan import Part as Planned
    from envctl.synthetic.plan import Plan

_CELLS = 1 << 18  # values of a block, at most: short ones come to about 4 MB
_BLOCK = 4 << 20  # bytes of one, about
_SAMPLE = 64  # rows by which it is told how long those of a table are


@dataclass
class MadeUp:
    """What the stack file calls it, its settings as JSON, the seed, and the statistics that it takes over. It says what
    of these is about nothing.
    """

    name: str
    settings: str
    seed: int
    shape: Shape | None = None
    say: Callable[[str], None] = lambda _what: None
    _all: int = 0
    _made: int = 0
    _ahead: Ahead | None = field(default=None, repr=False)

    @property
    def words(self) -> str:
        """`The made-up data catalogue`."""
        return f"The made-up data {self.name}"

    @property
    def advice(self) -> str:
        """Whoever knows the rule that was not understood says how to meet it."""
        return f'Say how the column is made: [data.{self.name}.columns] "TABLE.COLUMN" = …'

    def parts(self, catalogue: Catalogue) -> Iterator[Part]:
        """All tables but those of tools that migrate. Raises EnvctlError where it cannot be made."""
        plan, steps = self._planned(catalogue)
        self._all = sum(part.count for part in plan.tables)
        ahead = self._ahead = Ahead(_works(plan, steps))
        for part in plan.tables:
            yield Part(part.table, part.columns, self._blocks(ahead, part.count, steps[part.table.full]))

    def share(self) -> float | None:
        """Of the rows."""
        return self._made / self._all if self._all else None

    def close(self) -> None:
        """Nobody wants more of it."""
        if self._ahead is not None:
            self._ahead.close()

    def _planned(self, catalogue: Catalogue) -> tuple[Plan, dict[str, int]]:
        """How rows are made, and how many rows of each table make a block."""
        from pydantic import ValidationError

        from envctl.synthetic.base import Impossible
        from envctl.synthetic.plan import plan
        from envctl.synthetic.settings import Settings

        if self.shape is not None and (strange := self.shape.strange(catalogue)):
            self.say(f"not here are tables of the example: {', '.join(strange)}")
        left_out = [table.full for table in of_migrations(catalogue)]
        try:
            settings = Settings.model_validate_json(self.settings)
            found = plan(catalogue, settings, self.seed, self.shape, left_out=left_out)
            return found, {part.table.full: _step(found, part) for part in found.tables}
        except Impossible as impossible:
            raise self._refused(str(impossible)) from None
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            raise self._refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None

    def _refused(self, why: str) -> EnvctlError:
        return EnvctlError(Exit.DATA_REFUSED, f"{self.words} cannot be made: {why}.", hint=self.advice, unchanged=KEPT)

    def _blocks(self, ahead: Ahead, count: int, step: int) -> Iterator[bytes]:
        from envctl.synthetic.base import Impossible

        for first in range(0, count, step):
            try:
                block = ahead.take()
            except Impossible as impossible:
                raise self._refused(str(impossible)) from None
            yield block
            self._made += min(step, count - first)


def _step(plan: Plan, part: Planned) -> int:
    """How many rows make a block: how long a few of them are holds for most."""
    few = min(part.count, _SAMPLE)
    length = len(plan.copy(part.table.full, 0, few)) / few if few else 0
    return max(1, min(_CELLS // max(1, len(part.columns)), int(_BLOCK / max(1, length))))


def _works(plan: Plan, steps: dict[str, int]) -> Iterator[Work]:
    for part in plan.tables:
        full, step = part.table.full, steps[part.table.full]
        for first in range(0, part.count, step):
            yield partial(plan.copy, full, first, min(first + step, part.count))
