"""Programs that are there before it is known what they are told: to start one in a container takes a tenth of a second.

Whoever needs one next starts it while there is other work to be waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeAlias

from envctl.seeds.client import Streaming
from envctl.world.pipes import Input
from envctl.world.shell import Finished

Tell: TypeAlias = Callable[[Input], Finished]


@contextmanager
def ahead(client: Streaming, argv: tuple[str, ...], env: Mapping[str, str]) -> Iterator[Tell]:
    """One that waits to be told all of its input, once. It is ended where it is left before it has done that.

    What reading the input raises is raised.
    """
    said: Future[Input] = Future()
    with client.reading(argv, stdin=_said(said), env=env) as reading:

        def tell(text: Input) -> Finished:
            said.set_result(text)
            printed = b"".join(reading)
            status, stderr = reading.ended()
            return Finished(status, printed, stderr)

        try:
            yield tell
        finally:
            if not said.done():
                said.set_result(())


def _said(said: Future[Input]) -> Input:
    yield from said.result()
