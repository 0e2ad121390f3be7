"""The mail server of the tests ends with its connections, so that no later test is told of them."""

import gc
from pathlib import Path
from smtplib import SMTP, SMTP_SSL
from socket import create_connection
from ssl import create_default_context

import pytest

from tests.core.mailserver import mail_server, make_certificates


@pytest.mark.parametrize("tls", ["none", "tls", "starttls"])
def test_a_conversation_that_goes_on_ends_with_the_server(tls: str, tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    trusted = create_default_context(cafile=str(certificates.authority))
    with mail_server(tls, certificates.server) as server:
        client = SMTP_SSL("localhost", server.port, context=trusted) if tls == "tls" else SMTP("localhost", server.port)
        client.ehlo()
        if tls == "starttls":
            client.starttls(context=trusted)
        # Others are on their way, and have not said how they want to encrypt.
        others = [create_connection(("localhost", server.port)) for _ in range(50)]
    gc.collect()  # of what is left open there are warnings now, which are errors
    client.close()
    for one in others:
        one.close()
