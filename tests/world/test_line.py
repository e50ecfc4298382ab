"""A program that is talked to word by word, at a socket that answers as the daemon does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envctl.errors import EnvctlError
from envctl.world.client import Declined
from envctl.world.daemon import SOCKET, Refused, Request, talk
from envctl.world.line import Line

LONG = 60.0  # seconds: longer than any test may take
YES = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
NO = b'HTTP/1.1 404 Not Found\r\nContent-Length: 32\r\n\r\n{"message": "No such container"}'
ATTACH = Request("POST", "/containers/it/attach", {"stream": "1"}, patience=LONG)
Program = Callable[[socket.socket], object]


def framed(piece: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(piece).to_bytes(4, "big") + piece


@contextmanager
def daemon(folder: Path, program: Program, answer: bytes = YES) -> Iterator[str]:
    """One that gives its only connection to a program, once it is asked; the program must have ended well."""
    path = folder / "daemon.sock"
    failures: list[BaseException] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(LONG)
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                connection.settimeout(LONG)
                with connection:
                    asked = b""
                    while not asked.endswith(b"\r\n\r\n"):
                        asked += connection.recv(1)
                    assert b"\r\nUpgrade: tcp\r\n" in asked
                    connection.sendall(answer)
                    program(connection)
            except BaseException as failure:
                failures.append(failure)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        yield f"{SOCKET}{path}"
        server.join(LONG)
        assert not server.is_alive()
        assert [] == failures


def nothing(_: socket.socket) -> None:
    """A program that ends."""


def torn(connection: socket.socket) -> None:
    """It ends with something unread, as a daemon that is killed: that resets the connection."""
    connection.recv(1)


def test_what_is_said_is_answered(tmp_path: Path) -> None:
    """A line each way, as often as one likes; the end of it is heard by the program."""

    def program(connection: socket.socket) -> None:
        with connection.makefile("rb") as said:
            assert b"begin\n" == said.readline()
            connection.sendall(framed(b"done\n"))
            assert b"go on\n" == said.readline()
            connection.sendall(framed(b"done too\n"))
            assert b"" == said.read()

    with daemon(tmp_path, program) as host:
        line = Line(host, ATTACH)
        line.say("begin")
        assert line.hears("done")
        line.say("go on")
        assert line.hears("done too")
        line.close()


@pytest.mark.parametrize("cut", range(1, 21))
def test_a_line_is_heard_however_it_comes(tmp_path: Path, cut: int) -> None:
    """In two pieces of the program's, and cut anywhere on its way, also within a piece's head."""
    whole, heard = framed(b"rea") + framed(b"dy\n"), threading.Event()

    def program(connection: socket.socket) -> None:
        connection.sendall(whole[:cut])
        connection.recv(4)  # the other side has begun to listen
        connection.sendall(whole[cut:])
        assert heard.wait(LONG)

    with daemon(tmp_path, program) as host:
        line = Line(host, ATTACH)
        line.say("now")
        assert line.hears("ready")
        heard.set()
        line.close()


def test_a_line_that_came_with_the_answer_is_heard(tmp_path: Path) -> None:
    """Also one that was printed before it was waited for, among others."""
    with daemon(tmp_path, nothing, YES + framed(b"one\ntwo\nthree\n")) as host:
        line = Line(host, ATTACH)
        assert line.hears("two")
        assert line.hears("three")
        line.close()


def test_an_end_without_the_line_is_heard(tmp_path: Path) -> None:
    """Whatever else was printed: half of the line is not it."""

    def program(connection: socket.socket) -> None:
        connection.sendall(framed(b"cp: no\n") + framed(b"read"))

    with daemon(tmp_path, program) as host:
        line = Line(host, ATTACH)
        assert not line.hears("ready")
        assert ("cp: no", "read") == line.printed
        line.close()


def test_a_daemon_that_breaks_off_is_an_end_too(tmp_path: Path) -> None:
    """As one is that is killed: whether the program did what it was told must be asked otherwise."""
    with daemon(tmp_path, torn) as host:
        line = Line(host, ATTACH)
        line.say("begin")
        assert not line.hears("done")
        line.close()


def test_who_is_gone_does_not_hear(tmp_path: Path) -> None:
    """A program may have ended before it is told: that is known of what it did not say."""
    with daemon(tmp_path, nothing) as host:
        line = Line(host, ATTACH)
        line.say("begin")
        assert not line.hears("done")
        line.say("begin")
        line.close()


def test_a_silent_program_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """Longer than its patience nobody waits."""
    over = threading.Event()
    with daemon(tmp_path, lambda _: over.wait(LONG)) as host:
        line = Line(host, Request("POST", "/containers/it/attach", patience=0.05))
        with pytest.raises(EnvctlError, match="stopped answering"):
            line.hears("done")
        line.close()
        over.set()


def test_a_connection_that_is_not_given_away_is_refused(tmp_path: Path) -> None:
    """In the daemon's own words."""
    with daemon(tmp_path, nothing, NO) as host, pytest.raises(Declined, match="No such container"):
        Line(host, ATTACH)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1", b"what?\r\n\r\n"])
def test_half_an_answer_gives_no_connection(tmp_path: Path, answer: bytes) -> None:
    """The daemon went away while it answered."""
    with daemon(tmp_path, nothing, answer) as host, pytest.raises(EnvctlError, match="broke off"):
        Line(host, ATTACH)


def test_no_daemon_gives_no_connection(tmp_path: Path) -> None:
    """It is gone since it was asked last."""
    with pytest.raises(EnvctlError, match="stopped answering"):
        Line(f"{SOCKET}{tmp_path}/none", ATTACH)


def test_a_program_is_told_all_and_answers_all(tmp_path: Path) -> None:
    """It hears the end of what it is told, and what it prints before and after that is one."""

    def program(connection: socket.socket) -> None:
        connection.sendall(framed(b"first\n"))
        with connection.makefile("rb") as said:
            assert b"SELECT 1;\n" == said.read()
        connection.sendall(framed(b"second\n", 2))

    with daemon(tmp_path, program, YES + framed(b"none\n")) as host:
        said = talk(host, ATTACH, b"SELECT 1;\n")
    assert framed(b"none\n") + framed(b"first\n") + framed(b"second\n", 2) == said


def test_a_program_that_does_not_listen_has_answered_all_the_same(tmp_path: Path) -> None:
    """It ended before it was told all; its status says why."""

    def program(connection: socket.socket) -> None:
        connection.sendall(framed(b"no such role\n", 2))
        connection.shutdown(socket.SHUT_RDWR)

    with daemon(tmp_path, program) as host:
        assert framed(b"no such role\n", 2) == talk(host, ATTACH, b"x" * (1 << 20))


def test_a_program_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    """As above; the caller says which it was."""
    with daemon(tmp_path, nothing, NO) as host, pytest.raises(Refused, match="No such container") as caught:
        talk(host, ATTACH, b"")
    assert 404 == caught.value.status
