"""Finds out what a dump is and whether it is whole, before anything is touched. Needs no server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from envctl.seeds.client import Progress, unheard
from envctl.seeds.dumps import archive, script
from envctl.seeds.dumps.contents import Contents
from envctl.seeds.dumps.dump import Dump, open_dump


@dataclass(frozen=True)
class Checked:
    """A dump that was read to its end."""

    dump: Dump
    contents: Contents


def check(path: Path, *, progress: Progress = unheard) -> Checked:
    """Read a dump to its end. Raises EnvctlError when it is none, is not whole, or holds more than one database."""
    dump = open_dump(path)
    return Checked(dump, (script if dump.format == "sql" else archive).check(dump, progress))
