"""Independent work at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from envctl.world.shell import Shell

T = TypeVar("T")


def together(shell: Shell, works: Iterable[Callable[[], T]], *, at_most: int = 8) -> list[T]:
    """Run all works at the same time and return their results in order.

    When one fails nothing new starts, those under way end first, and the first failure in order is raised. When we are
    interrupted the programs they run are ended.
    """
    with ThreadPoolExecutor(at_most) as pool:
        futures: list[Future[T]] = [pool.submit(work) for work in works]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:
            shell.end_all()
            raise
        finally:
            for future in futures:
                future.cancel()
    failed = next((f for f in futures if not f.cancelled() and f.exception()), None)
    return [f.result() for f in ([failed] if failed else futures)]
