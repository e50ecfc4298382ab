"""Runs envctl and notes, or dies at, each point where it is about to change something outside of itself: SPEC WORDS…

Nobody has to list these points: the interpreter tells of whatever it is about to do (audit events), and all of it
counts but what is known to change nothing (`READS`). A program that is run has points of its own: started, fed, ended.
What only a C library knows of is wrapped by hand (`UNHEARD`); a test sees to it that nothing else goes unheard.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from envctl.world.ends import Ends

# Audit events of what changes nothing outside.
READS = frozenset({
    "builtins.breakpoint", "builtins.id", "builtins.input", "builtins.input/result", "code.__new__", "compile",
    "cpython.PyInterpreterState_Clear", "cpython.PyInterpreterState_New", "cpython._PySys_ClearAuditHooks",
    "cpython.run_command", "cpython.run_module", "exec", "function.__new__", "gc.get_objects", "gc.get_referents",
    "gc.get_referrers", "glob.glob", "glob.glob/2", "http.client.connect", "import", "marshal.load", "marshal.loads",
    "object.__delattr__", "object.__getattr__", "object.__setattr__", "os.fwalk", "os.getxattr", "os.listdir",
    "os.listxattr", "os.scandir", "os.walk", "pathlib.Path.glob", "pathlib.Path.rglob", "pickle.find_class",
    "resource.setrlimit", "shutil.rmtree", "signal.pthread_kill", "socket.__new__", "socket.bind", "socket.connect",
    "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname", "socket.gethostname", "sys._current_frames",
    "sys._getframe", "sys._getframemodulename", "sys.addaudithook", "sys.excepthook", "sys.unraisablehook",
    "tempfile.mkdtemp", "tempfile.mkstemp", "time.sleep", "urllib.Request",
})  # fmt: skip
# Some of these are followed by others that do the work: rmtree by remove and rmdir, mkdtemp by mkdir.

REQUESTS = frozenset({"http.client.send", "envctl.request"})  # by the interpreter's library, and by ours
UNHEARD = {  # module → class → methods
    "confluent_kafka.admin": {"AdminClient": ("create_topics", "create_partitions", "alter_consumer_group_offsets")}
}
_ASKING = re.compile(rb"(GET|HEAD) ")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LONGEST = 160
_CHANGEABLE = re.compile(  # IDs, ports, versions of the record and its like, times
    r"[0-9a-f]{12,}|\b\d{4,5}\b|(record|lease|project)-\d+|bundle-\d{8}T\d{6}(-\d+)?|(box|helper)-[0-9a-f]{8,}|"
    r"(?<=tmp/)envctl-[a-z0-9_]{8}\b"
)


@dataclass(frozen=True)
class Spec:
    """What to do: note every point in a file, and what to do at one of them."""

    log: str = ""
    at: str = ""  # the point as it stands in the log
    how: str = "alone"  # killed alone | with its whole tree | interrupt | terminate | daemon killed | daemon terminated
    known: Mapping[str, str] = field(default_factory=dict)  # what the log calls by other names, so that logs compare
    daemon: int = 0  # its process

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class Watch:
    """Notes points, and acts at the one that was chosen."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._seen: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._log = os.open(spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if spec.log else None

    def note(self, *words: object) -> None:
        """Here we are."""
        text = " ".join(str(word) for word in words).strip()
        for name, other in self.spec.known.items():
            text = text.replace(name, other)
        text = _CHANGEABLE.sub("…", text.replace("\n", " "))[:_LONGEST]
        with self._guard:
            self._seen[text] += 1
            point = f"{text} #{self._seen[text]}"
            if self._log is not None:
                os.write(self._log, f"{point}\n".encode("utf-8", "replace"))
        if point == self.spec.at:
            act(self.spec.how, os.getpid(), self.spec.daemon)


