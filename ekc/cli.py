"""Commands: `python -m ekc.cli`. Errors are printed as one sentence, with exit status 1 or 2 (wrong usage)."""

import gc

if __name__ == "__main__":
    gc.disable()  # all that is loaded is kept: to look for what is not would be a fifth of the start

import csv
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import (
    ConfigError,
    NoKeyFile,
    Settings,
    add_next_key,
    database_url,
    key_file,
    load_settings,
    make_keys,
    use_next_key,
)
from ekc import schema
from ekc.accounts.access import PROGRAM, By, Office
from ekc.accounts.queries import account_by_email, regions, visitor_of_account
from ekc.conferences.models import Conference
from ekc.core import logs
from ekc.core.audit import AuditHead
from ekc.core.bounces import LARGEST, read_mailbox
from ekc.core.crypto import Keyring, Unreadable
from ekc.core.db import make_engine, make_sessions
from ekc.core.demo_clock import clock_time
from ekc.core.errors import Refusal
from ekc.core.jobs import JobState
from ekc.core.keys import recognise_keys
from ekc.core.language import LANGUAGES, translate, using
from ekc.core.lengths import NAME, WORD
from ekc.demo.casefile import CaseFileError, read_case
from ekc.demo.people import PASSWORD
from ekc.demo.play import enter_case
from ekc.demo.world import make_demo
from ekc.directory.actions import Entry, add_rows
from ekc.directory.models import LONGEST, Listing
from ekc.journey.actions import jobs as job_actions
from ekc.journey.actions.steps import Blocked
from ekc.journey.jobs import AuditError, verify_audit
from ekc.journey.queries.jobs import job_list
from ekc.kinds import JOB_RULES, check_kinds
from ekc.operation import commands, importing
from ekc.operation.database import open_database
from ekc.operation.incoming import Incoming, take_in
from ekc.operation.postgresql_tools import BackupError
from ekc.staff.actions.accounts import NewAccount
from ekc.staff.actions.inviting import invite, open_by_invitation
from ekc.staff.actions.regions import add_region
from ekc.worker import prepare_queue, run_worker
from ekc.workflow.check import check_tables
from ekc.workflow.independence import named_in
from ekc.workflow.profiles import NL, PROFILES
from ekc.workflow.vocabulary import Role

_OFFICES = [role.value for role in (Role.COORDINATOR, Role.REGIONAL_MANAGER, Role.CARE_MANAGER, Role.ADMINISTRATOR)]
_TIMEZONES = sorted({profile.timezone for profile in PROFILES.values()})
_LINK_INTRO = "This link, which works once and for seven days, lets them choose a password:"
_LOST_KEYS = (
    "There is no key file at %s, and the database was written under keys. Put back the copy of the key file; new keys "
    "cannot read anything in it."
)
_ROOT = Path(__file__).parent.parent
_EXPECTED_ERRORS = (
    click.ClickException,
    click.Abort,
    ConfigError,
    AuditError,
    BackupError,
    CaseFileError,
    Refusal,
    Unreadable,
    SQLAlchemyError,
    OSError,
)


@click.group(context_settings={"help_option_names": ["--help", "-h"]})
def cli() -> None:
    """Keys, database, accounts, case files and the demonstration of the product."""


for command in (
    commands.audit,
    commands.backup,
    commands.backup_key,
    commands.doctor,
    commands.metrics,
    commands.restore,
):
    cli.add_command(command)


@cli.command("init-keys")
def init_keys() -> None:
    """Make the key file, if there is none and the database was not written under another."""
    path = key_file()
    if not path.exists() and schema.is_in_use(database_url()):
        raise ConfigError(_LOST_KEYS % path)
    if make_keys(path):
        click.echo(f"The keys are in {path}. Keep a copy in a safe place: without them nothing can be read.")
    else:
        click.echo(f"There is a key file at {path} already. It stays as it is.")


@cli.command("new-key")
def new_key() -> None:
    """Add a content key to the key file, which decrypts and does not encrypt yet."""
    add_next_key(key_file())
    click.echo("The key file has a next content key. Copy the file to each machine, and restart web and worker there.")


