"""Ports of this machine for the servers of tests."""

import socket

_KEPT: list[socket.socket] = []


def free_port() -> int:
    """A port on which nobody listens, and which no other program is given as long as this process lives.

    A server gets it all the same, because servers set SO_REUSEADDR.
    """
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind(("127.0.0.1", 0))
    _KEPT.append(line)
    port: int = line.getsockname()[1]
    return port
