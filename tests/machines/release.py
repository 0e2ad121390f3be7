"""A release of another version: a copy of this program that is a version further.

`python -m tests.machines.release FOLDER` makes one of the checkout there, for `bin/rehearse`.
"""

import shutil
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

VERSION = "9.9.0"
#: The kind of job that it adds.
KIND = "newer_kind"
_KIND = f"""

JOBS += (JobRule(name="{KIND}", title=N_("Send an email"), work=lambda run: None),)
"""
_MIGRATION = '''"""What a later version may do: a table, and a column that tells of what was there.

Revises: {newest}
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{newest}", None, None


def upgrade() -> None:
    table = op.create_table("newer_table", sa.Column("accounts", sa.Integer(), nullable=False))
    many = op.get_bind().scalar(sa.text("SELECT count(*) FROM account"))
    op.bulk_insert(table, [{{"accounts": many}}])
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("newer_column", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError
'''


def newer_release(folder: Path, *, migrates: bool) -> Path:
    """The folder of a program that knows one kind of job more, and with `migrates` needs another database."""
    made = folder / "newer"
    for name in ("ekc", "templates", "migrations"):
        shutil.copytree(ROOT / name, made / name)  # with what is compiled, which stays valid
    for name in ("config.py", "wsgi.py", "pyproject.toml"):
        shutil.copy2(ROOT / name, made / name)
    make_newer(made, migrates=migrates)
    return made


def make_newer(made: Path, *, migrates: bool) -> None:
    """Bring the program in this folder a version further."""
    project = made / "pyproject.toml"
    version = next(line for line in project.read_text().splitlines() if line.startswith("version = "))
    project.write_text(project.read_text().replace(version, f'version = "{VERSION}"'))
    jobs = made / "ekc" / "journey" / "jobs.py"
    before, between, after = jobs.read_text().partition("\n#: What the clock of the demonstration runs")
    jobs.write_text(before + _KIND + between + after)
    if migrates:
        versions = made / "migrations" / "versions"
        newest = max(file.name.partition("_")[0] for file in versions.glob("[0-9]*.py"))
        revision = f"{int(newest) + 1:0{len(newest)}}"
        (versions / f"{revision}_newer.py").write_text(_MIGRATION.format(newest=newest, revision=revision))


if __name__ == "__main__":
    make_newer(Path(sys.argv[1]), migrates=True)