@cli.command("use-key")
def use_key() -> None:
    """Let the content key that was added encrypt from now on."""
    use_next_key(key_file())
    click.echo(
        "The new content key encrypts from the next start. Copy the file to each machine, restart web and worker "
        "there, then run: bin/ekc reencrypt"
    )


@cli.command()
def version() -> None:
    """Tell which version of the program this is, and of which version the database is."""
    program = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["version"]
    click.echo(f"Own Plan {program}, for a database of revision {schema.newest_revision()}")
    engine = make_engine(database_url(), Keyring([bytes(32)], bytes(32)))  # reads no content
    try:
        click.echo(f"The database is of revision {schema.revision_of(engine)}")
    finally:
        engine.dispose()


@cli.command()
def migrate() -> None:
    """Bring the database up to date with this program."""
    settings = load_settings()
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key), create=True)
    try:
        schema.upgrade(engine)
        with make_sessions(engine)() as session:
            recognise_keys(session)
        prepare_queue(settings)
    finally:
        engine.dispose()
    click.echo("The database is up to date.")


@cli.command()
def check() -> None:
    """Look whether settings, keys, workflow and database are in order; reads a value of each column and key."""
    check_tables()
    check_kinds()
    with open_database() as (settings, session):
        schema.open_one_of_each(session)
    click.echo("Settings, keys, workflow and database are in order.")
    if not settings.contact:
        click.echo("EKC_CONTACT is not set: a page that lets nobody in names nobody who can be rung.")


@cli.command()
def demo() -> None:
    """Make the demonstration in an empty database. Needs EKC_DEMO=1."""
    with open_database() as (settings, session):
        if not settings.demo:
            raise ConfigError("This is not a demonstration. Set EKC_DEMO=1, and use a database of its own.")
        make_demo(session, settings)
    click.echo(f'The demonstration is made. Everybody in it can sign in with the password "{PASSWORD}".')


@cli.command("load-case")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--region", required=True, help="The name of the region of the case.")
@click.option("--coordinator", help="The email address of the coordinator; without it, the one in the file.")
def load_case(file: Path, region: str, coordinator: str | None) -> None:
    """Enter a case file, whole or not at all."""
    case = read_case(file)
    with open_database() as (settings, session):
        conference_id = enter_case(
            session, clock_time(session, settings), case, region, coordinator or case.coordinator.email
        )
        number = session.scalar(select(Conference.number).where(Conference.id == conference_id))
    click.echo(f"{case.title} is entered as {number}.")


@cli.command("add-region")
@click.argument("name")
@click.option("--timezone", default=NL.timezone, show_default=True, type=click.Choice(_TIMEZONES))
def new_region(name: str, timezone: str) -> None:
    """Add a region, in which coordinators work and cases are."""
    with open_database() as (settings, session):
        add_region(_program(session, settings), name, timezone)
    click.echo(f"The region {name} is added.")


@cli.command("open-account")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--region", required=True, help="The name of the region where somebody works.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(_OFFICES))
@click.option("--municipality", "municipalities", multiple=True, help="For a care_manager: whose cases they follow.")
@click.option("--speaks", "spoken", multiple=True, help="For a coordinator: the code of a language, such as nl.")
@click.option("--introduction", default="", help="For a coordinator: one line, shown when one is sought.")
@click.option("--employer", default="", help="For a coordinator: for whom they work besides; several with ; between.")
@click.option("--language", default="en", type=click.Choice(list(LANGUAGES)), help="Of the pages.")
def new_account(region: str, roles: tuple[str, ...], municipalities: tuple[str, ...], **given: Any) -> None:
    """Open an account of staff. Its owner chooses a password by the link that is printed."""
    with open_database() as (settings, session):
        known = {row.name: row.id for row in regions(session)}
        if region not in known:
            raise ConfigError(f"There is no region {region}. Add it with: bin/ekc add-region")
        offices = tuple(office for role in roles for office in _offices(Role(role), known[region], municipalities))
        new = NewAccount(region_id=known[region], roles=offices, **given)
        _id, link = open_by_invitation(_program(session, settings), new, settings.base_url)
    click.echo(f"The account of {new.name} is open. {_LINK_INTRO}\n{link}")


