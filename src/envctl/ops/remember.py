"""Writes down with the daemon what was done to an environment's data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.observed import Observed, Record, Volume
from envctl.ops.observe import observe
from envctl.ops.volumes import make_volume
from envctl.planning.provision import service_of
from envctl.world import World


def begin_record(world: World, blueprint: Blueprint) -> None:
    """Have a record, if there is none, before data is copied: what is not in it is not whole yet, rather than known to
    nobody any more.
    """
    identity = blueprint.identity
    own = {labels.PROJECT: identity.project, labels.ENVIRONMENT: identity.name, labels.ROLE: "record"}
    if not world.engine.volumes(own):
        make_volume(world, identity, Record(1).name(identity), {**blueprint.labels, **own})


def remember(world: World, blueprint: Blueprint, facts: Mapping[str, str], forget: Collection[str] = ()) -> None:
    """Add facts to the environment's record, after striking those about the services to `forget`.

    The new record is there before the old one goes.
    """
    observed = observe(world, blueprint.identity)
    old = observed.record
    whole = {key: value for key, value in old.facts.items() if service_of(key) not in forget} | {**facts}
    if whole == old.facts:
        return
    new = Record(old.number + 1, whole)
    own = {labels.FACT + key: value for key, value in whole.items()}
    labelled = {**blueprint.labels, **own, labels.ROLE: "record"}
    make_volume(world, blueprint.identity, new.name(blueprint.identity), labelled)
    for volume in _records(observed):
        world.engine.remove_volume(volume.name)


def tidy_records(world: World, blueprint: Blueprint, observed: Observed) -> None:
    """Remove the records before the newest: what a run left that died while it replaced one."""
    newest = observed.record.name(blueprint.identity)
    for volume in _records(observed):
        if volume.name != newest:
            world.engine.remove_volume(volume.name)


def _records(observed: Observed) -> list[Volume]:
    return [volume for volume in observed.volumes if volume.labels.get(labels.ROLE) == "record"]
