"""What must be known of a data directory before a server is started on it: its names and a few of its files. Pure."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from envctl.errors import EnvctlError, Exit

LABEL, MANIFEST, VERSION = "backup_label", "backup_manifest", "PG_VERSION"
CONTROL, LOG, TABLESPACES, MAP = "global/pg_control", "pg_wal", "pg_tblspc", "tablespace_map"
_KEPT = frozenset({LABEL, VERSION, CONTROL, MAP})
_STOPPED = frozenset({1, 2})  # states in pg_control: a server, or a standby, that was shut down
_CONTROL_HEAD = struct.Struct("<QIII")  # system identifier, version of the file, version of the catalogue, state
_CONTROL_VERSIONS = range(900, 10000)
_FIRST_LOG = re.compile(rb"^START WAL LOCATION: .*\(file ([0-9A-F]{24})\)", re.M)
AGAIN = "Make it again: pg_basebackup --pgdata=FOLDER --wal-method=stream --checkpoint=fast"


def refused(path: Path, why: str, hint: str = AGAIN) -> EnvctlError:
    """`why` continues “The backup PATH …”."""
    unchanged = "Nothing was started, and the backup is as it was."
    return EnvctlError(Exit.DATA_REFUSED, f"The backup {path} {why}.", hint=hint, unchanged=unchanged)


@dataclass(frozen=True)
class Member:
    """A file or folder of a data directory, by its path in it. `changed` is in nanoseconds."""

    name: str
    size: int = 0
    folder: bool = False
    changed: int = 0


@dataclass
class Inspected:
    """Collects what must be known of a data directory while its files go by, in whatever order they come."""

    path: Path
    small: dict[str, bytes] = field(default_factory=dict)
    logs: set[str] = field(default_factory=set)

    def see(self, member: Member) -> None:
        """Raise EnvctlError for what cannot be in data that is used."""
        folder, _, name = member.name.rpartition("/")
        if member.name == "postmaster.pid":
            hint = "Stop its server (pg_ctl stop --mode=fast), or make a base backup of it: pg_basebackup"
            raise refused(self.path, "is the data directory of a server that runs, or did not end cleanly", hint)
        if member.name.startswith(f"{TABLESPACES}/"):
            raise self.elsewhere()
        if name.startswith("INCREMENTAL."):
            hint = "Combine it with those that it builds on: pg_combinebackup --output=FOLDER …"
            raise refused(self.path, "is an incremental one, which is no data by itself", hint)
        if folder == LOG:
            self.logs.add(name)

    def keeps(self, name: str) -> bool:
        """Whether the content of a file is to be kept for `judge`."""
        return name in _KEPT

    def judge(self, major: int | None) -> None:
        """Raise EnvctlError unless a server of that major version can go on with it. None: whichever it is."""
        if CONTROL not in self.small:
            raise refused(self.path, f"is cut off: {CONTROL} is missing")
        version = self.small.get(VERSION, b"").decode("ascii", "replace").strip()
        if major is not None and version != str(major):
            hint = f'Set version = "{version}" for the service in the stack file, or restore a dump instead.'
            raise refused(
                self.path, f"is of Postgres {version or 'no known version'}, and the service runs {major}", hint
            )
        if self.small.get(MAP, b"").strip():
            raise self.elsewhere()
        self._judge_state(self._state(), self.small.get(LABEL))

    def _state(self) -> int:
        head = self.small[CONTROL][: _CONTROL_HEAD.size]
        if len(head) < _CONTROL_HEAD.size:
            raise refused(self.path, f"is cut off: {CONTROL} is too short")
        _, version, _, state = _CONTROL_HEAD.unpack(head)
        if version not in _CONTROL_VERSIONS:
            raise refused(self.path, f"is encrypted, damaged or of another kind of machine: {CONTROL} makes no sense")
        return int(state)

    def _judge_state(self, state: int, label: bytes | None) -> None:
        if label is None:
            if state not in _STOPPED:
                hint = "Start its server and stop it (pg_ctl stop --mode=fast), or make a base backup: pg_basebackup"
                raise refused(self.path, "is the data directory of a server that did not end cleanly", hint)
            return
        if b"INCREMENTAL FROM" in label:
            hint = "Combine it with those that it builds on: pg_combinebackup --output=FOLDER …"
            raise refused(self.path, "is an incremental one, which is no data by itself", hint)
        first = _FIRST_LOG.search(label)
        if first is None or first[1].decode() not in self.logs:
            raise refused(self.path, "is without the log that makes it whole")

    def elsewhere(self) -> EnvctlError:
        """The refusal of tablespaces."""
        return refused(
            self.path, "has tablespaces, whose files lie elsewhere", "Dump its database instead: pg_dump -Fc"
        )
