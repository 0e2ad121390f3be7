"""Blocks network access of tests, except to this machine."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

#: A test that makes machines of its own (`tests/machines`) adds their addresses.
LOCAL = {"127.0.0.1", "::1", "localhost"}


class OutsideWorld(Exception):  # noqa: N818 - it says what was wanted
    """A test tried to connect to another machine."""


@pytest.fixture(autouse=True, scope="session")
def _this_machine_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            raise OutsideWorld(f"a test wanted to reach {address}")
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Any) -> Any:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in {*LOCAL, None, ""}:
            raise OutsideWorld(f"a test wanted to look up {host!r}")
        return lookup(host, *args, **kwargs)

    return guarded
