"""Where envctl keeps files."""

from __future__ import annotations

import os
from pathlib import Path

from envctl.errors import Exit
from envctl.ops.patient import Patient
from envctl.reports.doctor import Finding
from envctl.world.machine import in_memory

_OTHER = "Set XDG_RUNTIME_DIR to a folder of your own that lies in memory (tmpfs)."


def runtime_folder(patient: Patient) -> Finding:
    """Passwords lie in memory, not on a disk."""
    folder = patient.world.runtime
    if not _usable(folder):
        return Finding("runtime folder", "failed", f"{folder} cannot be written to", _OTHER, int(Exit.NOT_OURS))
    held = in_memory(folder)
    if held is None:
        return Finding("runtime folder", "unknown", f"whether {folder} lies in memory cannot be told")
    if held:
        return Finding("runtime folder", "ok", f"{folder} lies in memory")
    return Finding("runtime folder", "warning", f"{folder} lies on a disk, and passwords with it", _OTHER)


def lock_folder(patient: Patient) -> Finding:
    """Commands can keep out of each other's way."""
    folder = patient.world.locks.folder
    if _usable(folder):
        return Finding("lock folder", "ok", str(folder))
    remedy = "Make it writable: without locks no command may change an environment."
    return Finding("lock folder", "failed", f"{folder} cannot be written to", remedy, int(Exit.NOT_OURS))


def _usable(folder: Path) -> bool:
    """Whether files can be made in a folder, which itself may have to be made first."""
    there = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), None)
    return there is not None and there.is_dir() and os.access(there, os.W_OK | os.X_OK)