def act(how: str, process: int, daemon: int = 0) -> None:
    """Break a process off."""
    match how:
        case "daemon killed":
            os.kill(daemon, signal.SIGKILL)
        case "daemon terminated":
            os.kill(daemon, signal.SIGTERM)
        case "interrupt":
            os.kill(process, signal.SIGINT)
        case "terminate":
            os.kill(process, signal.SIGTERM)
        case "tree":
            for child in reversed(descendants(process)):
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(child, signal.SIGKILL)
            os.kill(process, signal.SIGKILL)
        case _:
            os.kill(process, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The processes that one started, and those that these started, parents first."""
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text()
        except OSError:
            continue  # it ended meanwhile
        parents[int(process.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def listen(watch: Watch) -> None:
    """Hear of everything from here on."""
    quiet = threading.local()  # what we do ourselves while we note something

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in READS or getattr(quiet, "now", False):
            return
        quiet.now = True
        try:
            about = _described(event, arguments)
            if about is not None:
                watch.note("request" if event in REQUESTS else event, about)
        finally:
            quiet.now = False

    _wrap_open(watch)
    _wrap_programs(watch)
    sys.addaudithook(hook)


def _described(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The point an event is; None when it changes nothing."""
    if event == "open":
        path, mode, flags = arguments
        writes = flags & _WRITING if mode is None else set(str(mode)) & set("wax+")
        dull = isinstance(path, int) or str(path) == os.devnull or "__pycache__" in str(path)
        return str(path) if writes and not (dull or Path(path).is_fifo()) else None  # what goes into one is `fed`
    if event in REQUESTS:
        return _asked(arguments[-1])
    if event == "subprocess.Popen":
        return " ".join(map(str, arguments[1]))
    words = [os.fspath(argument) for argument in arguments if isinstance(argument, str | os.PathLike)]
    if (event == "os.mkdir" and Path(words[0]).is_dir()) or (event == "os.remove" and _is_gone(arguments)):
        return None
    return " ".join(words)


def _asked(data: object) -> str | None:
    """The request that is being sent, where it asks for a change."""
    if not isinstance(data, bytes) or not re.match(rb"[A-Z]+ /", data):
        return "the rest of a request"
    return None if _ASKING.match(data) else data.split(b"\r\n")[0].decode("latin-1")


def _is_gone(arguments: tuple[Any, ...]) -> bool:
    path, folder = arguments
    return folder == -1 and not os.path.lexists(path)


def _wrap_open(watch: Watch) -> None:
    """A file that was opened is there, and empty."""
    whole = io.open

    def opened(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        made = whole(file, mode, *rest, **more)
        if set(mode) & set("wax+") and not isinstance(file, int):
            watch.note("opened", file)
        return made

    io.open = opened


class _Fed:
    """A program's standard input. What it got counts, and whether that was all."""

    def __init__(self, pipe: Any, note: Callable[[str], None]) -> None:
        self._pipe = pipe
        self._note = note

    def write(self, block: bytes) -> int:
        """Write it through to the program."""
        written: int = self._pipe.write(block)
        self._pipe.flush()
        self._note("fed")
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipe, name)


def _wrap_programs(watch: Watch) -> None:
    """A program that was started runs by itself, until it has ended."""
    start, wait, speak = subprocess.Popen.__init__, subprocess.Popen.wait, Ends.speak

    def started(self: Any, args: Any, *rest: Any, **more: Any) -> None:
        words = " ".join(map(str, args))
        self.words = words
        start(self, args, *rest, **more)
        watch.note("started", words)
        if self.stdin is not None:
            self.stdin = _Fed(self.stdin, lambda what: watch.note(what, words))

    def spoken(ends: Ends, process: Any) -> None:
        speak(ends, process)
        if ends.stdin is not None and process.stdin is not None:
            process.stdin = _Fed(process.stdin, lambda what: watch.note(what, process.words))

    def waited(self: Any, *rest: Any, **more: Any) -> int:
        before = self.returncode
        status: int = wait(self, *rest, **more)
        if before is None:
            watch.note("ended", self.words)
        return status

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
    subprocess.Popen.wait = waited  # type: ignore[method-assign]
    Ends.speak = spoken  # type: ignore[assignment, method-assign]


def _wrap_unheard(watch: Watch) -> None:
    """Calls of C libraries that the interpreter does not hear of."""
    import importlib

    for module, classes in UNHEARD.items():
        for name, methods in classes.items():
            wrapped = getattr(importlib.import_module(module), name)
            for method in methods:
                setattr(wrapped, method, _noted(watch, method, getattr(wrapped, method)))


def _noted(watch: Watch, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*given: Any, **more: Any) -> Any:
        watch.note(name, "asked")
        pending = call(*given, **more)
        for future in pending.values():
            future.exception()  # wait for the answer, whatever it is
        watch.note(name, "answered")
        return pending

    return noted


def main(spec: str, *words: str) -> None:
    """Run envctl under watch."""
    watch = Watch(Spec(**json.loads(spec)))
    _wrap_unheard(watch)
    from envctl.cli import main as envctl

    listen(watch)
    sys.argv = ["envctl", *words]
    envctl()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(*sys.argv[1:])
