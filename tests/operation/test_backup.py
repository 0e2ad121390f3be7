"""Backup and restore, on both databases: what comes back, what is ended, and what the time between held."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.core.crypto import Keyring
from ekc.core.db import Base, make_engine, make_sessions
from ekc.core.keys import FOREIGN, LACKING
from ekc.core.outbox import Audience, Link, MailRule, OutboxMessage, Recipient, TextRule, Way, Written, queue
from ekc.core.transaction import writing
from ekc.drafts.models import FormDraft
from ekc.links.models import LinkDevice, PersonalLink
from ekc.operation.ending import ENDED
from ekc.schema import NEWER
from ekc.signin.models import SignIn
from tests.build import case_in_setup
from tests.cast import Cast, come_in, link_known_before, mail_of, sign_in_by_password
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import CONTENT_KEY, INDEX_KEY, empty_beside, postgresql_tools
from tests.demo.command import Result, Run, runner, write_keys
from tests.plugins.web import MakeApp

AGE = b"age-encryption.org"
KEYRING = Keyring([CONTENT_KEY], INDEX_KEY)
LINK = MailRule(
    name="test", audience=Audience.PARTICIPANT, key="test:{what}", subject="The page", body="Look.", has_link=True
)
TEXT = TextRule(name="text", key="test:{what}", subject="The page", words="%(address)s %(day)s", opens="see_own_page")
OTHER_KEY = bytes(range(100, 132))


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PATH", f"{postgresql_tools()}:{os.environ['PATH']}")
    return runner(database_url, tmp_path, monkeypatch, capsys)


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of another database of the same kind, without a table."""
    with empty_beside(database_url, tmp_path, "restored") as address:
        yield address


def made(run: Run, folder: Path) -> Path:
    """The only backup, made now."""
    folder.mkdir(exist_ok=True)
    assert run("backup", str(folder)).status == 0
    [file] = folder.iterdir()
    return file


def contents(url: str) -> dict[str, int]:
    engine = make_engine(url, KEYRING)
    try:
        with make_sessions(engine)() as session:
            return {
                table.name: session.scalars(select(func.count()).select_from(table)).one()
                for table in Base.metadata.sorted_tables
            }
    finally:
        engine.dispose()


