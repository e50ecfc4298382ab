"""What every way of copying answers: which volumes to make, and what a helper does to them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from envctl import labels
from envctl.job import Mounted
from envctl.pool import Pool
from envctl.snapshot import Held

COPIED = "envctl: copied"  # the scripts' own words
# Each three words are one thing to do: how, from where, to where. What is there already goes first, so it can be done
# again after a run that died: where it can be it is only put aside, beside what others left there, and removed once all
# is copied, which is said. Only options that both GNU's and busybox's programs know.
_PARTS = """set -eu
ahead=
refused() { echo "envctl: $1" >&2; exit 64; }
checked() {
    case $1 in reflink|copy|overlay|remove) ;; *) refused "$1 is no way to copy" ;; esac
    case $2:$3 in
    /*:/*) ;;
    -:/*) [ "$1" = remove ] || refused "$2 is no folder" ;;
    *) refused "$2 and $3 are no folders" ;;
    esac
}
aside() {
    mkdir -p "$1"
    free="$1~"
    while [ -e "$free" ]; do free="$free~"; done
    if mv "$1" "$free" 2>/dev/null; then mkdir "$1"; else find "$1" -mindepth 1 -maxdepth 1 -exec rm -rf {} +; fi
}
filled() { if [ "$1" = reflink ]; then cp -a --reflink=always "$2/." "$3/"; else cp -a "$2/." "$3/"; fi; }
movable() { [ -d "$1" ] && [ "$(stat -c %d "$1")" = "$(stat -c %d "${1%/*}")" ]; }
ahead() {
    case $1 in overlay|remove) return ;; esac
    if movable "$3"; then rm -rf "$3~new"; mkdir "$3~new"; filled "$1" "$2" "$3~new"; fi
}
one() {
    case $1 in
    reflink|copy)
        aside "$3"
        if [ -n "$ahead" ] && [ -d "$3~new" ]; then rmdir "$3"; mv "$3~new" "$3"; else filled "$1" "$2" "$3"; fi ;;
    overlay)
        aside "$3/upper"; rm -rf "$3/work"; mkdir "$3/work"
        chown "$(stat -c %u:%g "$2")" "$3/upper"; chmod "$(stat -c %a "$2")" "$3/upper"
        touch -r "$2" "$3/upper" ;;
    remove) rm -rf "$3" ;;
    esac
}
tidy() { if [ "$1" = overlay ]; then rm -rf "$3/upper~"*; else rm -rf "$3~"*; fi; }
each() { do=$1; shift; while [ $# -gt 0 ]; do "$do" "$1" "$2" "$3"; shift 3; done; }
[ $(($# % 3)) = 0 ] || refused "each copy takes three words"
each checked "$@"
"""
_COPYING = """each one "$@"
echo "envctl: copied"
"""
_TIDYING = """each tidy "$@"
"""
SCRIPT = _PARTS + _COPYING + _TIDYING


def awaiting(word: str) -> str:
    """The script that makes copies aside where it can, puts them in their places once it is told a word, and removes
    what was there once nobody is there to tell it anything; where that is before, it ends with 75.
    """
    ready = f'ahead=yes\neach ahead "$@"\nread -r word && [ "$word" = {word} ] || exit 75\n'
    return f"{_PARTS}{ready}{_COPYING}read -r word || :\n{_TIDYING}"


@dataclass(frozen=True)
class Spec:
    """A volume to make. `options` are the daemon's local driver's own; `labels` are beside those of every volume."""

    name: str
    role: str
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """How one volume is copied: what is made, the clone itself last; three words of the script, and what they see."""

    held: Held
    volumes: tuple[Spec, ...]
    words: tuple[str, str, str]
    mounts: Mapping[str, Mounted]


class Strategy(Protocol):
    """A way to make a writable copy of data that stays as it is."""

    @property
    def name(self) -> str:
        """What people and labels call it."""

    def layout(self, source: Held, clone: str, number: int) -> Layout:
        """Copy `source` to an environment's volume `clone`; `number` tells it from others of the same helper."""


def place(volume: str, folder: str, pool: str) -> Held:
    """Where new bytes go: into a volume of their own, or a folder of the pool of that ID that the volume leads to."""
    return Held(volume, f"{folder}/{volume}", pool) if pool else Held(volume)


def spec(target: Held, role: str) -> Spec:
    """The volume of such a place."""
    if not target.pool:
        return Spec(target.volume, role)
    said = {labels.SUBPATH: target.subpath, labels.POOL: target.pool}
    return Spec(target.volume, role, Pool(target.pool).options, said)


def copied(how: str, source: Held, target: Held, role: str, number: int) -> Layout:
    """Copy a folder file by file, in a way that `cp` knows, to a volume that holds nothing else."""
    if source.pool and target.pool:  # within one mount, where every kernel can share what two files hold
        mounts = {"/pool": Mounted(source.volume)}
        words = (how, f"/pool/{source.subpath}", f"/pool/{target.subpath}")
    else:
        mounts = {
            f"/from/{number}": Mounted(source.volume, source.subpath, read_only=True),
            f"/to/{number}": Mounted(target.volume),
        }
        words = (how, f"/from/{number}", f"/to/{number}/{target.subpath}".rstrip("/"))
    return Layout(target, (spec(target, role),), words, mounts)
