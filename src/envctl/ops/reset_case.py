"""What `reset` puts back, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from envctl import labels
from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.observed import Observed, Record, Volume
from envctl.ops.clones import Copy
from envctl.ops.observe import running_here
from envctl.ops.refill import layouts
from envctl.ops.setting import Here
from envctl.ops.snapshots.reset_to import begun_as
from envctl.plan import SetPassword, Step
from envctl.planning.provision import cloned_facts, service_of
from envctl.planning.provision import provision as contents
from envctl.planning.resetting import Goal, dependents, goals
from envctl.planning.volumes import refuse_unknown_data
from envctl.reports.reset import Put
from envctl.secret import Secrets
from envctl.secrets.gather import fingerprints, recall
from envctl.text import Password
from envctl.workload import Workload


@dataclass(frozen=True)
class Case:
    """What is put back, and where it comes from."""

    here: Here
    blueprint: Blueprint
    observed: Observed
    secrets: Secrets
    goals: tuple[Goal, ...]
    bases: Mapping[str, Base]  # of those whose data is a copy
    dependents: tuple[str, ...]

    @property
    def cloned(self) -> list[Goal]:
        """Those whose data is a copy of a snapshot."""
        return [goal for goal in self.goals if goal.address]

    @property
    def copies(self) -> list[Copy]:
        """Each volume of theirs, and what it is a copy of."""
        return [
            Copy(volume.name, goal.service, goal.address, self.bases[goal.service].parts[number].held)
            for goal in self.cloned
            for number, volume in enumerate(goal.volumes)
        ]

    @property
    def there(self) -> dict[str, Volume]:
        """The same volumes by their name."""
        return {volume.name: volume for goal in self.cloned for volume in goal.volumes}

    @property
    def removed(self) -> list[str]:
        """Those whose container is made anew: who needs what is put back, and what begins empty."""
        return [*self.dependents, *(goal.service for goal in self.goals if not goal.address)]

    @property
    def known(self) -> list[str]:
        """Those of the copies whose passwords can be had: for others the next `up` makes one."""
        return [goal.service for goal in self.cloned if _is_known(self.secrets, goal.workload)]

    @property
    def facts(self) -> dict[str, str]:
        """What is recorded of the data once it is put back."""
        found = (cloned_facts(goal.workload, self.bases[goal.service]) for goal in self.cloned)
        return {key: value for one in found for key, value in one.items()}

    @property
    def after(self) -> Observed:
        """What will be there then: the same, with another record."""
        names, before = {goal.service for goal in self.cloned}, self.observed.record
        whole = {**{k: v for k, v in before.facts.items() if service_of(k) not in names}, **self.facts}
        own = {labels.ROLE: "record", **{labels.FACT + key: value for key, value in whole.items()}}
        record = Volume(Record(before.number + 1).name(self.here.identity), own)
        return replace(self.observed, volumes=(*self.observed.volumes, record))

    @property
    def contents(self) -> list[Step]:
        """What the stores shall hold that is not in the snapshot."""
        steps = contents(self.blueprint, self.after, fingerprints(self.secrets), (), {})
        return [step for step in steps if getattr(step, "service", "") in self.known]

    @property
    def passwords(self) -> list[SetPassword]:
        """Those of this environment, which the snapshot never has."""
        return [step for step in self.contents if isinstance(step, SetPassword)]

    @property
    def unfinished(self) -> bool:
        """Whether there is more to do than to put data back."""
        return bool(self.removed) or len(self.known) < len(self.cloned)

    def put(self, goal: Goal) -> Put:
        """What became of one."""
        base = self.bases.get(goal.service)
        return Put(goal.service, base.source if base else "nothing", goal.address or None)


def look(here: Here, services: Sequence[str]) -> Case:
    """What is to be put back: of these services, or of all that can be. All that could be refused is refused here."""
    blueprint, observed = here.blueprint(), running_here(here.world, here.identity)
    chosen = goals(blueprint, observed, services)
    refuse_unknown_data(blueprint, observed, [goal.service for goal in chosen])
    for passed in sorted({w.service for w in blueprint.workloads if w.freezing} - {g.service for g in chosen}):
        if not services:
            here.world.tell(Event(f"data of {passed}", "stays: it is no copy of a snapshot", "info"))
    bases = begun_as(here, blueprint, [goal for goal in chosen if goal.address])
    needing = dependents(blueprint, [goal.service for goal in chosen])  # also whom a reset that died removed already
    case = Case(here, blueprint, observed, recall(here.world, blueprint, observed), chosen, bases, needing)
    layouts(case.copies, case.there)
    return case


def _is_known(secrets: Secrets, workload: Workload) -> bool:
    """Whether the password that a service was started with can be had."""
    return all(
        hole in secrets for text in workload.files.values() for hole in text.holes() if isinstance(hole, Password)
    )
