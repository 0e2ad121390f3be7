"""Work for which nobody waits has rows: mails, and what is done at night. And the post box of the demonstration."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_OPEN = sa.text("state in ('waiting', 'running')")
_PENDING = sa.text("sent_at is null and given_up_at is null")
_STATES = sa.Enum("waiting", "running", "done", "failed", name="jobstate", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.Integer, nullable=False),
        sa.Column("key", sa.String(120)),
        sa.Column("state", _STATES, nullable=False),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.Column("due", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("held_until", _INSTANT),
        sa.Column("error", sa.String(200)),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_jobstate")),
        sa.Index("ix_job_open", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "postbox_item",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postbox_item")),
    )
    op.execute(
        "insert into job (kind, subject, state, added_at, due, until, tries) select 'mail', id, 'waiting', queued_at,"
        " try_after, useless_after, tries from outbox_message where sent_at is null and given_up_at is null"
    )
    op.drop_index("ix_outbox_message_waiting", "outbox_message")
    with op.batch_alter_table("outbox_message", table_kwargs={"sqlite_autoincrement": True}) as batch:
        for name in ("tries", "try_after", "useless_after"):
            batch.drop_column(name)


def downgrade() -> None:
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
        batch.add_column(sa.Column("try_after", _INSTANT))
        batch.add_column(sa.Column("useless_after", _INSTANT))
    job = "(select %s from job where kind = 'mail' and subject = outbox_message.id)"
    op.execute(
        f"update outbox_message set try_after = coalesce({job % 'due'}, queued_at),"  # noqa: S608
        f" useless_after = coalesce({job % 'coalesce(until, due)'}, queued_at), tries = coalesce({job % 'tries'}, 0)"
    )
    with op.batch_alter_table("outbox_message") as batch:
        batch.alter_column("tries", server_default=None)
        for name in ("try_after", "useless_after"):
            batch.alter_column(name, existing_type=_INSTANT, nullable=False)
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["try_after"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.drop_table("postbox_item")
    op.drop_table("job")
