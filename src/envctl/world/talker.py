"""What the Docker Engine is told, and what it and the programs in its containers tell piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import quote

from envctl.observed import Happening
from envctl.world import daemon, readings
from envctl.world.client import is_gone, refused, speaking
from envctl.world.line import Line
from envctl.world.reader import Reader
from envctl.world.shell import Finished
from envctl.world.stir import Stir

_DAY = 86400.0  # seconds: copying, or stopping a server, takes as long as it takes
_STIRS = ("start", "die", "health_status")


class Talker(Reader):
    """Every method raises EnvctlError(DOCKER) when no daemon answers."""

    def happenings(self, *, since: float | None, until: float | None) -> Iterator[Happening]:
        """Events of containers, networks and volumes as they come, from now or from `since`, to `until` if ever."""
        with speaking("events"):
            found = self.client.events(  # type: ignore[call-overload]  # a fraction of a second is a text
                since=None if since is None else f"{since:.9f}",
                until=None if until is None else f"{until:.9f}",
                filters={"type": ["container", "network", "volume"]},
                decode=True,
            )
            yield from map(readings.happening, found)

    @contextmanager
    def stirring(self, own: Mapping[str, str]) -> Iterator[Stir]:
        """Hear when a container with these labels starts, ends, or changes its health, as long as this lasts.

        Of a daemon far away nothing is heard: who waits looks now and then anyway.
        """
        stir = Stir()
        if not self.is_near:
            yield stir
            return
        asked = {"type": ["container"], "event": list(_STIRS), "label": [f"{k}={v}" for k, v in own.items()]}
        request = daemon.Request("GET", "/events", {"filters": json.dumps(asked)}, patience=_DAY)

        with ExitStack() as held:
            try:
                held.enter_context(daemon.listening(self._host, request, stir.happen))
            except OSError as error:
                raise daemon.stopped(error) from error
            yield stir

    def execute(self, container: str, argv: Sequence[str], user: str, said: bytes) -> Finished:
        """Run a program in a container to its end, and tell it `said`, a few lines. For a daemon that is near."""
        what = f"{argv[0]} in container {container}"
        streams = {f"Attach{stream}": True for stream in ("Stdin", "Stdout", "Stderr")}
        asked = {**streams, "Cmd": list(argv), "User": user}
        made = self._made(what, posted(f"{place('containers', container)}/exec", asked))
        path = place("exec", made["Id"])
        begin = posted(f"{path}/start", {"Detach": False, "Tty": False})
        try:
            output = daemon.talk(self._host, begin, said)
        except OSError as error:
            raise daemon.stopped(error) from error
        except daemon.Refused as refusal:
            raise refused(what, refusal) from refusal
        ended = self._read(f"{path}/json") or {}
        out, err = (b"".join(readings.frames(output, number)) for number in (1, 2))
        return Finished(ended.get("ExitCode") or 0, out, err)

    def connect(self, container: str) -> Line:
        """Connect to a container that is going to be started and listens. For a daemon that is near."""
        query = {"stream": "1", "stdin": "1", "stdout": "1"}
        request = daemon.Request("POST", f"{place('containers', container)}/attach", query, patience=_DAY)
        return Line(self._host, request)

    def logs(
        self, container: str, *, stream: str, follow: bool, since: float | None, tail: int | None
    ) -> Iterator[bytes]:
        """One stream (`stdout` or `stderr`) of a container's log, each line led by its RFC 3339 time."""
        if not follow:
            yield from self._logged(container, stream, since, tail)
            return
        with speaking(f"container {container}", gone_is_fine=True):
            chunks = self.client.logs(
                container,
                stdout=stream == "stdout",
                stderr=stream == "stderr",
                stream=True,
                follow=True,
                timestamps=True,
                since=since,
                tail="all" if tail is None else tail,
            )
            yield from readings.whole_lines(chunks)

    def _logged(self, container: str, stream: str, since: float | None, tail: int | None) -> Iterator[bytes]:
        path = place("containers", container)
        query = {stream: "1", "timestamps": "1", "tail": "all" if tail is None else str(tail)}
        query |= {} if since is None else {"since": f"{since:.9f}"}
        seen = self._read(f"{path}/json") or {}
        content = self._done(f"container {container}", daemon.Request("GET", f"{path}/logs", query), gone_is_fine=True)
        whole = [content] if (seen.get("Config") or {}).get("Tty") else readings.frames(content)
        yield from readings.whole_lines(whole)

    def _made(self, what: str, request: daemon.Request) -> Any:
        """What the daemon says of what it made."""
        try:
            return json.loads(self._done(what, request))
        except ValueError as error:
            raise daemon.stopped(daemon.broken_off()) from error

    def _done(self, what: str, request: daemon.Request, *, gone_is_fine: bool = False) -> bytes:
        try:
            return self._ask(request)
        except daemon.Refused as refusal:
            if gone_is_fine and is_gone(refusal):
                return b""
            raise refused(what, refusal) from refusal

    def _sent(self, what: str, request: daemon.Request, blocks: Iterable[bytes]) -> None:
        """Send them; what goes wrong with the blocks themselves is not the daemon's."""
        try:
            daemon.upload(self._host, request, _read(blocks))
        except daemon.Refused as refusal:
            raise refused(what, refusal) from refusal
        except _Unread as unread:
            raise unread.failure from None
        except OSError as error:
            raise daemon.stopped(error) from error


class _Unread(Exception):
    def __init__(self, failure: OSError) -> None:
        super().__init__(failure)
        self.failure = failure


def _read(blocks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    except OSError as error:
        raise _Unread(error) from error


def place(kind: str, name: str) -> str:
    """The path of a thing by its ID or name, however odd that is."""
    return f"/{kind}/{quote(name, safe='')}"


def told(container: str, word: str) -> daemon.Request:
    """What is done to a container that is there, and answered once it is done."""
    return daemon.Request("POST", f"{place('containers', container)}/{word}", patience=_DAY)


def posted(path: str, asked: Mapping[str, Any], **query: str) -> daemon.Request:
    """What is made as it is asked for."""
    return daemon.Request("POST", path, query, json.dumps(asked).encode(), patience=_DAY)
