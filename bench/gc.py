"""How long twenty environments take to go, against Compose: `python -m bench.gc`.

Ours go with one `envctl gc`, which looks who uses them, keeps a bundle of logs and state of each, and removes them
at the same time; theirs are the same stacks made by plain Compose, removed by twenty `docker compose down -v`, one
after the other. Exits with 1 when the limit is broken. Bringing the environments up is not measured.

Both wait for the same daemon, which removes networks and their ends one after another: what is gained is the time that
services take to end, and Compose's own. The limit holds for this stack. On two processors it is broken by services
that end at once (0.46 for two of them) and by a stack that keeps the processors busy (0.63 to 0.69 for that of `up`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from statistics import median

from bench.common import Composed, Ratio, envctl, seconds
from envctl.events import nobody
from envctl.ops.down import down
from envctl.ops.setting import here
from envctl.ops.up import up

ENVIRONMENTS = 20
LIMIT = 0.4
_AT_ONCE = 3  # environments that are brought up at the same time
# Ends as servers do: it answers what it was asked, and looks twice a second whether it shall end.
SERVER = """\
import http.server, signal, threading
server = http.server.ThreadingHTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
"""
STACK = f"""\
[project]
name = "{{project}}"

[services.cache]
kind = "redis"

[services.api]
image = "python:3.13-slim"
command = ["python", "-c", {json.dumps(SERVER)}]
port = 8000
health = "/"
needs = ["cache"]

[services.web]
image = "python:3.13-slim"
command = ["python", "-c", {json.dumps(SERVER)}]
port = 8000
public = true
health = "/"
needs = ["api"]
"""


class Twenty:
    """A stack file, and that many environments of it on either side."""

    def __init__(self, file: Path, project: str, count: int) -> None:
        self.file, self.project = file, project
        self.names = [f"env-{number:02}" for number in range(count)]

    def ours(self) -> float:
        """Seconds that one `envctl gc` takes for all of them."""
        heres = [here(self.file, name, nobody) for name in self.names]
        try:
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                list(threads.map(up, heres))
            said: list[bytes] = []
            took = seconds(lambda: said.append(envctl("gc", "--json", "--project", self.project, "--max", "0")))
            gone = [fate for fate in json.loads(said[0])["data"]["environments"] if fate["bundle"]]
            assert len(gone) == len(heres), said  # noqa: S101 – a benchmark of the wrong thing is none
            return took
        finally:
            for one in heres:
                down(one, keep=False)

    def theirs(self) -> float:
        """Seconds that Compose takes for the same, one after the other."""
        made: list[Composed] = []
        try:
            for name in self.names:
                made.append(Composed(self.file, f"their-{name}"))
                made[-1].up()
            return sum(seconds(one.down) for one in made)
        finally:
            for one in made:
                one.down()
                one.forget()

    def forget(self) -> None:
        """Nor are the bundles kept."""
        envctl("gc", "--project", self.project, "--bundle-budget", "0")


def gc_ratio(rounds: int, count: int = ENVIRONMENTS) -> Ratio:
    """`envctl gc` and so many `docker compose down -v`: the median of some rounds."""
    project = f"bench{token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="envctl-bench-") as folder:
        file = Path(folder, "envctl.toml").resolve()
        file.write_text(STACK.format(project=project))
        both = Twenty(file, project, count)
        try:
            mine, theirs = zip(*((both.ours(), both.theirs()) for _ in range(rounds)), strict=True)
        finally:
            both.forget()
    rival = f"{count} x docker compose down -v"
    return Ratio(f"envctl gc, {count} environments", median(mine), median(theirs), rival, LIMIT)


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when the limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of making and removing them all (3)")
    parser.add_argument("--quick", action="store_true", help="only what starts no containers: nothing of this")
    parser.add_argument("--stack", type=Path, help="is heeded by the other benchmark alone")
    chosen = parser.parse_args(words)
    if chosen.quick:
        return 0
    ratio = gc_ratio(chosen.rounds)
    print(ratio)
    return 0 if ratio.kept else 1


if __name__ == "__main__":
    sys.exit(main())
