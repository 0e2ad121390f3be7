"""The tools of PostgreSQL, the only programs that ours runs, with arguments of our own (`pg_dump`, `pg_restore`)."""

import os
import subprocess

from sqlalchemy import URL


class BackupError(Exception):
    """A backup cannot be made or read; the message says why, and what to do."""


def run_tool(url: URL, tool: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL on a database. Raises BackupError with what it said last."""
    where = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)  # arguments can be seen by other users of the machine
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            [tool, f"--dbname={where}", *arguments], env=environment, check=False, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise BackupError(f"{tool} is needed. On Debian: apt-get install postgresql-client") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise BackupError(f"{tool} failed: {said[-1]}")
