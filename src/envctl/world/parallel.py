"""Independent work at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from envctl.world.shell import Shell

T = TypeVar("T")


def together(shell: Shell, works: Iterable[Callable[[], T]], *, at_most: int = 8) -> list[T]:
    """Run all works at the same time and return their results in order.

    When one fails nothing new starts, those under way end first, and the first failure in order is raised. When we are
    interrupted the programs they run are ended, and nobody waits for the daemon to answer the others: that is why these
    are threads of our own and no executor's, which is waited for to the last.
    """
    waiting: SimpleQueue[tuple[Future[T], Callable[[], T]]] = SimpleQueue()
    futures: list[Future[T]] = []
    for work in works:
        futures.append(Future())
        waiting.put((futures[-1], work))
    for _ in range(min(at_most, len(futures))):
        Thread(target=_work_off, args=(waiting,), daemon=True).start()
    try:
        wait(futures, return_when=FIRST_EXCEPTION)
        _cancel(futures)
        wait(futures)
    except BaseException:
        _cancel(futures)
        shell.end_all()
        raise
    failed = next((f for f in futures if not f.cancelled() and f.exception()), None)
    return [f.result() for f in ([failed] if failed else futures)]


def _cancel(futures: Iterable[Future[T]]) -> None:
    for future in futures:
        future.cancel()


def _work_off(waiting: SimpleQueue[tuple[Future[T], Callable[[], T]]]) -> None:
    """What one thread does until nothing waits any more."""
    while True:
        try:
            future, work = waiting.get_nowait()
        except Empty:
            return
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(work())
        except BaseException as failure:
            future.set_exception(failure)
