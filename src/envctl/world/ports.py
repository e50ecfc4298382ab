"""Ports of the host."""

from __future__ import annotations

import socket


def is_free(port: int) -> bool:
    """Whether a port on loopback can be listened on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # What the daemon's proxy sets too: a connection in TIME_WAIT does not hold a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
