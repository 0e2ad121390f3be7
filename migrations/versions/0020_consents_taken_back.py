"""A consent that was taken back is asked again whatever else changes about somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.add_column(sa.Column("withdrawal_stands", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "update consent set withdrawal_stands = true where withdrawn_on is not null and participant_id in "
        "(select id from participant where part in ('main_person', 'child'))"
    )


def downgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.drop_column("withdrawal_stands")
