"""The commands: what each does, and that each error is one sentence and an exit status."""

import mailbox
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, LargeBinary, column, create_engine, insert, select, table, text
from sqlalchemy.orm import Session

from config import ConfigError, Settings, load_settings
from ekc import schema
from ekc.accounts.models import Account, Region
from ekc.app import create_app
from ekc.cli import main
from ekc.conferences.models import Conference, Participant
from ekc.core.audit import Actor, ActorKind, AuditEvent, record
from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.jobs import Job, Nightly
from ekc.core.keys import FOREIGN, LACKING
from ekc.core.outbox import OutboxMessage, Recipient, queue
from ekc.directory.models import Listing
from ekc.directory.queries import listed
from ekc.journey.jobs import plan_nights
from ekc.matching.queries.profile import languages
from ekc.schema import APPEND_ONLY, NEWER, OUTDATED, encrypted_columns
from ekc.signin import mails
from ekc.workflow.matching import LanguageLevel
from tests.architecture.sources import ROOT
from tests.build import case_in_setup
from tests.cast import Cast
from tests.core.test_bounces import answer
from tests.core.test_bounces import report as returned
from tests.database import CONTENT_KEY, INDEX_KEY, refreshed
from tests.demo.command import Result, Run, load_case, runner, write_case, write_keys
from tests.work import work

NO_FILE = "there is no file %s. Put it back, or make it with: bin/ekc migrate"
NOT_SET_DOWN = "Its heads were never set down outside the database. A worker does so every night: bin/ekc worker\n"
NEW_KEY = bytes(range(64, 96))


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(database_url, tmp_path, monkeypatch, capsys)


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    return write_case(tmp_path)


def test_keys_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EKC_INSTANCE", str(tmp_path / "new"))
    monkeypatch.delenv("EKC_KEYS", raising=False)

    assert main(["init-keys"]) == 0
    made = (tmp_path / "new" / "keys.json").read_bytes()
    assert main(["init-keys"]) == 0

    assert (tmp_path / "new" / "keys.json").read_bytes() == made
    assert capsys.readouterr().out.splitlines()[1] == (
        f"There is a key file at {tmp_path / 'new' / 'keys.json'} already. It stays as it is."
    )


def test_a_database_is_brought_up_to_date_and_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "new.sqlite"
    monkeypatch.setenv("EKC_DATABASE_URL", f"sqlite:///{file}")
    missing = f"The database cannot be used: {NO_FILE % file}\n"

    for command in (["check"], ["worker"], ["jobs"], ["verify-audit"], ["add-region", "North"]):
        assert run(*command) == Result(1, "", missing)
    assert not file.exists()
    file.touch()
    assert run("check") == Result(1, "", f"{OUTDATED}\n")
    assert run("migrate") == Result(0, "The database is up to date.\n", "")
    assert run("check") == Result(
        0,
        "Settings, keys, workflow and database are in order.\n"
        "EKC_CONTACT is not set: a page that lets nobody in names nobody who can be rung.\n",
        "",
    )
    monkeypatch.setenv("EKC_CONTACT", "0900 1234")
    assert run("check").out == "Settings, keys, workflow and database are in order.\n"


@pytest.mark.processes
def test_what_the_program_makes_is_for_its_own_user_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "EKC_INSTANCE": str(tmp_path / "new")}
    for name in ("EKC_KEYS", "EKC_DATABASE_URL", "EKC_DEMO"):
        environment.pop(name, None)
    for command in ("init-keys", "migrate", "check"):
        subprocess.run([sys.executable, "-m", "ekc.cli", command], cwd=ROOT, env=environment, check=True, umask=0o022)
    made = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "new").iterdir()}
    assert made == dict.fromkeys(("keys.json", "ekc.sqlite"), 384)


