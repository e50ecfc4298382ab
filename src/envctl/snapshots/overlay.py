"""overlay: the original below, and above it a folder for what is written (Linux overlayfs, as a `local` volume).

It is there at once at any size, on any disk; but who first writes to a file copies all of it up.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from envctl import labels
from envctl.job import Mounted
from envctl.snapshot import Held
from envctl.snapshots.base import Layout, Spec

UPPER = "upper"  # the role of the volume that takes what is written
_SPECIAL = frozenset(',:\\"')  # in a path they would end an option of the mount
# With the first a folder of the original can be renamed, as Kafka does with a topic's. The second would keep a file of
# two names one file when it is written to, which no server's data needs; but then the kernel refuses the mount of a
# container that starts in the moment in which another one's is only being taken down.
_LIKE_A_DISK = "redirect_dir=on,index=off"


class Overlay:
    """Where the original is a whole volume on the daemon's own disk."""

    name = "overlay"

    def layout(self, source: Held, clone: str, number: int, *, upper: str = "") -> Layout:
        """A second volume takes what is written: the kernel wants `upperdir` and `workdir` on one disk.

        `upper` is what it is called, of a clone that is no environment's.
        """
        if source.pool or not source.path or _SPECIAL & set(source.path):
            raise ValueError(f"no overlay can lie over {source.path or source.subpath}")
        upper = upper or companion(clone)
        place = PurePosixPath(source.path).parent.parent / upper / "_data"
        options = {
            "type": "overlay",
            "device": "overlay",
            "o": f"lowerdir={source.path},upperdir={place}/upper,workdir={place}/work,{_LIKE_A_DISK}",
        }
        return Layout(
            held=Held(clone),
            volumes=(Spec(upper, UPPER), Spec(clone, "data", options, {labels.BENEATH: f"{source.volume} {upper}"})),
            words=("overlay", f"/from/{number}", f"/to/{number}"),
            mounts={
                f"/from/{number}": Mounted(source.volume, read_only=True),
                f"/to/{number}": Mounted(upper),
            },
        )


def companion(clone: str) -> str:
    """The volume that takes what is written to a clone: `shop_main_db-data` has `shop_main__upper-db-data`."""
    project, name, volume = clone.split("_", 2)
    return f"{project}_{name}__{UPPER}-{volume}"