@cli.command("invite")
@click.argument("email")
def new_invitation(email: str) -> None:
    """Invite the owner of an account anew, such as an administrator who forgot the password."""
    with open_database() as (settings, session):
        account = account_by_email(session, email)
        if account is None:
            raise ConfigError(f"There is no open account with the address {email}.")
        link = invite(_program(session, settings), account.id, settings.base_url)
    click.echo(f"{account.name} is invited. {_LINK_INTRO}\n{link}")


def _offices(role: Role, region_id: int, municipalities: tuple[str, ...]) -> list[Office]:
    if role is not Role.CARE_MANAGER:
        return [Office(role, region_id if role is Role.REGIONAL_MANAGER else None)]
    if not municipalities:
        raise ConfigError("A care_manager follows the cases of a municipality. Name it with --municipality.")
    return [Office(role, municipality=municipality) for municipality in municipalities]


@cli.command("add-names")
@click.argument("listing", type=click.Choice([one.value for one in Listing]))
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def add_names(listing: str, file: IO[str]) -> None:
    """Add municipalities or organisations from a CSV file with the columns name, code and aliases (with ; between).

    What is known by its code or its name gets what the file says. Name is needed, the others are not.
    """
    rows = csv.DictReader(file)
    if "name" not in (rows.fieldnames or ()):
        raise ConfigError("The first line of the file names its columns: name, and if there are any code and aliases.")
    entries = [
        Entry(
            name=row["name"].strip(), code=(row.get("code") or "").strip(), aliases=named_in(row.get("aliases") or "")
        )
        for row in rows
        if row["name"] and row["name"].strip()
    ]
    most = LONGEST[Listing(listing)]
    for entry in entries:
        if len(entry.name) > most or len(entry.code) > WORD or any(len(one) > NAME for one in entry.aliases):
            raise ConfigError(
                f"{entry.name}: a name has at most {most} characters, another name {NAME}, a code {WORD}."
            )
    with open_database() as (settings, session):
        count = add_rows(_program(session, settings), Listing(listing), entries)
    click.echo(f"{count} {listing} are in the list.")


@cli.group("import")
def import_() -> None:
    """Look at a list (CSV or XLSX) of people or registrations; with --keep it is kept, whole or not at all."""


_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_AS = click.option("--as", "email", required=True, help="The email address of the account that does it.")
_KEEP = click.option("--keep", is_flag=True, help="Keep it, if all is well; without this nothing is changed.")
_SPOKEN = click.option("--language", default="en", show_default=True, type=click.Choice(list(LANGUAGES)))


@import_.command("people")
@_FILE
@click.option("--case", "number", required=True, help="The number of the case, such as EKC-2026-0007.")
@_AS
@_KEEP
@_SPOKEN
def import_people(file: Path, number: str, email: str, keep: bool, language: str) -> int:
    """People of the circle of a case. Ends with status 1 if anything is wrong in the file."""
    with open_database() as (settings, session), using(language):
        return importing.people(_as_account(session, settings, email), number, file.read_bytes(), keep=keep)


@import_.command("cases")
@_FILE
@_AS
@_KEEP
@_SPOKEN
def import_cases(file: Path, email: str, keep: bool, language: str) -> int:
    """Registrations, in the regions of a regional manager. Ends with status 1 if anything is wrong in the file."""
    with open_database() as (settings, session), using(language):
        return importing.cases(_as_account(session, settings, email), settings, file.read_bytes(), keep=keep)


def _as_account(session: Session, settings: Settings, email: str) -> By:
    """Somebody of staff, acting now."""
    account, at = account_by_email(session, email), clock_time(session, settings)
    who = visitor_of_account(session, account.id, at) if account else None
    if who is None:
        raise ConfigError(f"There is no open account with the address {email}.")
    return By(session, who, at)


@cli.command("verify-audit")
def check_audit() -> None:
    """Prove that nobody changed the audit."""
    with open_database() as (settings, session):
        kept = verify_audit(settings, session)
        click.echo(f"The audit is whole (chains: {len(session.scalars(select(AuditHead.chain)).all())}).")
    if kept is None:
        click.echo("Its heads were never set down outside the database. A worker does so every night: bin/ekc worker")


@cli.command()
@click.option(
    "--processes", default=2, show_default=True, type=click.IntRange(1, 32), help="How many jobs run at once."
)
def worker(processes: int) -> None:
    """Do what nobody waits for: send mails, and do the work of each night. Runs until it is stopped."""
    with open_database() as (settings, _session):
        check_kinds()
    run_worker(settings, processes)