def test_the_demonstration_is_made_once_and_only_where_it_may(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("demo") == Result(1, "", "This is not a demonstration. Set EKC_DEMO=1, and use a database of its own.\n")
    monkeypatch.setenv("EKC_DEMO", "1")

    assert run("demo").status == 0
    assert run("demo") == Result(1, "", "This database is not empty. Make the demonstration in a new one.\n")
    assert run("verify-audit") == Result(0, f"The audit is whole (chains: 12).\n{NOT_SET_DOWN}", "")


def test_names_come_from_a_file_and_a_newer_one_renames_by_code(run: Run, engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"

    def add(text: str) -> Result:
        file.write_text(text, encoding="utf-8-sig")
        return run("add-names", "municipalities", str(file))

    columns = "The first line of the file names its columns: name, and if there are any code and aliases.\n"
    assert add("gemeente;code\nRivierstad;GM0001\n") == Result(1, "", columns)
    long = f"{'a' * 81}: a name has at most 80 characters, another name 120, a code 40.\n"
    assert add(f"name\n{'a' * 81}\n") == Result(1, "", long)
    assert add("name,code,aliases\nRivierstad,GM0001,Riv.; De Stad\nDorpstad,,\n,GM9,\n").out == (
        "2 municipalities are in the list.\n"
    )
    assert add("name,code\nRivierenstad,GM0001\n").status == 0

    with make_sessions(engine)() as session:
        rows = [(row.name, row.code, row.aliases) for row in listed(session, Listing.MUNICIPALITIES)]
    assert rows == [("Dorpstad", "", ()), ("Rivierenstad", "GM0001", ("Rivierstad", "Riv.", "De Stad"))]


@pytest.mark.both_databases
def test_lists_are_looked_at_and_kept_when_that_is_asked(
    run: Run, db_session: Session, cast: Cast, tmp_path: Path
) -> None:
    case = case_in_setup(db_session, cast, utc_now() - timedelta(days=2))
    number = db_session.get_one(Conference, case.id).number
    db_session.commit()
    people, cases = tmp_path / "people.csv", tmp_path / "cases.csv"
    people.write_bytes("Naam;Rol\r\nJán Kok;vriend of vriendin\r\nLinda de Wit;familie\r\n".encode("cp1252"))
    add = ("import", "people", str(people), "--case", number, "--as", "noor@example.org", "--language", "nl")
    seen = "Linda de Wit is er al, als Linda de Wit (aunt): overgeslagen.\n+ Ján Kok\n"
    assert run(*add) == Result(0, seen, "")
    assert run(*add, "--keep") == Result(0, f"{seen}Er is 1 persoon aan de kring toegevoegd.\n", "")
    assert run(*add[:-2]).out.startswith("Ján Kok is there already, as Ján Kok: left out.\n")
    people.write_text("Name,Role\n,king\n")
    wrong = run(*add[:-2], "--keep")
    assert (wrong.status, wrong.out.splitlines()[0]) == (1, "Row 2, column A (Name): Write a name.")
    assert run(*add[:-3], "iris@example.org").status == 1
    assert run("import", "people", str(people)).status == 2

    cases.write_text("Main person,Kind,Voluntary,Why now,Municipality,Country\nAns,family,voluntary,Now,Dorp,nl\n")
    register = ("import", "cases", str(cases), "--as", "ruud@example.org")
    assert run(*register) == Result(0, "+ Ans\n", "")
    assert run(*register, "--keep") == Result(0, "+ Ans\n1 conference is registered.\n", "")
    assert "left out" in run(*register, "--keep").out
    assert run(*register[:-1], "noor@example.org").status == 1
    assert len(refreshed(db_session).scalars(select(Conference.id)).all()) == 2


def test_an_account_is_opened_by_invitation(run: Run, engine: Engine) -> None:
    asked = ["open-account", "--name", "Els Vos", "--email", "Els@example.org", "--region", "North"]
    assert run(*asked, "--role", "coordinator") == Result(
        1, "", "There is no region North. Add it with: bin/ekc add-region\n"
    )
    assert run("add-region", "North") == Result(0, "The region North is added.\n", "")
    assert run("add-region", "North") == Result(1, "", "There is a region North already.\n")
    assert run(*asked, "--role", "care_manager") == Result(
        1, "", "A care_manager follows the cases of a municipality. Name it with --municipality.\n"
    )

    roles = ("--role", "coordinator", "--role", "regional_manager")
    result = run(*asked, *roles, "--speaks", "nl", "--employer", "Library; Choir ")

    told = "This link, which works once and for seven days, lets them choose a password:\n"
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"The account of Els Vos is open. {told}")
    link = result.out.splitlines()[1]
    assert link.startswith("http://127.0.0.1:8000/invitations/")
    with make_sessions(engine)() as session:
        account = session.scalars(select(Account)).one()
        assert (account.email, account.password_hash) == ("els@example.org", None)
        assert languages(session, [account.id]) == {account.id: {"nl": LanguageLevel.FLUENT}}
        assert account.employer == "Library; Choir"
        assert session.scalars(select(OutboxMessage.link)).all() == [link]
    assert run(*asked, "--role", "coordinator") == Result(
        1, "", "Els Vos has an account with the address els@example.org already.\n"
    )


def test_whoever_is_locked_out_is_invited_anew(run: Run, engine: Engine, cast: Cast) -> None:
    result = run("invite", "Bas@example.org")

    assert (result.status, result.out.splitlines()[0]) == (
        0,
        "Bas Mulder is invited. This link, which works once and for seven days, lets them choose a password:",
    )
    with make_sessions(engine)() as session:
        assert session.scalars(select(OutboxMessage.link)).all() == [result.out.splitlines()[1]]
    assert run("invite", "nobody@example.org") == Result(
        1, "", "There is no open account with the address nobody@example.org.\n"
    )


def test_a_region_lies_in_a_time_zone(run: Run, engine: Engine) -> None:
    assert run("add-region", "Waikato", "--timezone", "Pacific/Auckland").status == 0
    assert run("add-region", "North").status == 0
    assert run("add-region", "East", "--timezone", "Mars/Olympus").status == 2
    assert run("add-region", " NORTH ") == Result(1, "", "There is a region North already.\n")
    assert run("add-region", " ") == Result(1, "", "Write a name.\n")

    with make_sessions(engine)() as session:
        assert list(session.execute(select(Region.name, Region.timezone).order_by(Region.id))) == [
            ("Waikato", "Pacific/Auckland"),
            ("North", "Europe/Amsterdam"),
        ]


def test_an_audit_that_was_changed_is_named(
    run: Run, db_session: Session, cast: Cast, case_file: Path, database_url: str
) -> None:
    load_case(db_session, run, case_file)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("update audit_head set seq = seq - 1 where chain = 'case:1'"))
    engine.dispose()

    assert run("verify-audit") == Result(1, "", "The audit was changed from outside the product. Look at: case:1.\n")


