"""Whether a port can be had."""

from __future__ import annotations

import socket

import pytest

from envctl.world.ports import is_free


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_somebody_listens_on_is_not_free(address: str) -> None:
    """On loopback or on every address; once they stop it is."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_a_connection_that_ended_does_not_hold_a_port() -> None:
    """Its own side waits for stragglers; listening is possible nonetheless."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            accepted.close()  # the side that closes first keeps the port in TIME_WAIT
            assert b"" == client.recv(1)
    assert is_free(port)
