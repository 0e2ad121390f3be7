"""All that a response reveals to whoever asks: what it says, and the work it took."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask

from ekc.core.crypto import Keyring
from ekc.core.sessions import SESSION_COOKIE, EncryptedSessions
from tests.journey.counting import counted
from tests.page import without_token
from tests.security.everybody import Comer

#: The number of a case that does not exist.
NOWHERE = 1_999_999_999


@dataclass(frozen=True)
class Answer:
    """All that a response reveals, and the work it took."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]
    decrypted: int


@contextmanager
def decrypting() -> Iterator[list[str]]:
    """Records decryptions, except that of the visitor's session cookie."""
    found, real = list[str](), Keyring.open

    def noting(self: Keyring, sealed: bytes, context: str) -> bytes:
        found.extend([] if context.startswith(SESSION_COOKIE) else [context])
        return real(self, sealed, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keyring, "open", noting)
        yield found


def answer(app: Flask, comer: Comer, method: str, address: str, number: int, **sent: str) -> Answer:
    """The response without the requested id."""
    with counted(app) as asked, decrypting() as opened:
        said = comer.ask(method, address, **sent)
    assert app.extensions.pop("fault", None) is None, (comer.label, method, address)
    body = without_token(said.text).replace(f"/conferences/{number}", "/conferences/N")
    length = len(said.data) - said.text.count(f"/conferences/{number}") * len(str(number))
    cookie = re.sub(r"(?<=session=)[^;]+", lambda kept: _in_cookie(app, kept[0]), said.headers.get("Set-Cookie", ""))
    headers = {**said.headers, "Content-Length": str(length), "Set-Cookie": cookie}
    headers.pop("X-Request-ID", None)  # of each request its own
    return Answer(said.status_code, body, tuple(sorted(headers.items())), tuple(asked), len(opened))


def _in_cookie(app: Flask, sealed: str) -> str:
    """The content of a session cookie, without nonce and time."""
    assert isinstance(app.session_interface, EncryptedSessions)
    reader = app.session_interface.get_signing_serializer(app)
    return str(reader.loads(sealed))
