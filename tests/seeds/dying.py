"""A restore that waits in the middle of the data, to be killed there: CONTAINER DATABASE PATH."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.restore import restore
from envctl.workload import Database
from envctl.world.pipes import Aside, Input
from envctl.world.shell import Finished
from tests.seeds.postgres import USER, Postgres


class Waiting(Postgres):
    """Feeds half of what it is given, says so, and waits."""

    def run(
        self, argv: tuple[str, ...], *, stdin: Input | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """As ever, but for its input."""
        return super().run(argv, stdin=None if stdin is None else half(stdin), env=env)


def half(blocks: Input) -> Iterator[bytes]:
    """The first half of the first long block."""
    for block in blocks:
        assert not isinstance(block, Aside)
        yield block[: len(block) // 2]
        if len(block) > 1000:
            sys.stdout.write("half of it is there\n")
            sys.stdout.flush()
            sys.stdin.read()


if __name__ == "__main__":
    container, database, path = sys.argv[1:]
    restore(Waiting(container), check(Path(path)), Database(database, USER))
