"""`ekc doctor` uses what the service uses: it signs in to the mail server, asks the providers, prints a page."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ekc.core.clock import utc_now
from ekc.core.heartbeat import beat
from tests.core.mailserver import mail_server
from tests.demo.command import Run, runner
from tests.ports import free_port

#: Left open by WeasyPrint 70.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")
OIDC = """
[gone]
name = "Gone"
issuer = "http://127.0.0.1:{port}"
client_id = "own-plan"
secret_file = "gone.secret"
domains = ["gone.example"]
"""


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(database_url, tmp_path, monkeypatch, capsys)


@pytest.mark.both_databases
def test_what_is_in_order_is_said_so(run: Run, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(db_session, 7, utc_now())
    db_session.close()
    monkeypatch.setenv("EKC_MAIL_FROM", "Own Plan <plan@example.org>")
    with mail_server() as server:
        server.password = "secret"
        monkeypatch.setenv("EKC_MAIL_URL", f"smtp://plan:secret@127.0.0.1:{server.port}")
        told = run("doctor")

    assert (told.status, told.err) == (0, "")
    lines = dict(line.split(": ", 1) for line in told.out.splitlines())
    assert {what for what, said in lines.items() if said == "in order"} >= {
        *("keys", "disk", "queue", "worker", "jobs", "mail server", "printing"),
    }
    assert server.conversations == 1
    assert server.mails == []


def test_each_thing_that_is_wrong_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone.secret").write_text("secret")
    (tmp_path / "oidc.toml").write_text(OIDC.format(port=free_port()))
    monkeypatch.setenv("EKC_OIDC", str(tmp_path / "oidc.toml"))
    monkeypatch.setenv("EKC_QUEUE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    monkeypatch.setenv("EKC_MAIL_FROM", "Own Plan <plan@example.org>")
    with mail_server() as server:
        server.password = "another"
        monkeypatch.setenv("EKC_MAIL_URL", f"smtp://plan:secret@127.0.0.1:{server.port}")
        told = run("doctor")

    assert (told.status, told.err.splitlines()) == (
        1,
        [
            "queue: cannot be reached (OperationalError)",
            "worker: none was there for a day. Start one: bin/ekc worker",
            "mail server: SMTPAuthenticationError 535 5.7.8",
            "single sign-on gone: ConnectionError",
        ],
    )
