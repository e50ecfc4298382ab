"""All of an environment at rest at one moment: those who write are held, the stores stopped cleanly."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Container
from envctl.ops.setting import Here
from envctl.ops.watch import see_through
from envctl.planning.order import layers
from envctl.world.parallel import together

_KILLED = 137  # the status of who was killed, as when the grace was over


@contextmanager
def standstill(
    here: Here, blueprint: Blueprint, stores: Sequence[Container], writers: Sequence[Container]
) -> Iterator[None]:
    """Everything is at rest while this lasts, and goes on afterwards, whatever happened.

    Raises EnvctlError: DATA_REFUSED where a store did not stop cleanly, UNHEALTHY where one does not come back.
    """
    asked: Sequence[Container] = ()
    try:
        _hold(here, blueprint, writers)
        asked = stores
        _stop(here, asked)
        yield
    except EnvctlError as error:
        _go_on(here, blueprint, stores, writers)
        error.unchanged = error.unchanged or "Everything runs again as before."
        raise
    except BaseException:  # told to end: nobody waits any more
        _let_go(here, asked, writers)
        raise
    _go_on(here, blueprint, stores, writers)


def _hold(here: Here, blueprint: Blueprint, writers: Sequence[Container]) -> None:
    """Those who need others first: nobody then waits for one that is held already."""
    ids = {writer.service: writer.id for writer in writers}
    for layer in reversed(layers(blueprint.workloads, ids)):
        together(here.world.shell, [partial(here.world.engine.pause_container, ids[name]) for name in layer])


def _stop(here: Here, stores: Sequence[Container]) -> None:
    """All at the same time, each in the way and within the grace that its container was made with."""
    for store in stores:
        here.world.tell(Event(store.service, "stopping"))
    together(here.world.shell, [partial(here.world.engine.stop_container, store.id) for store in stores], at_most=16)
    ended = [here.world.engine.inspect(store.id) for store in stores]
    unclean = [store.service for store, now in zip(stores, ended, strict=True) if now is None or _was_killed(now)]
    if unclean:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{', '.join(unclean)} did not stop within the time allowed and had to be killed, "
            "so what is on the disk is not all that was written",
            hint="Try again when less is being written.",
        )


def _was_killed(container: Container) -> bool:
    return container.state != "exited" or container.exit_code == _KILLED or container.oom_killed


def _go_on(here: Here, blueprint: Blueprint, stores: Sequence[Container], writers: Sequence[Container]) -> None:
    ids = {store.service: store.id for store in stores}
    try:
        for layer in layers(blueprint.workloads, ids):
            _begin(here, [ids[name] for name in layer])
            see_through(here, blueprint, frozenset(layer))
    except BaseException:  # one is not well: the turn of others may not have come
        with suppress(EnvctlError):
            _begin(here, ids.values())
        raise
    finally:
        _resume(here, writers)


def _let_go(here: Here, stores: Sequence[Container], writers: Sequence[Container]) -> None:
    """The stores were told to stop, and one may be about it: until it has, the daemon would say that it runs already.

    What goes wrong with some keeps none of the others.
    """
    stop = here.world.engine.stop_container
    with suppress(EnvctlError):
        together(here.world.shell, [partial(stop, store.id) for store in stores], at_most=16)
    with suppress(EnvctlError):
        _begin(here, [store.id for store in stores])
    with suppress(EnvctlError):
        _resume(here, writers)


def _begin(here: Here, containers: Collection[str]) -> None:
    together(here.world.shell, [partial(here.world.engine.start_container, one) for one in containers])


def _resume(here: Here, writers: Sequence[Container]) -> None:
    """Those that are held: whoever failed to hold them all held some."""
    held = [one for writer in writers if (one := here.world.engine.inspect(writer.id)) and one.state == "paused"]
    together(here.world.shell, [partial(here.world.engine.resume_container, one.id) for one in held])