def test_everything_comes_back_in_a_new_place(
    run: Run,
    db_session: Session,
    cast: Cast,
    database_url: str,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_in_setup(db_session, cast, START)
    db_session.close()
    key = run("backup-key", str(tmp_path / "identity.txt"))
    assert (key.status, (tmp_path / "identity.txt").stat().st_mode & 0o777) == (0, 0o600)
    monkeypatch.setenv("EKC_BACKUP_KEY", key.out.strip().removeprefix("EKC_BACKUP_KEY="))
    assert run("check").status == 0  # the keys are known from here on
    before = contents(database_url)
    encrypt, copied = pyrage.encrypt_io, list[bytes]()

    def encrypt_io(*given: Any) -> None:
        """And what a copy of the folder to another machine would hold at this moment."""
        encrypt(*given)
        copied.extend(held.read_bytes()[: len(AGE)] for held in (tmp_path / "backups").rglob("*") if held.is_file())

    monkeypatch.setattr(pyrage, "encrypt_io", encrypt_io)
    file = made(run, tmp_path / "backups")
    assert [*copied, file.read_bytes()[: len(AGE)]] == [AGE, AGE]
    assert file.stat().st_mode & 0o077 == 0
    assert b"Noor" not in file.read_bytes()

    monkeypatch.setenv("EKC_DATABASE_URL", empty)
    assert run("restore", str(file)).err == f"{file} is encrypted. Name the file with the secret key with --identity.\n"
    done = run("restore", str(file), "--identity", str(tmp_path / "identity.txt"), "--complete")

    assert (done.status, done.err) == (0, "")
    after = contents(empty)
    assert {name: count for name, count in after.items() if count != before[name]} == {
        "audit_event": before["audit_event"] + 1
    }
    assert run("check").status == 0
    assert run("verify-audit").status == 0


@pytest.mark.both_databases
def test_what_a_backup_would_let_in_again_is_ended(
    run: Run,
    client: PageClient,
    make_app: MakeApp,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A signed-in browser, a personal link with its known device, and a password: all of them were ended after it."""
    case = case_in_setup(db_session, cast, clock())
    come_in(client, db_session, clock(), cast.noor)
    path, device = link_known_before(db_session, clock(), case.id, case.people["marieke"])
    with writing(db_session):
        for way in ("", "The page we spoke about: https://plan.example.org/l/a-key"):
            link = Link("https://plan.example.org/l/a-key", clock() + timedelta(days=90))
            rule, to = TEXT if way else LINK, Recipient(0, "+31612345678", "nl")
            queue(db_session, rule, to, clock(), link=link, written=Written(way) if way else None, what=len(way))
    db_session.close()
    file = made(run, tmp_path / "backups")

    monkeypatch.setenv("EKC_DATABASE_URL", empty)
    done = run("restore", str(file))

    assert done.out.splitlines()[2].startswith("Everybody chooses a new password")
    restored = make_app(database_url=empty)
    again = restored.test_client()
    assert isinstance(again, PageClient)
    cookie = client.get_cookie("session")
    assert cookie is not None
    again.set_cookie("session", cookie.value)
    assert (client.get("/account").status_code, again.get("/account").status_code) == (200, 302)
    again.set_cookie("link_device", device, path=path)
    assert again.get(path).status_code == 404
    with restored.extensions["ekc"].sessions() as session:
        for model in (SignIn, LinkDevice):
            assert session.scalars(select(func.count()).where(model.ended_at.is_(None))).one() == 0
        assert session.scalars(select(func.count()).where(PersonalLink.revoked_at.is_(None))).one() == 0
        with_link = OutboxMessage.link.is_not(None) | (OutboxMessage.way == Way.TEXT)
        assert session.scalars(select(func.count()).where(with_link)).one() == 0
    later = restored.test_client()
    assert isinstance(later, PageClient)
    with pytest.raises(pytest.fail.Exception, match="do not belong together"):
        sign_in_by_password(later, cast.noor)
    later.page("/forgotten-password")
    later.submit("Send the link", {"Email address": mail_of(cast.noor.actor.name)})
    with restored.extensions["ekc"].sessions() as session:
        assert session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.link.is_not(None))).all() == [
            mail_of(cast.noor.actor.name)
        ]
    restored.extensions["ekc"].sessions.kw["bind"].dispose()


def test_each_table_with_a_token_is_ended() -> None:
    """A new table that lets somebody in belongs in `ENDED`."""
    with_token = {
        mapper.class_ for mapper in Base.registry.mappers if {"token_hash", "code_hash"} & set(mapper.columns.keys())
    }

    assert with_token - ENDED.keys() <= {FormDraft}, "drafts let nobody in"


def test_what_the_time_between_held_is_listed(
    run: Run,
    db_session: Session,
    cast: Cast,
    database_url: str,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = made(run, tmp_path / "backups")
    assert run("add-region", "Late").status == 0

    monkeypatch.setenv("EKC_DATABASE_URL", empty)
    lines = run("restore", str(file), "--before", database_url).out.splitlines()

    since = lines[lines.index("Lost since the backup, as far as it can be told:") + 1 :]
    assert [line.split("  ")[2:4] for line in since] == [["system", "region.added"]]
    assert "service.restored" in run("audit").out


DAMAGED = "{file} is damaged, or only a part of it is here. Take another copy of it."
Spoil = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda held: held[:-100], DAMAGED),
        (lambda held: held[20:], "{file} is no backup of this program."),
        (lambda held: held.replace(b'"revision": "0', b'"revision": "9', 1), NEWER),
    ],
    ids=["cut", "other", "newer"],
)
def test_a_backup_that_cannot_be_used_changes_nothing(
    run: Run, cast: Cast, tmp_path: Path, database_url: str, spoil: Spoil, sentence: str
) -> None:
    file = made(run, tmp_path / "backups")
    before = contents(database_url)

    file.write_bytes(spoil(file.read_bytes()))

    assert run("restore", str(file)) == Result(1, "", sentence.format(file=file) + "\n")
    assert contents(database_url) == before


def test_a_backup_under_other_keys_is_refused(run: Run, tmp_path: Path, cast: Cast) -> None:
    file = made(run, tmp_path / "backups")

    write_keys(tmp_path / "keys.json", OTHER_KEY)
    assert run("restore", str(file)) == Result(1, "", f"{LACKING}\n")
    write_keys(tmp_path / "keys.json", CONTENT_KEY, index_key=OTHER_KEY)
    assert run("restore", str(file)) == Result(1, "", f"{FOREIGN}\n")


def test_a_backup_that_somebody_else_made_is_refused(run: Run, tmp_path: Path, cast: Cast, database_url: str) -> None:
    """Who can write where backups are kept could open an account of their own: anybody can encrypt to a public key."""
    file = made(run, tmp_path / "backups")
    said, _, dump = file.read_bytes().partition(b"\n")
    manifest = json.loads(said.partition(b" ")[2])
    forged = dump + b"an account"
    manifest |= {"size": len(forged), "sha256": hashlib.sha256(forged).hexdigest()}
    before = contents(database_url)

    for signature in (manifest["signature"], ""):
        word = b"ekc-backup-1 " + json.dumps(manifest | {"signature": signature}).encode()
        file.write_bytes(word + b"\n" + forged)
        assert run("restore", str(file)).err.startswith("This backup was not made by this service, or was changed")
    file.write_bytes(b"ekc-backup-1 {}\n")
    assert run("restore", str(file)).err == f"{file} is damaged. Take another copy of it.\n"

    assert contents(database_url) == before


def test_old_backups_go(run: Run, tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old = [folder / f"ekc-2026010{day}T000000Z.backup" for day in (1, 2, 3)]
    other = folder / "ekc-notes.txt"
    for file in (*old, other):
        file.touch()

    assert run("backup", str(folder), "--keep", "2").status == 0

    left = sorted(file.name for file in folder.iterdir())
    assert (left[0], left[-1], len(left)) == (old[-1].name, other.name, 3)


WRITER = """
import os, sqlite3, sys
line = sqlite3.connect(sys.argv[1])
line.execute("insert into region (name, timezone) values ('Late', 'Europe/Amsterdam')")
line.commit()
os.kill(os.getpid(), 9)
"""


def test_a_log_that_a_killed_program_left_is_not_replayed_over_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ekc.sqlite"
    run = runner(f"sqlite:///{file}", tmp_path, monkeypatch, capsys)
    for command in (["migrate"], ["add-region", "North"]):
        assert run(*command).status == 0
    backup = made(run, tmp_path / "backups")
    assert subprocess.run([sys.executable, "-c", WRITER, str(file)], check=False).returncode == -9
    assert file.with_name("ekc.sqlite-wal").stat().st_size > 0

    done = run("restore", str(backup))

    aside = Path(done.out.splitlines()[1].partition("sqlite:///")[2].removesuffix("."))
    names = "select name from region order by id"
    with closing(sqlite3.connect(file)) as now, closing(sqlite3.connect(aside)) as before:
        assert (now.execute(names).fetchall(), before.execute(names).fetchall()) == (
            [("North",)],
            [("North",), ("Late",)],
        )
    assert run("check").status == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_in_use_is_not_written_over(run: Run, cast: Cast, tmp_path: Path) -> None:
    told = run("restore", str(made(run, tmp_path / "backups"))).err

    assert told.startswith("The database that EKC_DATABASE_URL names is not empty. Make a new one")
