"""A real mail server for one test (aiosmtpd): it keeps mails in memory, and misbehaves as it is told to."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ekc.core.clock import utc_now

logging.getLogger("mail.log").disabled = True  # aiosmtpd's, of what is said on both sides


@dataclass
class MailServer:
    """The received mails, in order, and how it behaves. As a handler of aiosmtpd it answers each command."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)  # the envelope of each
    signed_in: list[tuple[str, str]] = field(default_factory=list)  # the credentials of the connection of each
    names: dict[Any, str] = field(default_factory=dict)  # what each client that connected calls itself
    refuses: dict[str, str] = field(default_factory=dict)  # its answer to a recipient, or to MAIL or DATA
    password: str | None = None  # asks for this one
    hangs_up: str = ""  # closes at "DATA", before it has the mail, or "mail", once it has it instead of saying so
    is_silent_at: str = ""  # never answers this command
    at_most: int | None = None  # mails on one connection; then it closes that
    on_mail: Callable[[], None] | None = None  # called once, before it confirms a mail

    @property
    def conversations(self) -> int:
        """How many connections were made."""
        return len(self.names)

    async def handle_EHLO(  # noqa: N802 - as aiosmtpd calls it, and so all below
        self, server: SMTP, session: Session, _envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        """Note who is there."""
        self.names[session.peer] = name
        session.host_name = name
        await self._perhaps_silent("EHLO")
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Begin a mail."""
        await self._perhaps_silent("MAIL")
        taken = session.__dict__.setdefault("taken", [])
        if len(taken) == self.at_most:
            await server.push("421 enough")
            _close(server)
        if "MAIL" in self.refuses:
            return self.refuses["MAIL"]
        taken.append(address)
        envelope.mail_from = address
        return "250 from them"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        await self._perhaps_silent("RCPT")
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 to them"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        await self._perhaps_silent("DATA")
        if "DATA" in self.refuses:
            return self.refuses["DATA"]
        self.mails.append(message_from_bytes(cast(bytes, envelope.content), EmailMessage, policy=default))
        self.to.append(envelope.rcpt_tos)
        self.signed_in.append(session.auth_data or ("", ""))
        if self.on_mail is not None:
            once, self.on_mail = self.on_mail, None
            await asyncio.to_thread(once)  # it may talk to this server
        if self.hangs_up == "mail":
            _close(server)
        return "250 got it"

    def sign_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        """Whether these credentials let somebody in."""
        credentials = given.login.decode(), given.password.decode()
        if self.password is None or credentials[1] == self.password:
            return AuthResult(success=True, auth_data=credentials)
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 {credentials} is refused")

    async def _perhaps_silent(self, command: str) -> None:
        if command == self.is_silent_at:
            await asyncio.Event().wait()  # until the client has had enough


def _close(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()


class _Server(SMTP):
    """One connection."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Close in the middle, if the handler wants that; for all else aiosmtpd."""
        if self.event_handler.hangs_up == "DATA":
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            _close(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    """Listens at a port of its own, which nobody chooses."""

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)

    async def hang_up(self) -> None:
        """Take nobody new, and end what is still said, without the farewell of TLS.

        Those who are on their way are known to the loop alone, which would be closed before them.
        """
        for listening in cast(asyncio.Server, self.server).sockets:
            self.loop.remove_reader(listening)
        await _what_is_next()
        for transport in tuple(cast(Any, self.loop)._transports.values()):
            transport.abort()
        await _what_is_next()

    def _trigger_server(self) -> None:
        self.hostname = "127.0.0.1"  # it is there, wherever else it listens
        self.handler.port = self.port = cast(asyncio.Server, self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


async def _what_is_next() -> None:
    """Let the loop do what it has to do by now: one thing leads to another, and that to a third."""
    for _ in range(4):
        await asyncio.sleep(0)


@contextmanager
def mail_server(tls: str = "none", certificate: Path | None = None, host: str = "127.0.0.1") -> Iterator[MailServer]:
    """A mail server on this machine. `tls`: as in the settings; `certificate`: the file of one with its key; `host`:
    where it listens.
    """
    server = MailServer()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(certificate))
    controller = _Controller(
        server,
        hostname=host,
        port=0,
        server_hostname="mail.example.org",
        ssl_context=context if tls == "tls" else None,
        tls_context=context if tls == "starttls" else None,
        require_starttls=tls == "starttls",
        authenticator=server.sign_in,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(controller.hang_up(), controller.loop).result()
        controller.stop()


class Certificates(NamedTuple):
    """The files of an authority that nobody knows, and of the certificate of this machine, which it signed."""

    authority: Path
    server: Path


def make_certificates(folder: Path, *addresses: str) -> Certificates:
    """Make both, for this machine and these addresses of it; the second file holds the key too."""
    files = Certificates(folder / "authority.pem", folder / "server.pem")
    own, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, server = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("Authority", "localhost")
    )
    at = utc_now()

    def signed(name: x509.Name, of: ec.EllipticCurvePrivateKey, signs: bool) -> bytes:
        number = x509.random_serial_number()
        made = x509.CertificateBuilder(authority, name, of.public_key(), number, at, at + timedelta(days=1))
        made = made.add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
        if not signs:
            names = [x509.DNSName("localhost"), *(x509.IPAddress(ip_address(one)) for one in addresses)]
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return made.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    files.authority.write_bytes(signed(authority, own, signs=True))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.server.write_bytes(secret + signed(server, key, signs=False))
    return files
