"""A Kafka broker made of values. It does what a real one does: tests/contracts/test_broker.py holds both to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from envctl.offsets import Goal, Group, Partition, Range, Since
from envctl.seeds.kafka.offsets import Joined

NOT_THERE = "Broker: Unknown topic or partition"


@dataclass
class FakeBroker:
    """Holds when each message was written, in milliseconds, and what groups have committed."""

    messages: dict[Partition, list[int]] = field(default_factory=dict)
    removed: dict[Partition, int] = field(default_factory=dict)  # how many of them are not there any more
    offsets: dict[str, dict[Partition, int]] = field(default_factory=dict)
    joined: dict[str, Group] = field(default_factory=dict)  # those that have members
    refused: dict[Partition, str] = field(default_factory=dict)  # whose offsets it does not set, and why
    commits: int = 0

    def topics(self) -> Mapping[str, int]:
        names = {one.topic for one in self.messages}
        return {name: sum(one.topic == name for one in self.messages) for name in names}

    def groups(self) -> Collection[str]:
        return {*self.offsets, *self.joined}

    def group(self, name: str) -> Group:
        return self.joined.get(name, Group(name))

    def committed(self, group: str) -> Mapping[Partition, int]:
        return dict(self.offsets.get(group, {}))

    def ranges(self, partitions: Iterable[Partition], goal: Goal) -> Mapping[Partition, Range]:
        return {one: self._range(one, goal) for one in partitions}

    def _range(self, one: Partition, goal: Goal) -> Range:
        written, first = self.messages[one], self.removed.get(one, 0)
        if not isinstance(goal, Since):
            return Range(first, len(written))
        found = (n for n, at in enumerate(written) if n >= first and at >= goal.milliseconds)
        return Range(first, len(written), next(found, None))

    def commit(self, group: str, offsets: Mapping[Partition, int]) -> Mapping[Partition, str]:
        self.commits += 1
        if self.group(group).active:
            raise Joined
        failed = {one: self.refused.get(one, NOT_THERE) for one in offsets if self._refuses(one)}
        self.offsets.setdefault(group, {}).update({one: at for one, at in offsets.items() if one not in failed})
        return failed

    def _refuses(self, one: Partition) -> bool:
        return one in self.refused or one not in self.messages
