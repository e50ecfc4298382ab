"""Tries ways of copying with real files and takes their time: a script for a helper, and what is read of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from envctl.measure import Cost
from envctl.snapshots.base import SCRIPT
from envctl.units import GIB, MIB

LARGE = 64  # MiB of the one large file
SMALL = 1000  # files of 8 KiB beside it: about as many as an empty Postgres has
SIZE = LARGE * MIB + SMALL * 8192
_NOISE = 0.005  # seconds by which two runs of the same may differ
_WHOLE = "script whole "
_UNTRIED = "it was not tried"

# Each four words are one thing to do. `clone` runs the very script that clones are made with, which is $1. Only options
# that both GNU's and busybox's programs know; where there is no finer clock, that of the kernel counts hundredths.
PROBE = """set -eu
script=$1; shift
case $(date +%N) in [0-9]*) now() { date +%s.%N; } ;; *) now() { cut -d ' ' -f 1 /proc/uptime; } ;; esac
begun=$(now)
beginning() { head -c 1048576 "$1/large" | sha256sum; }
write() { dd if=/dev/zero of="$1" bs=8192 seek=4 count=1 conv=notrunc 2>/dev/null; }
refused() { echo "$1 why $(echo "$2" | head -n 1)"; }
fill() {
    mkdir -p "$1"
    dd if=/dev/urandom of="$1/large" bs=1048576 count="$2" conv=fsync
    i=0; while [ $i -lt "$3" ]; do printf '%8192s' $i >"$1/$i"; i=$((i + 1)); done
    if cp --reflink=always "$1/0" "$1/shared" 2>/dev/null; then sync -f "$1" 2>/dev/null || sync; fi
    cp "$1/0" "$1/plain"; write "$1/plain"
    from=$(now); write "$1/plain"; echo "plain touch $from $(now)"
}
clone() {
    from=$(now)
    why=$(sh -c "$script" envctl "$1" "$2" "$3" 2>&1) || { refused "$1" "$why"; return 0; }
    echo "$1 clone $from $(now)"
}
touched() {
    [ -e "$2/large" ] || return 0
    base=$(beginning "$3"); copy=$(beginning "$2")
    from=$(now); write "$2/large"; to=$(now)
    [ "$base" = "$copy" ] || refused "$1" "what was copied differs"
    [ "$base" = "$(beginning "$3")" ] || refused "$1" "what is written to a copy changes the original"
    [ "$base" != "$(beginning "$2")" ] || refused "$1" "what is written to a copy is lost"
    echo "$1 touch $from $to"
}
while [ $# -gt 3 ]; do
    case $1 in
    fill) fill "$2" "$3" "$4" ;;
    clone) clone "$2" "$3" "$4" ;;
    touch) touched "$2" "$3" "$4" ;;
    stale) mkdir -p "$2"; find "$2" -mindepth 1 -maxdepth 1 -mmin "+$3" -exec rm -rf {} + ;;
    remove) rm -rf "$2" ;;
    esac
    shift 4
done
echo "script whole $begun $(now)"
"""


def fill(folder: str) -> tuple[str, ...]:
    """The words that make files to be copied."""
    return ("fill", folder, str(LARGE), str(SMALL))


def clone(words: tuple[str, str, str]) -> tuple[str, ...]:
    """The words that copy as a layout says, and take the time."""
    return ("clone", *words)


def touch(strategy: str, copy: str, base: str) -> tuple[str, ...]:
    """The words that write to the large file of a copy, take the time, and see that the original stays as it is."""
    return ("touch", strategy, copy, base)


def stale(folder: str, minutes: int) -> tuple[str, ...]:
    """The words that remove what somebody else left in a folder so long ago."""
    return ("stale", folder, str(minutes), "-")


def remove(folder: str) -> tuple[str, ...]:
    """The words that remove a folder."""
    return ("remove", folder, "-", "-")


def words(*steps: tuple[str, ...]) -> tuple[str, ...]:
    """The script's arguments."""
    return (SCRIPT, *(word for step in steps for word in step))


def read(strategy: str, lines: Iterable[str], *, pooled: bool = False) -> Cost:
    """What a way costs, by what the script printed of it."""
    said: dict[tuple[str, str], str] = {}
    for line in lines:
        who, _, rest = line.partition(" ")
        what, _, words = rest.partition(" ")
        said.setdefault((who, what), words)
    if (why := said.get((strategy, "why"))) is not None:
        return Cost(strategy, pooled, why=_plain(why))
    if (strategy, "clone") not in said or (strategy, "touch") not in said:
        return Cost(strategy, pooled, why=_UNTRIED)
    beyond = _seconds(said[strategy, "touch"]) - _seconds(said.get(("plain", "touch"), "0 0"))
    touched = beyond * GIB / (LARGE * MIB) if beyond > _NOISE else 0.0
    return Cost(strategy, pooled, round(_seconds(said[strategy, "clone"]), 3), round(touched, 2))


def _plain(why: str) -> str:
    """Without the names of the probe's files, which say nothing to anybody."""
    words, refused, reason = why.strip().rpartition(": ")
    if refused and "failed to clone" in words:
        return f"files cannot share what they hold ({reason})"
    return why.strip() or "it failed without a word"


def took(lines: Iterable[str]) -> float:
    """Seconds between the script's first word and its last."""
    return sum(_seconds(line.removeprefix(_WHOLE)) for line in lines if line.startswith(_WHOLE))


def _seconds(said: str) -> float:
    began, ended = said.split()
    return max(0.0, float(ended) - float(began))
