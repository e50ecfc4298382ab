"""Volumes whose making was begun, noted in memory.

A daemon that is stopped while it makes a volume may keep it without labels, and nothing about it tells whose it is.
It was not there before we asked for it, though, and we asked: that is what a note proves.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from envctl.world.places import folder_of, private_folder, private_folder_of

_NOTES = ".volumes"


def note(runtime: Path, full: str, volume: str) -> None:
    """Note that a volume, which is not there, is being made."""
    (private_folder(private_folder_of(runtime, full) / _NOTES) / volume).touch()


def strike(runtime: Path, full: str, volume: str) -> None:
    """It was made, or it is somebody else's."""
    (folder_of(runtime, full) / _NOTES / volume).unlink(missing_ok=True)


def strike_all(runtime: Path, full: str) -> None:
    """Nothing is being made: what notes a killed run left mean nothing any more."""
    import shutil

    shutil.rmtree(folder_of(runtime, full) / _NOTES, ignore_errors=True)


def noted(runtime: Path, full: str) -> frozenset[str]:
    """The volumes of an environment whose making nobody has seen the end of."""
    with suppress(OSError):
        return frozenset(path.name for path in (folder_of(runtime, full) / _NOTES).iterdir())
    return frozenset()
