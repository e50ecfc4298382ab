"""Starts containers that are there, each as soon as what it needs is ready.

Compose would, too; but it looks every half second only, and knows nothing of what is put into a store before others
use it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, wait
from dataclasses import replace
from functools import partial

from envctl import labels
from envctl.observed import Container
from envctl.ops.provision import Content
from envctl.ops.setting import Here
from envctl.ops.settle import GLANCE, is_lost
from envctl.planning.launch import Needs, hopeless, next_up
from envctl.planning.ownership import is_ours
from envctl.runtimes.compose.drive import port_taken
from envctl.world.client import Declined
from envctl.world.parallel import apart, together
from envctl.world.stir import Stir


def launch(here: Here, needs: Needs, contents: Mapping[str, Content], stir: Stir) -> list[str]:
    """Start every container of `needs`, by its Compose service; what was complained about where one cannot be.

    What runs already counts as started. Raises EnvctlError where contents cannot be put into a store: then nothing new
    is started, and what is under way ends first.
    """
    begun: set[str] = set()
    well: set[str] = set()
    filling: dict[str, Future[None]] = {}
    try:
        while True:
            seen = stir.count
            there = _there(here, needs)
            begun |= {name for name, container in there.items() if container.state == "running"}
            for name in _fillable(there, contents, begun - filling.keys()):
                filling[name] = apart(contents[name].work)
                filling[name].add_done_callback(lambda _: stir.happen())
            unfilled = [name for name in contents if name not in filling or not filling[name].done()]
            _raise_failure(filling.values())  # after that look: what fails in between was not filled
            if begun >= needs.keys() and not unfilled:
                return []
            well |= {name for name, container in there.items() if container.ready}
            there |= {name: _as_well(there[name]) for name in well if name in there}
            if lost := hopeless(needs, there, begun) | _lost(there, unfilled, begun):
                return [f"{name} was not started: {need} is not ready" for name, need in sorted(lost.items())]
            names = next_up(needs, there, begun, unfilled)
            works = [partial(_start, here, there[name]) for name in names]
            if complaints := [said for said in together(here.world.shell, works, at_most=16) if said]:
                return complaints
            begun |= set(names)
            if not names:
                stir.wait(seen, GLANCE)
    except KeyboardInterrupt:
        here.world.shell.end_all()
        raise


def _there(here: Here, needs: Needs) -> dict[str, Container]:
    """The containers by their Compose service."""
    own = {labels.PROJECT: here.identity.project, labels.ENVIRONMENT: here.identity.name}
    named = {f"{here.identity.full}_{name}": name for name in needs}
    return {named[c.name]: c for c in here.world.engine.listed(own) if c.name in named and is_ours(c)}


def _start(here: Here, container: Container) -> str:
    """Start one; why it cannot be. Raises EnvctlError where a port was taken or a disk is full."""
    try:
        here.world.engine.start_container(container.id)
    except Declined as error:
        if (taken := port_taken(error.message)) is not None:
            raise taken from error
        return error.message
    return ""


def _fillable(there: Mapping[str, Container], contents: Mapping[str, Content], begun: Collection[str]) -> list[str]:
    running = [name for name in contents if name in begun and name in there and there[name].state == "running"]
    return [name for name in running if contents[name].patient or there[name].ready]


def _as_well(container: Container) -> Container:
    """One that was ready once may have no time for its health check while it is filled."""
    return replace(container, health="healthy") if container.health == "unhealthy" else container


def _lost(there: Mapping[str, Container], unfilled: Collection[str], begun: Collection[str]) -> dict[str, str]:
    """Stores that will never be ready to be filled."""
    return {n: n for n in unfilled if n in begun and (n not in there or is_lost(there[n]))}


def _raise_failure(filling: Iterable[Future[None]]) -> None:
    failed = [future for future in filling if future.done() and future.exception() is not None]
    if failed:
        wait(filling)
        failed[0].result()
