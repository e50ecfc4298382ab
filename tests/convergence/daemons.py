"""A Docker Engine of our own, in a network of its own, that tests may kill."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM, Signals
from time import monotonic
from typing import IO

from docker import DockerClient
from docker.errors import DockerException

_PATIENCE = 60.0  # seconds for a daemon to start or to end
# In the machine's own network a second daemon would take away the first one's bridge.
_BEGIN = """[ "$(readlink /proc/self/ns/net)" != "$2" ]
ip link set lo up
exec dockerd --host unix://"$1"/docker.sock --data-root "$1"/data --exec-root "$1"/exec --pidfile "$1"/docker.pid \
    --bridge none --ip6tables=false"""


def impossible() -> str | None:
    """Why there can be no second daemon on this machine; None when there can."""
    if os.geteuid() != 0:
        return "a second Docker Engine needs root"
    missing = [program for program in ("dockerd", "unshare", "nsenter", "ip", "iptables") if not shutil.which(program)]
    return f"a second Docker Engine needs {', '.join(missing)}" if missing else None


def _network(process: int | str = "self") -> str:
    """Which network a process is in."""
    return str(Path(f"/proc/{process}/ns/net").readlink())


class Daemon:
    """Starts and ends. Its network has its own loopback, so its ports are nobody else's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"
        self._namespace = subprocess.Popen(
            ["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL, start_new_session=True
        )
        latest = monotonic() + _PATIENCE
        while _network(self._namespace.pid) == _network():
            assert monotonic() < latest, "there is no network of its own"
        self._log: IO[bytes] = (folder / "log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def inside(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs a program in the daemon's network."""
        return ["nsenter", f"--net=/proc/{self._namespace.pid}/ns/net", *argv]

    @property
    def pid(self) -> int:
        """The daemon's process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        argv = self.inside(["unshare", "--mount", "sh", "-ec", _BEGIN, "sh", str(self.folder), _network()])
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(argv, stdin=quiet, stdout=self._log, stderr=self._log, start_new_session=True)
        latest = monotonic() + _PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert monotonic() < latest, "the second daemon does not answer"
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.1)

    def stop(self, how: Signals = SIGTERM) -> None:
        """End it, if it has not ended yet."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)

    def client(self) -> DockerClient:
        """A connection to it."""
        return DockerClient(base_url=self.host, timeout=60)

    def close(self) -> None:
        """End all that ran because of it."""
        self.stop()
        with suppress(OSError, ValueError):
            os.kill(int((self.folder / "exec" / "containerd" / "containerd.pid").read_text()), SIGTERM)
        self._namespace.kill()
        self._namespace.wait()
        self._log.close()

    def _answers(self) -> bool:
        try:
            self.client().ping()
        except DockerException:
            return False
        return True
