"""Packs what is worth keeping of an environment, while it is still there."""

from __future__ import annotations

import errno
import heapq
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from envctl.bundle import FILE, Bundle
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.lease import Lease, Terms, later, lease_of
from envctl.observed import Container, Observed
from envctl.ops.bundles.find import ABOUT, Contents, read
from envctl.ops.describe import describe
from envctl.ops.project import project_of
from envctl.ops.volumes import make_volume
from envctl.planning.bundles import bundle_name, life_of, of_this_life
from envctl.planning.ownership import own_labels
from envctl.remains import Part, Remains, Removed
from envctl.secrets.known import known_secrets, scrub
from envctl.world import World
from envctl.world.archive import Packed, end, member
from envctl.world.box import box, box_name, put
from envctl.world.machine import who
from envctl.world.parallel import together

LOG = 10 << 20  # bytes that are kept of each container's log: the last ones
_LINES = 200_000  # that are asked for of each of its streams
_STREAMS = ("stdout", "stderr")
_AT_ONCE = 4  # logs that are in memory at the same time
_KEY = "it"
_NAMES = ("service", "container", "role", "kind", "state", "health", "name", "container_name", "labels", "image")


@dataclass(frozen=True)
class _Log:
    """A container's log, packed as a file of an archive; and why it is not whole."""

    packed: bytes
    flaw: str


def pack(world: World, identity: Identity, observed: Observed, because: str) -> Bundle | None:
    """Keep what is left of an environment as long as its lease says; None where there is nothing to keep.

    What a run before this one packed, which died before the environment was gone, is taken up in it.
    Raises EnvctlError: NO_CAPACITY where a disk is full.
    """
    lease = lease_of(observed.volumes)
    terms = lease.terms if isinstance(lease, Lease) else Terms()
    if not observed.containers or terms.keep_logs <= 0:
        return None
    now = world.engine.now()
    found = describe(identity, observed)
    bundle = Bundle(
        bundle_name(identity, now, {v.name for v in observed.bundles}),
        replace(identity, branch=found.branch),
        removed=now,
        until=later(now, terms.keep_logs),
        because=because,
        checkout=found.checkout,
        life=life_of(observed),
    )
    before = of_this_life(observed)
    packed = Packed()
    try:
        _fill(packed, world, observed, replace(found, removed=_removed(bundle)), _whole(world, before), now)
        bundle = replace(bundle, size=packed.size, check=packed.check)
        _store(world, observed, bundle, packed, now)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = Exit.NO_CAPACITY if full else Exit.OUR_FAULT
        raise EnvctlError(code, f"the temporary folder cannot be written to: {error.strerror}") from error
    finally:
        packed.close()
    for old in before:
        world.engine.remove_volume(old.name)
    return bundle


def _removed(bundle: Bundle) -> Removed:
    at, until = (m.isoformat(timespec="seconds") if m else "" for m in (bundle.removed, bundle.until))
    return Removed(at, bundle.because, who(), until, bundle.name)


def _whole(world: World, before: Iterable[Bundle]) -> list[Contents]:
    """Those that were written to their end."""
    found = []
    for bundle in before:
        with suppress(EnvctlError):
            found.append(read(world, bundle))
    return found


def _fill(
    packed: Packed, world: World, observed: Observed, found: Remains, before: Sequence[Contents], now: datetime
) -> None:
    moment = now.timestamp()
    known = known_secrets(world, f"{found.project}_{found.name}", observed.containers)
    parts = {part.container: part for part in found.services}
    order = [c for c in observed.containers if c.name in parts]
    works = [partial(_log, world, c, parts[c.name].log_file, known, moment) for c in order]
    for container, log in zip(order, together(world.shell, works, at_most=_AT_ONCE), strict=True):
        packed.add(log.packed)
        parts[container.name] = replace(parts[container.name], log=log.flaw)
    for part, text in _gone_already(before, set(parts)):
        parts[part.container] = part
        packed.add(member(part.log_file, text, moment))
    whole = replace(found, services=tuple(parts[name] for name in sorted(parts)))
    project = project_of(observed)
    about = {**whole.written(), **_scrubbed({"services": whole.written()["services"], "plan": whole.plan}, known)}
    texts = {
        ABOUT: json.dumps(about, indent=1),
        "project.json": json.dumps(_scrubbed(project.rendered if project else {}, known), indent=1),
        "plan.txt": about["plan"],
    }
    for name, said in texts.items():
        packed.add(member(name, said.encode("utf-8", "replace"), moment))
    packed.add(end())


def _scrubbed(value: Any, known: Iterable[bytes]) -> Any:
    """A JSON value whose texts hold no known secret. Names and keys stay what they are, whatever a password is."""
    if isinstance(value, str):
        return scrub(value.encode("utf-8", "replace"), known).decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {key: content if key in _NAMES else _scrubbed(content, known) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(each, known) for each in value]
    return value


def _gone_already(before: Iterable[Contents], there: set[str]) -> Iterator[tuple[Part, bytes]]:
    """The containers that a run which died had removed, and their logs."""
    for contents in reversed(list(before)):
        for part in contents.remains.services:
            if part.container not in there:
                there.add(part.container)
                yield part, contents.files.get(part.log_file, b"")


def _log(world: World, container: Container, name: str, known: Iterable[bytes], moment: float) -> _Log:
    try:
        streams = [_Tail(world.engine.logs(container.id, stream=s, follow=False, since=None, tail=_LINES), s)
                   for s in _STREAMS]  # fmt: skip
    except EnvctlError as error:  # a log that goes elsewhere cannot be read back
        return _Log(member(name, b"", moment), f"it cannot be read: {error.message}")
    text = scrub(b"".join(heapq.merge(*(stream.lines for stream in streams))), known)
    cut = len(text) > LOG or any(stream.cut for stream in streams)
    if len(text) > LOG:
        text = text[-LOG:].partition(b"\n")[2]
    return _Log(member(name, text, moment), f"only its last {len(text) / (1 << 20):.1f} MiB are kept" if cut else "")


class _Tail:
    """The last lines of a stream, each led by its time; not more of them than a log may have."""

    def __init__(self, raw: Iterable[bytes], stream: str) -> None:
        self.lines: deque[bytes] = deque()
        self.cut = False
        size = count = 0
        for line in raw:
            time, _, text = line.partition(b" ")
            self.lines.append(b"%b %b %b\n" % (time, stream.encode(), text))
            size += len(self.lines[-1])
            count += 1
            while size > LOG:
                size -= len(self.lines.popleft())
                self.cut = True
        self.cut = self.cut or count >= _LINES


def _store(world: World, observed: Observed, bundle: Bundle, packed: Packed, now: datetime) -> None:
    """Put it into a volume of its own. Where that fails, none is left."""
    identity, own = bundle.identity, own_labels(bundle.identity)
    for left in observed.boxes:
        if left.name == box_name(identity):  # by a run that was killed: we hold the lock
            world.engine.remove_container(left.id)
    make_volume(world, identity, bundle.name, {**own, **bundle.labels()})
    try:
        with box(world.engine, identity, own, {_KEY: bundle.name}) as container:
            put(world.engine, container, _KEY, FILE, packed.size, packed.blocks(), now.timestamp())
    except BaseException:
        with suppress(EnvctlError):
            world.engine.remove_volume(bundle.name)
        raise
