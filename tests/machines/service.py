"""One service on two machines, which share PostgreSQL and Redis, and have a mail server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.core.mailserver import MailServer, mail_server, make_certificates
from tests.machines.balancer import Address
from tests.machines.hosts import Host, hosts
from tests.machines.redis import RedisServer, redis_server

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - where the machines of the test find it


@dataclass(frozen=True)
class Service:
    """It runs. Each machine reaches the same servers, at an address of its own."""

    machines: tuple[Host, Host]
    queue: RedisServer
    mails: MailServer

    @property
    def addresses(self) -> list[Address]:
        """Of the pages."""
        return [host.address for host in self.machines]


@contextmanager
def service(database_url: str, folder: Path, clock: Path | None = None) -> Iterator[Service]:
    """One for the block. `clock`: the file of a clock that the test moves."""
    with redis_server(_EVERYWHERE) as queue, hosts(folder) as machines:
        certificates = make_certificates(folder, *(host.seen_from_it for host in machines))
        with mail_server("tls", certificates.server, _EVERYWHERE) as mails:
            for host in machines:
                host.run(
                    {
                        "EKC_DATABASE_URL": database_url,
                        "EKC_QUEUE_URL": f"redis://{host.seen_from_it}:{queue.port}/0",
                        "EKC_MAIL_URL": f"smtps://{host.seen_from_it}:{mails.port}",
                        "EKC_MAIL_FROM": "Own Plan <plan@example.org>",
                        "EKC_BASE_URL": "http://localhost",
                        "SSL_CERT_FILE": str(certificates.authority),
                    },
                    clock,
                )
            yield Service(machines, queue, mails)