def test_the_audit_is_compared_with_what_was_set_down_at_night(
    run: Run, cast: Cast, case_file: Path, database_url: str, db_session: Session, settings: Settings, tmp_path: Path
) -> None:
    load_case(db_session, run, case_file)
    here = replace(settings, instance=tmp_path)

    def night(number: int) -> list[Job]:
        at = utc_now() + timedelta(days=number)
        plan_nights(db_session, at, frozenset({Nightly.SERVICE}))
        work(db_session, here, at)
        return list(refreshed(db_session).scalars(select(Job).where(Job.error.is_not(None), Job.kind == "audit")))

    assert night(1) == []
    set_down = (tmp_path / "audit-heads.txt").read_bytes()
    assert (tmp_path / "audit-heads.txt").stat().st_mode & 0o777 == 0o600
    assert run("verify-audit") == Result(0, "The audit is whole (chains: 2).\n", "")

    engine = create_engine(database_url)
    with engine.begin() as connection:  # a chain is taken away whole
        if engine.dialect.name == "postgresql":
            connection.execute(text("set local session_replication_role = replica"))
        else:
            connection.execute(text("drop trigger audit_event_no_delete"))
        for table in ("audit_event", "audit_head"):
            connection.execute(text(f"delete from {table} where chain = 'system'"))  # noqa: S608
    engine.dispose()

    changed = Result(1, "", "The audit was changed from outside the product. Look at: system.\n")
    assert run("verify-audit") == changed
    (failed,) = night(2)
    assert (failed.error, (tmp_path / "audit-heads.txt").read_bytes()) == ("AuditChanged", set_down)

    (tmp_path / "audit-heads.txt").write_bytes(set_down.replace(b'"system"', b'"SYSTEM"'))
    assert run("verify-audit").err == (
        f"The file {tmp_path / 'audit-heads.txt'} was not written by this program, or was changed.\n"
    )


def test_jobs_are_told_tried_again_and_given_up(run: Run, db_session: Session, settings: Settings) -> None:
    at = utc_now()
    queue(db_session, mails.PASSWORD_CHANGED, Recipient(0, "jan@example.org", "en"), at, account=1)
    db_session.commit()
    assert run("jobs").status == 0
    work(db_session, replace(settings, mail=None), at)

    counted = "waiting: 1, running: 0, done: 0, failed: 0, cancelled: 0"
    line = "1 mail: waiting, tries: 0, no server for email is set; the email waits for one, for four days at most"
    assert run("jobs").out.splitlines() == [counted, line]
    told = run("jobs", "--again", "1").out.splitlines()
    assert (told[0], told[1].split(" ")[:6]) == (counted, ["The", "oldest", "that", "waits", "was", "due"])
    gone = run("jobs", "--give-up", "1")
    assert (gone.status, gone.out.splitlines()[0]) == (1, "waiting: 0, running: 0, done: 0, failed: 1, cancelled: 0")
    assert refreshed(db_session).scalars(select(OutboxMessage.body)).all() == [""]
    refused = "That work has changed meanwhile. Look at the list again.\n"
    assert run("jobs", "--again", "1") == Result(1, "", refused)  # the mail is gone


