"""All that a response reveals to whoever asks: what it says, and the work it took."""

import re
from collections.abc import Callable, Iterator
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


#: The statements that an answer took, and how much was decrypted for it.
Work = tuple[tuple[str, ...], int]


@dataclass(frozen=True)
class Answer:
    """All that a response reveals, and the work it took."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    work: Work

    @property
    def seen(self) -> tuple[object, ...]:
        """What it says."""
        return self.status, self.body, self.headers


class Nowhere:
    """The answers about a case that does not exist."""

    def __init__(self) -> None:
        self._asked: dict[object, Answer] = {}

    def otherwise(self, there: Answer, person: object, gate: object, ask: Callable[[], Answer]) -> list[Answer]:
        """The answers that differ: from `there`, about a case that exists, or from each other.

        What is seen is the same for a person, whatever the address, and the work for all that come to a gate in the
        same way. So it is asked only by a new `person`, or at a new `gate`.
        """
        answers = [there]
        if person not in self._asked or gate not in self._asked:
            answers.append(ask())
            self._asked = {person: answers[-1], gate: answers[-1], **self._asked}
        seen, work = self._asked[person].seen, self._asked[gate].work
        return [one for one in answers if (one.seen, one.work) != (seen, work)]


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


def answer(app: Flask, comer: Comer, method: str, address: str, **sent: str) -> Answer:
    """The response without the requested address."""
    with counted(app) as asked, decrypting() as opened:
        said = comer.ask(method, address, **sent)
    assert app.extensions.pop("fault", None) is None, (comer.label, method, address)
    body = without_token(said.text).replace(address, "ADDRESS")
    length = len(said.data) - said.text.count(address) * len(address)
    cookie = re.sub(r"(?<=session=)[^;]+", lambda kept: _in_cookie(app, kept[0]), said.headers.get("Set-Cookie", ""))
    headers = {**said.headers, "Content-Length": str(length), "Set-Cookie": cookie}
    headers.pop("X-Request-ID", None)  # of each request its own
    return Answer(said.status_code, body, tuple(sorted(headers.items())), (tuple(asked), len(opened)))


def _in_cookie(app: Flask, sealed: str) -> str:
    """The content of a session cookie, without nonce and time."""
    assert isinstance(app.session_interface, EncryptedSessions)
    reader = app.session_interface.get_signing_serializer(app)
    return str(reader.loads(sealed))
