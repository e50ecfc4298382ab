"""Connections as the kernel lists them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from envctl.world.connections import Connections, peers, read_connections

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n"


def table(*rows: tuple[str, str, str]) -> str:
    """A table with these local and remote addresses and states."""
    return HEAD + "".join(f"   {n}: {local} {far} {state} {REST}" for n, (local, far, state) in enumerate(rows))


def test_a_real_connection_is_seen() -> None:
    """Both of its ends, and who listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port in read_connections().listening
        assert port not in read_connections().open
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert {port, client.getsockname()[1]} <= read_connections().open


def test_only_open_ones_of_loopback_count(tmp_path: Path) -> None:
    """Neither one that is closing (TIME_WAIT) nor one to another machine, whatever its port."""
    rows = [
        ("0100007F:3E80", "0100007F:D431", "01"),
        ("0100007F:3E81", "0100007F:D432", "06"),
        ("0A00020F:3E82", "08080808:01BB", "01"),
        ("0100007F:3E83", "00000000:0000", "0A"),
        ("00000000:3E84", "00000000:0000", "0A"),
    ]
    (tmp_path / "tcp").write_text(table(*rows))
    assert Connections(frozenset({16003, 16004}), frozenset({16000, 54321})) == read_connections(tmp_path)


def test_ipv6_is_read_too(tmp_path: Path) -> None:
    """A client may come by ::1, or by an IPv4 address in an IPv6 socket."""
    rows = [
        ("00000000000000000000000001000000:3E80", "00000000000000000000000001000000:D431", "01"),
        ("0000000000000000FFFF00000100007F:3E81", "0000000000000000FFFF00000100007F:D432", "01"),
    ]
    (tmp_path / "tcp6").write_text(table(*rows))
    assert {16000, 54321, 16001, 54322} == read_connections(tmp_path).open


@pytest.mark.parametrize("text", ["", "nonsense\n", HEAD + "   0: 0100007F 1 01\n", HEAD + "\0\xff"])
def test_what_is_no_table_says_nothing(tmp_path: Path, text: str) -> None:
    """Neither does one that is not there."""
    (tmp_path / "tcp").write_text(text)
    assert Connections() == read_connections(tmp_path)


def test_who_is_at_the_other_end() -> None:
    """From inside a container: addresses of open connections, also those in IPv6 sockets."""
    text = table(
        ("020011AC:18EB", "010011AC:EDEE", "01"),
        ("0000000000000000FFFF0000020011AC:18EB", "0000000000000000FFFF0000030011AC:0001", "01"),
        ("020011AC:18EB", "040011AC:EDEE", "06"),
        ("00000000000000000000000001000000:3E80", "00000000000000000000000001000000:D431", "01"),
    )
    assert {"172.17.0.1", "172.17.0.3"} == peers(text)