def test_content_is_encrypted_anew(
    run: Run, db_session: Session, cast: Cast, case_file: Path, database_url: str, tmp_path: Path
) -> None:
    load_case(db_session, run, case_file)
    queue(db_session, mails.PASSWORD_CHANGED, Recipient(0, "jan@example.org", "en"), utc_now(), account=1)
    db_session.commit()
    write_keys(tmp_path / "keys.json", NEW_KEY, CONTENT_KEY)

    first, again = run("reencrypt"), run("reencrypt")

    assert (first.status, first.err, again.out.splitlines()[0]) == (0, "", "Rows encrypted anew: 0.")
    assert first.out.splitlines()[1] == (
        "Not touched, because the database refuses any change to them: audit_event, issued_document, phase_change, "
        "plan_version. They stay under the key they were written with, so keep that key in the key file, after the new "
        "one."
    )
    engine = make_engine(database_url, Keyring([NEW_KEY], INDEX_KEY))
    with make_sessions(engine)() as session:
        assert session.scalars(select(Participant.name).order_by(Participant.id)).first() == "Marieke de Wit"
        newest = Keyring([NEW_KEY], INDEX_KEY).is_newest
        values = {name: list(content(session, name)) for name in sealed_tables()}
    engine.dispose()
    assert {name for name, found in values.items() if found and not all(map(newest, found))} == {
        "phase_change",
        "plan_version",
    }
    rewritten = {name for name, found in values.items() if found} - {"phase_change", "plan_version"}
    assert int(first.out.split(":")[1].split(".")[0]) > 50
    assert {"conference", "participant", "plan_draft", "follow_up", "outbox_message"} <= rewritten


def sealed_tables() -> list[str]:
    return [known.name for known in schema.metadata.sorted_tables if encrypted_columns(known)]


def content(session: Session, name: str) -> list[bytes]:
    """Every encrypted value of a table, as it is stored."""
    known = schema.metadata.tables[name]
    columns = [column(one, LargeBinary) for one in encrypted_columns(known)]
    rows = session.execute(select(*columns).select_from(table(name)))
    return [value for row in rows for value in row if value]


def test_every_table_with_content_can_be_gone_through() -> None:
    keys = {name: [str(one.type) for one in schema.metadata.tables[name].primary_key] for name in sealed_tables()}

    assert {name: types for name, types in keys.items() if types != ["INTEGER"]} == {}
    assert set(APPEND_ONLY) - set(sealed_tables()) == {"audit_event"}  # encrypts a column by itself


def test_under_the_wrong_key_nothing_is_rewritten(
    run: Run, db_session: Session, cast: Cast, case_file: Path, tmp_path: Path
) -> None:
    load_case(db_session, run, case_file)
    write_keys(tmp_path / "keys.json", NEW_KEY)
    lost = Result(1, "", f"{LACKING}\n")

    assert run("check") == lost
    assert run("reencrypt") == lost


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frob"], "No such command 'frob'."),
        (["load-case"], "Missing argument 'FILE'."),
        (["open-account", "--name", "Els"], "Missing option '--email'."),
        (["demo", "--frob"], "No such option '--frob'."),
    ],
)
def test_a_wrong_word_is_answered_in_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "The database cannot be used: Could not parse SQLAlchemy URL from given URL string"),
        ("sqlite:////nowhere/x.sqlite", "The database cannot be used: " + NO_FILE % "/nowhere/x.sqlite"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    sentence: str,
) -> None:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    monkeypatch.setenv("EKC_INSTANCE", str(tmp_path))
    monkeypatch.setenv("EKC_DATABASE_URL", url)

    assert main(["check"]) == 1
    assert capsys.readouterr().err == f"{sentence}\n"


def test_without_keys_a_command_says_how_to_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EKC_INSTANCE", str(tmp_path))
    monkeypatch.delenv("EKC_KEYS", raising=False)

    assert main(["check"]) == 1
    assert capsys.readouterr().err == (
        f"There is no key file at {tmp_path / 'keys.json'}. If this service has run before, put back the copy of it: "
        "new keys read nothing. A new service makes its keys with: bin/ekc init-keys\n"
    )


