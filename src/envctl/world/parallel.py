"""Independent work at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from envctl.world.shell import Shell

T = TypeVar("T")
_Queue = SimpleQueue[tuple[Future[T], Callable[[], T]]]


def together(shell: Shell, works: Iterable[Callable[[], T]], *, at_most: int = 8) -> list[T]:
    """Run all works at the same time and return their results in order.

    When one fails nothing new starts, those under way end first, and the first failure in order is raised. When we are
    interrupted the programs they run are ended, and nobody waits for the daemon to answer the others: that is why these
    are threads of our own and no executor's, which is waited for to the last.
    """
    waiting: _Queue[T] = SimpleQueue()
    futures: list[Future[T]] = []
    for work in works:
        futures.append(Future())
        waiting.put((futures[-1], work))
    for _ in range(min(at_most, len(futures))):
        Thread(target=_work_off, args=(waiting,), daemon=True).start()
    try:
        wait(futures)
    except BaseException:
        _cancel(waiting)
        shell.end_all()
        raise
    failed = next((f for f in futures if not f.cancelled() and f.exception()), None)
    return [f.result() for f in ([failed] if failed else futures)]


def apart(work: Callable[[], T]) -> Future[T]:
    """Begin a work, which goes on by itself; nobody has to wait for it."""
    future: Future[T] = Future()
    waiting: _Queue[T] = SimpleQueue()
    waiting.put((future, work))
    Thread(target=_work_off, args=(waiting,), daemon=True).start()
    return future


def _work_off(waiting: _Queue[T]) -> None:
    """What one thread does until nothing waits any more."""
    for future, work in _taken(waiting):
        future.set_running_or_notify_cancel()
        try:
            future.set_result(work())
        except BaseException as failure:
            _cancel(waiting)
            future.set_exception(failure)


def _cancel(waiting: _Queue[T]) -> None:
    for future, _ in _taken(waiting):
        future.cancel()
        future.set_running_or_notify_cancel()  # who waits for it hears of it only now


def _taken(waiting: _Queue[T]) -> Iterator[tuple[Future[T], Callable[[], T]]]:
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return