@cli.command()
@click.option("--again", type=int, metavar="ID", help="Run this one now.")
@click.option("--give-up", type=int, metavar="ID", help="Run this one no more.")
def jobs(again: int | None, give_up: int | None) -> int:
    """Tell what waits, runs and failed. Ends with status 1 if anything was given up, or waits for over ten minutes."""
    with open_database() as (settings, session):
        by = _program(session, settings)
        if again is not None:
            job_actions.try_again(by, JOB_RULES, again)
        if give_up is not None:
            job_actions.give_up(by, JOB_RULES, give_up)
        found = job_list(session, JOB_RULES, by.at)
    click.echo(", ".join(f"{state}: {count}" for state, count in found.counts.items()))
    if found.oldest is not None:
        click.echo(f"The oldest that waits was due {by.at - found.oldest} ago.")
    for line in found.lines:
        click.echo(f"{line.id} {line.kind}: {line.state}, tries: {line.tries}, {line.code}")
    return int(found.counts[JobState.FAILED] > 0 or found.is_stuck(by.at))


@cli.command()
@click.argument("mailbox", type=click.Path(exists=True, path_type=Path), required=False)
def bounces(mailbox: Path | None) -> None:
    """Read mails that came back, and answers of calendars to invitations: from a mailbox (mbox file or Maildir folder),
    or one from standard input.
    """
    found = read_mailbox(mailbox) if mailbox else [sys.stdin.buffer.read(LARGEST)]
    with open_database() as (settings, session):
        at = clock_time(session, settings)
        count = Counter(take_in(session, one, at) for one in found)
    click.echo(
        f"Mails of ours that came back: {count[Incoming.RETURNED]}. Answers to invitations: {count[Incoming.ANSWER]}, "
        f"and for an earlier date: {count[Incoming.EARLIER]}. Others: {count[Incoming.OTHER]}."
    )


@cli.command()
def reencrypt() -> None:
    """Encrypt all content anew under the first of the content keys. Can be broken off and run again."""
    with open_database() as (_, session):
        count = schema.reencrypt(session)
    kept = f"Not touched, because the database refuses any change to them: {', '.join(schema.APPEND_ONLY)}."
    advice = "They stay under the key they were written with, so keep that key in the key file, after the new one."
    click.echo(f"Rows encrypted anew: {count}.\n{kept} {advice}")


def _is_in_use() -> bool:
    """Whether the database was written under keys; False if it cannot be asked."""
    try:
        return schema.is_in_use(database_url())
    except SQLAlchemyError:
        return False


def _program(session: Session, settings: Settings) -> By:
    """The program itself, acting now."""
    return By(session, PROGRAM, clock_time(session, settings))


def _error_message(error: Exception) -> str:
    """The error as one sentence."""
    message = str(error)
    match error:
        case click.ClickException():
            message = error.format_message()
        case click.Abort():
            message = "Stopped."
        case Blocked():
            found = [reason.blocker for reason in error.verdict.reasons]
            reasons = "; ".join(translate(one.message, one.params, one.plural, one.n) for one in found)
            message = f"The step '{error.verdict.rule.title}' cannot be taken: {reasons}."
        case Refusal():
            message = translate(error.message, error.params)
        case NoKeyFile() if _is_in_use():
            message = _LOST_KEYS % key_file()
        case Unreadable():
            message = f"Content cannot be read ({message}). Put back the newest copy of the key file."
        case SQLAlchemyError():
            message = " ".join(f"The database cannot be used: {getattr(error, 'orig', None) or error}".split())
        case OSError():
            message = f"{error.filename} cannot be used: {(error.strerror or 'unknown').lower()}."
    return message


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    try:
        done = cli.main(arguments, prog_name="ekc", standalone_mode=False)
    except _EXPECTED_ERRORS as error:
        click.echo(_error_message(error), err=True)
        return error.exit_code if isinstance(error, click.ClickException) else 1
    return int(done or 0)


if __name__ == "__main__":
    os.umask(0o077)  # what the program makes is for its own user
    logs.configure()
    gc.freeze()
    gc.enable()
    sys.exit(main())
