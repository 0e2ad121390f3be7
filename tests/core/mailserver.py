"""A mail server for one test: it stores mails in memory, and misbehaves as configured."""

import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ekc.core.clock import utc_now


@dataclass
class MailServer:
    """The received mails, in order, and the configured behaviour."""

    port: int = 0
    tls: str = "none"  # as in the settings: tls, starttls or none
    certificate: Path | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)  # the envelope of each
    signed_in: list[str] = field(default_factory=list)  # the credentials received before each mail
    conversations: int = 0
    refuses: dict[str, str] = field(default_factory=dict)  # what it answers to a recipient
    password: str | None = None  # it asks for this one
    hangs_up: bool = False  # once it has got a mail, instead of saying so
    at_most: int | None = None  # mails on one connection; then it closes that
    on_mail: Callable[[], None] | None = None  # called once, before it confirms a mail


class _Conversation(socketserver.StreamRequestHandler):
    """One connection; supports only the SMTP commands that Python's client uses."""

    def handle(self) -> None:
        """Reply until the client quits or disconnects."""
        kept: MailServer = cast(Any, self.server).kept
        kept.conversations += 1
        if kept.tls == "tls":
            self._begin_tls(kept)
        self._say("220 here")
        to: list[str] = []
        who, taken = "", 0
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    self._say("250-here", *["250-STARTTLS"] * (kept.tls == "starttls"), "250 AUTH PLAIN")
                case "STARTTLS":
                    self._say("220 go on")
                    self._begin_tls(kept)
                case "AUTH":
                    who = b64decode(rest.split()[1]).decode()
                    wrong = kept.password is not None and not who.endswith(f"\0{kept.password}")
                    self._say(f"535 {who!r} is refused" if wrong else "235 you are in")
                case "MAIL":
                    if taken == kept.at_most:
                        self._say("421 enough")
                        return
                    taken += 1
                    to = []
                    self._say("250 from them")
                case "RCPT":
                    address = rest.partition("<")[2].partition(">")[0]
                    to.append(address)
                    self._say(kept.refuses.get(address, "250 to them"))
                case "DATA":
                    self._say("354 go on")
                    self._take(kept, to, who)
                    if kept.hangs_up:
                        return
                    self._say("250 got it")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 well")

    def _take(self, kept: MailServer, to: list[str], who: str) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") for line in lines)
        kept.mails.append(message_from_bytes(content, EmailMessage, policy=default))
        kept.to.append(to)
        kept.signed_in.append(who)
        if kept.on_mail is not None:
            once, kept.on_mail = kept.on_mail, None
            once()

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _begin_tls(self, kept: MailServer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(kept.certificate))
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.setup_files()

    def setup_files(self) -> None:
        """Read and write on the connection as it is now."""
        self.rfile = self.connection.makefile("rb")
        self.wfile = cast(Any, socketserver)._SocketWriter(self.connection)

    def finish(self) -> None:
        """Close what TLS put around the connection as well."""
        with suppress(OSError):
            super().finish()
        self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    """Listens on this machine, at a port of its own."""

    daemon_threads = False  # closing waits for its conversations

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect or refuse the certificate: tests check the outcome."""


@contextmanager
def mail_server(tls: str = "none", certificate: Path | None = None, host: str = "127.0.0.1") -> Iterator[MailServer]:
    """A mail server on this machine; `certificate` is the file of one with its key, `host` where it listens."""
    kept = MailServer(tls=tls, certificate=certificate)
    with _Server((host, 0), _Conversation) as server:
        cast(Any, server).kept = kept
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()


def make_certificate(path: Path, *addresses: str) -> Path:
    """A certificate for this machine, at these addresses too, that nobody signed, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    at = utc_now()
    names = [x509.DNSName("localhost"), *(x509.IPAddress(ip_address(one)) for one in addresses)]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), at, at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
