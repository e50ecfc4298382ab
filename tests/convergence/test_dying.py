"""Whatever envctl does to the outside is heard of, so that there is no point at which it is never killed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.convergence.dying import UNHEARD, Spec

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "envctl"

# What the interpreter hears of, or what touches nothing: libraries written in Python, and pure computation.
HEARD = {
    "click",
    "docker",
    "dotenv",
    "faker",
    "isal",
    "numpy",
    "polars",
    "polars_hash",
    "pydantic",
    "pydantic_core",
    "requests",
    "rich",
    "tomli",
    "tomlkit",
    "typer",
    "typing_extensions",
    "urllib3",
    "yaml",
    "zstandard",
}
# The interpreter hears that these connect, not what they send then.
MUTE = {"asyncio", "ctypes", "mmap", "multiprocessing", "socket", "ssl"}
HARMLESS = {
    "world/ports.py": {"socket"},  # binds, and sends nothing
    "world/daemon.py": {"socket"},  # asks, and changes nothing: see below
    "world/glance.py": {"socket"},
    "world/heap.py": {"ctypes"},  # tells the C library how to keep its memory
    "world/relay.py": {"socket"},  # hands connections to programs, which are heard
}
METHODS = {"POST", "PUT", "DELETE", "PATCH"}
# What asks a Kafka broker, and the questions that change nothing there.
ASKING = ("seeds/kafka/topics.py", "seeds/kafka/offsets.py")
# Fills a broker that nobody has yet, between the start and the end of a program, which are heard: what is left of it at
# any other moment is left then too.
ASIDE = "seeds/kafka/messages.py"
READING = {
    "describe_consumer_groups",
    "list_consumer_group_offsets",
    "list_consumer_groups",
    "list_offsets",
    "list_topics",
}


def run(code: str, spec: Spec) -> subprocess.CompletedProcess[str]:
    """Run some lines under watch."""
    head = f"from tests.convergence.dying import *\nlisten(Watch(Spec(**json.loads({str(spec)!r}))))\n"
    argv = [sys.executable, "-c", head + code]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)


def heard(folder: Path, code: str) -> list[str]:
    """The points of some lines, which are run in a folder."""
    log = folder / "log"
    ran = run(f"os.chdir({str(folder)!r})\n{code}", Spec(log=str(log)))
    assert "" == ran.stderr
    return [line for line in log.read_text().splitlines() if not line.startswith("os.chdir")]


@pytest.mark.parametrize(
    ("code", "points"),
    [
        ("Path('a').mkdir()\nPath('a').mkdir(exist_ok=True)", ["os.mkdir a #1"]),
        ("Path('a').write_text('x')\nPath('a').read_text()", ["open a #1", "opened a #1"]),
        ("os.open('a', os.O_CREAT)", ["open a #1"]),
        ("Path('log').chmod(0o600)", ["os.chmod log #1"]),
        ("Path('a').symlink_to('b')\nPath('a').replace('c')", ["os.symlink b a #1", "os.rename a c #1"]),
        (
            "Path('a').unlink(missing_ok=True)\nPath('a').write_text('')\nPath('a').unlink()",
            ["open a #1", "opened a #1", "os.remove a #1"],
        ),
        ("Path('a').mkdir()\nimport shutil\nshutil.rmtree('a')", ["os.mkdir a #1", "os.rmdir a #1"]),
        ("os.system('true')", ["os.system #1"]),
        ("subprocess.run(['true'])", ["subprocess.Popen true #1", "started true #1", "ended true #1"]),
        (
            "subprocess.run(['cat'], input=b'x', stdout=subprocess.DEVNULL)",
            ["subprocess.Popen cat #1", "started cat #1", "fed cat #1", "ended cat #1"],
        ),
        ("import fcntl\nfcntl.flock(1, fcntl.LOCK_EX)", ["fcntl.flock #1"]),
    ],
)
def test_every_change_is_heard(tmp_path: Path, code: str, points: list[str]) -> None:
    """Files, folders and programs: what changes something is a point, what only looks is none."""
    assert points == heard(tmp_path, code)


def test_every_change_of_the_daemon_is_heard(tmp_path: Path) -> None:
    """A request that asks is no point; each other one is, and so is its content."""
    ask = """
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204); self.end_headers()
    do_POST = do_DELETE = do_GET
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
for method, body in (("GET", None), ("POST", "x"), ("DELETE", None)):
    connection = HTTPConnection(*server.server_address)
    connection.request(method, "/v1/things", body)
    connection.getresponse().read()
"""
    requests = ["POST /v1/things HTTP/1.1 #1", "the rest of a request #1", "DELETE /v1/things HTTP/1.1 #1"]
    assert [f"request {request}" for request in requests] == heard(tmp_path, ask)


def test_what_is_asked_at_a_socket_is_heard(tmp_path: Path) -> None:
    """The same without the interpreter's library, whoever answers."""
    ask = """
from envctl.world.daemon import Request, ask
for method in ("GET", "POST"):
    with suppress(OSError):
        ask("unix:///nowhere.sock", Request(method, "/things", body=b"{}"))
"""
    assert ["request POST /v1.45/things HTTP/1.0 #1"] == heard(tmp_path, f"from contextlib import suppress{ask}")


@pytest.mark.parametrize(("how", "status"), [("alone", -9), ("tree", -9), ("interrupt", 130), ("terminate", -15)])
def test_it_dies_where_it_is_told(tmp_path: Path, how: str, status: int) -> None:
    """What comes before the point is done, what comes after it is not."""
    first, second = tmp_path / "first", tmp_path / "second"
    spec = Spec(at=f"os.mkdir {second} #1", how=how)
    ran = run(f"Path({str(first)!r}).mkdir()\nPath({str(second)!r}).mkdir()\ntime.sleep(60)", spec)
    assert (True, False) == (first.is_dir(), second.is_dir() and how in ("alone", "tree"))
    assert status == (130 if "KeyboardInterrupt" in ran.stderr else ran.returncode)


def imported(path: Path) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_nothing_is_imported_that_goes_unheard() -> None:
    """A library that sends by itself has to be wrapped, and every library has to be known."""
    for path in SOURCE.rglob("*.py"):
        own = str(path.relative_to(SOURCE))
        for module in imported(path):
            package = module.partition(".")[0]
            if package in sys.stdlib_module_names:
                assert package not in MUTE - HARMLESS.get(own, set()), f"{own} imports {package}"
            elif package != "envctl":
                known = package in HEARD or any(m.partition(".")[0] == package for m in UNHEARD)
                assert known, f"{own} imports {package}: does the interpreter hear of what it does?"


def test_who_sends_unheard_only_asks() -> None:
    """No other method of HTTP than GET stands where a socket is spoken to directly."""
    for own in HARMLESS:
        texts = {
            node.value
            for node in ast.walk(ast.parse((SOURCE / own).read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert set() == {method for method in METHODS for text in texts if method in text.split()}, own


def test_every_call_of_the_broker_is_wrapped() -> None:
    """What envctl asks of Kafka's client beyond reading is in UNHEARD."""
    (methods,) = UNHEARD["confluent_kafka.admin"].values()
    called = {
        node.func.attr
        for own in ASKING
        for node in ast.walk(ast.parse((SOURCE / own).read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "client"
    }
    assert {*READING, *methods} == called
    users = {
        str(p.relative_to(SOURCE))
        for p in SOURCE.rglob("*.py")
        if "confluent_kafka" in {m.partition(".")[0] for m in imported(p)}
    }
    assert {"seeds/kafka/broker.py", *ASKING, ASIDE} == users
