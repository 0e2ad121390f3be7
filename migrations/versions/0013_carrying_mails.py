"""Mails are carried out: how often one was tried, when it is tried again, and when it is given up"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OUTBOX = sa.table(
    "outbox_message",
    sa.column("id", sa.Integer),
    sa.column("queued_at", sa.DateTime(timezone=True)),
    sa.column("try_after", sa.DateTime(timezone=True)),
    sa.column("useless_after", sa.DateTime(timezone=True)),
)
#: Mails of before are tried as long after they were queued as others.
LASTS = timedelta(days=4)


def upgrade() -> None:
    with op.batch_alter_table("outbox_message") as outbox:
        outbox.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        outbox.add_column(sa.Column("try_after", sa.DateTime(timezone=True), nullable=True))
        outbox.add_column(sa.Column("useless_after", sa.DateTime(timezone=True), nullable=True))
        outbox.add_column(sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
    bind = op.get_bind()
    for row in bind.execute(sa.select(OUTBOX.c.id, OUTBOX.c.queued_at)).all():
        times = {"try_after": row.queued_at, "useless_after": row.queued_at + LASTS}
        bind.execute(sa.update(OUTBOX).where(OUTBOX.c.id == row.id).values(times))
    # A mail with a key is useless as soon as the key is.
    for table, name in (("invitation", "invitation"), ("personal_link", "link")):
        bind.execute(
            sa.text(
                f"update outbox_message set useless_after = (select {table}.expires_at from {table} "
                f"where outbox_message.key = '{name}:' || {table}.id) where exists (select 1 from {table} where "
                f"outbox_message.key = '{name}:' || {table}.id and {table}.expires_at < outbox_message.useless_after)"
            )
        )
    with op.batch_alter_table("outbox_message") as outbox:
        outbox.alter_column("tries", server_default=None)
        outbox.alter_column("try_after", nullable=False)
        outbox.alter_column("useless_after", nullable=False)
    waiting = sa.text("sent_at is null and given_up_at is null")
    op.create_index(
        "ix_outbox_message_waiting", "outbox_message", ["try_after"], sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    # What was given up is empty: it must not look as if it waited.
    op.execute("update outbox_message set sent_at = given_up_at where given_up_at is not null")
    op.drop_index("ix_outbox_message_waiting", "outbox_message")
    with op.batch_alter_table("outbox_message") as outbox:
        for name in ("given_up_at", "useless_after", "try_after", "tries"):
            outbox.drop_column(name)
