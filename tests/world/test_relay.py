"""A port whose connections are programs."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import closing

import pytest

from envctl.world.relay import relay
from envctl.world.shell import Shell

UPPER = "import os\nwhile block := os.read(0, 65536): os.write(1, block.upper())"
DEAF = "import time; print('here', flush=True); time.sleep(60)"


def connected(port: int) -> socket.socket:
    """A connection that gives up after a while."""
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def test_each_connection_talks_to_a_program_of_its_own() -> None:
    """Byte for byte in both directions, at the same time; what it says last arrives, and then it is over."""
    with relay(Shell(os.environ), (sys.executable, "-c", UPPER)) as port, closing(connected(port)) as one:
        with closing(connected(port)) as other:
            other.sendall(b"two")
            one.sendall(b"one")
            assert (b"ONE", b"TWO") == (one.recv(9), other.recv(9))
            other.sendall(b"end")
            other.shutdown(socket.SHUT_WR)
            assert (b"END", b"") == (other.recv(9), other.recv(9))
        one.sendall(b"still there")
        assert b"STILL THERE" == one.recv(99)


def test_the_programs_end_with_it() -> None:
    """Those who are connected hear that it is over, and nobody else can connect."""
    with relay(Shell(os.environ), (sys.executable, "-c", DEAF)) as port:
        one = connected(port)
        assert b"here\n" == one.recv(9)
    with closing(one):
        assert b"" == one.recv(9)
    with pytest.raises(ConnectionRefusedError):
        connected(port)


def test_who_cannot_be_reached_ends_the_connection() -> None:
    """A program that fails at once is no connection that hangs."""
    with (
        relay(Shell(os.environ), (sys.executable, "-c", "raise SystemExit(1)")) as port,
        closing(connected(port)) as one,
    ):
        assert b"" == one.recv(9)
