"""Commands for whoever runs the service: backup, restore, doctor, figures, and the audit in lines."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from config import ConfigError, load_settings
from ekc.core.db import make_sessions
from ekc.core.demo_clock import clock_time
from ekc.operation.audit_lines import audit_lines
from ekc.operation.backup import make_backup, make_backup_key
from ekc.operation.database import open_database
from ekc.operation.doctor import findings
from ekc.operation.restore import restore_backup
from ekc.worker import prepare_queue

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False, writable=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
def doctor() -> int:
    """Look at everything that the service needs, as it will be used. Ends with status 1 if anything is wrong."""
    with open_database() as (settings, session):
        found = list(findings(session, settings))
    for one in found:
        click.echo(f"{one.what}: {one.problem or one.note or 'in order'}", err=bool(one.problem))
    return int(any(one.problem for one in found))


@click.command()
def metrics() -> None:
    """Show figures for Prometheus on the address of EKC_METRICS. Runs until it is stopped."""
    settings = load_settings()
    if not settings.metrics:
        raise ConfigError("EKC_METRICS is not set. Set it to an address and a port, such as 127.0.0.1:9100.")
    from ekc.operation.exporter import show_figures  # noqa: PLC0415 - other commands do without its library

    with open_database() as (_settings, session):
        shown = show_figures(settings, make_sessions(session.get_bind().engine))
        click.echo(f"The figures are on http://{settings.metrics}/metrics")
        shown.join()


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keep", type=click.IntRange(1), help="How many backups stay in the folder; the oldest ones go.")
def backup(folder: Path, keep: int | None) -> None:
    """Write a backup of the database into a folder, encrypted to EKC_BACKUP_KEY; also while the service runs."""
    with open_database() as (settings, session):
        at = clock_time(session, settings)
        file = make_backup(session, folder, settings.backup_key, at, beside=settings.instance, keep=keep)
    click.echo(f"The backup is in {file}.")
    if not settings.backup_key:
        click.echo("It is not encrypted: names of staff can be read in it. Make a key with: bin/ekc backup-key FILE")


@click.command("backup-key")
@click.argument("file", type=click.Path(path_type=Path))
def backup_key(file: Path) -> None:
    """Make a key pair for backups: the secret key in a file, and the public key to set as EKC_BACKUP_KEY."""
    public = make_backup_key(file)
    click.echo(f"EKC_BACKUP_KEY={public}")
    click.echo(f"Keep {file} away from this machine: it opens every backup.", err=True)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--identity", type=_FILE, help="The file with the secret key, for an encrypted backup.")
@click.option("--complete", is_flag=True, help="Nothing was written since the backup was made: nothing is ended.")
@click.option("--before", metavar="URL", help="The database that it replaces, if it can still be read.")
def restore(file: Path, identity: Path | None, complete: bool, before: str | None) -> None:
    """Put a backup in the place of the database, end what it would let in again, and list what is lost since.

    Stop web and workers first. Nothing is destroyed: a SQLite database is moved aside, a PostgreSQL one has to be
    empty.
    """
    settings = load_settings()
    done = restore_backup(settings, file, identity, settings.clock(), is_complete=complete, before=before)
    prepare_queue(settings)
    click.echo(f"The backup of {done.made_at:%Y-%m-%d %H:%M:%S} UTC is restored and up to date.")
    if done.before:
        click.echo(f"The database before is {done.before}.")
    if complete:
        return
    click.echo(f"Ended: {', '.join(f'{count} {what}' for what, count in done.ended.items())}.")
    click.echo("Everybody chooses a new password (Forgotten password, or bin/ekc invite); coordinators make new links.")
    if done.lost:
        click.echo("Lost since the backup, as far as it can be told:")
    for line in done.lost:
        click.echo(f"  {line}")
    if not done.lost:
        untold = "Nothing tells what was done since the backup. Ask those who worked then."
        click.echo("Nothing was done since the backup." if done.before else untold)


@click.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(1), help="Of how many days.")
@click.option("--case", default="", help="The number of a case, such as EKC-2026-0007.")
@click.option("--action", default="", help="The beginning of an action, such as account.sign_in_refused.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1), help="How many lines at most.")
def audit(days: int, case: str, action: str, limit: int) -> None:
    """Print the audit in lines: when, who, what, which case."""
    with open_database() as (settings, session):
        since: datetime = clock_time(session, settings) - timedelta(days=days)
        for line in audit_lines(session, since=since, case=case, action=action, limit=limit):
            click.echo(line)