def test_nothing_advises_new_keys_for_a_database_that_was_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    assert run("add-region", "North").status == 0
    file.unlink()
    lost = Result(
        1,
        "",
        f"There is no key file at {file}, and the database was written under keys. Put back the copy of the key file; "
        "new keys cannot read anything in it.\n",
    )

    for command in ("check", "migrate", "init-keys", "jobs", "verify-audit", "reencrypt", "worker"):
        assert run(command) == lost
    assert not file.exists()


def test_other_keys_than_those_of_the_database_are_refused(run: Run, settings: Settings, tmp_path: Path) -> None:
    assert run("add-region", "North").status == 0
    write_keys(tmp_path / "keys.json", CONTENT_KEY, index_key=NEW_KEY)

    for command in ("check", "migrate", "jobs", "verify-audit", "reencrypt", "worker"):
        assert run(command) == Result(1, "", f"{FOREIGN}\n")
    with pytest.raises(ConfigError, match="not those of this database"):
        create_app(replace(settings, index_key=NEW_KEY))
    with pytest.raises(ConfigError, match="lacks a key"):
        create_app(replace(settings, content_keys=(NEW_KEY,)))


def test_a_key_is_rotated_on_two_machines_without_a_moment_in_which_one_cannot_read_the_other(
    run: Run, db_session: Session, cast: Cast, case_file: Path, tmp_path: Path
) -> None:
    """Each of the commands is followed by a copy to the other machine; between the two their files differ."""
    here, there = tmp_path / "keys.json", tmp_path / "there.json"
    load_case(db_session, run, case_file)
    shutil.copy(here, there)

    for command in ("new-key", "use-key"):
        assert run(command).status == 0
        assert here.stat().st_mode & 0o777 == 0o600
        each = [load_settings({"EKC_KEYS": str(file)}) for file in (here, there)]
        for written, read in (each, reversed(each)):
            sealed = Keyring(written.content_keys, written.index_key).seal(b"said", "context")
            assert Keyring(read.content_keys, read.index_key).open(sealed, "context") == b"said"
        shutil.copy(here, there)
    assert run("use-key").err == f"{here} has no next content key. Add one with: bin/ekc new-key\n"

    assert run("reencrypt").status == 0
    assert run("check").status == 0
    write_keys(here, CONTENT_KEY)  # a copy from before
    assert run("check") == Result(1, "", f"{LACKING}\n")


def test_a_value_under_a_key_that_is_gone_is_found_in_any_table(run: Run, cast: Cast, engine: Engine) -> None:
    sealed = Keyring([NEW_KEY], INDEX_KEY).seal(b"{}", "audit_event.detail")
    with make_sessions(engine)() as session:
        record(session, Actor(ActorKind.SYSTEM), utc_now(), "account.changed", account=1)
        session.commit()
        values = {"chain": "system", "seq": 1000, "at": utc_now(), "actor_kind": ActorKind.SYSTEM, "action": "x"}
        session.execute(insert(AuditEvent).values(**values, detail=sealed, hash=bytes(32)))
        session.commit()

    told = "Content cannot be read (audit_event: the key of this content is not among the content keys). "
    assert run("check") == Result(1, "", f"{told}Put back the newest copy of the key file.\n")


def test_a_database_of_a_newer_version_is_left_alone(run: Run, engine: Engine, settings: Settings) -> None:
    def at(revision: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :revision"), {"revision": revision})

    at("9999")
    try:
        for command in ("check", "migrate", "jobs", "worker"):
            assert run(command) == Result(1, "", f"{NEWER}\n")
        with pytest.raises(ConfigError, match="newer than this program"):
            create_app(settings)
        assert run("version").out.splitlines()[1] == "The database is of revision 9999"
    finally:
        at(schema.newest_revision())
    assert run("version").out.splitlines() == [
        f"Own Plan 0.1.0, for a database of revision {schema.newest_revision()}",
        f"The database is of revision {schema.newest_revision()}",
    ]


def test_mails_that_come_in_are_counted(run: Run, db_session: Session, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    for mail in (b"Subject: spam\n\nBuy", returned("a1b2"), answer()):
        box.add(mail)

    assert run("bounces", str(tmp_path / "box")).out == (
        "Mails of ours that came back: 0. Answers to invitations: 0, and for an earlier date: 0. Others: 3.\n"
    )
    assert run("bounces", str(tmp_path / "box")).out.endswith("Others: 0.\n")  # each is read once
