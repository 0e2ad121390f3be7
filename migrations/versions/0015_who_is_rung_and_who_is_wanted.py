"""The phone of staff, whom the circle rings; and the day on which a main person asked for another coordinator"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("match", sa.Column("unwanted_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("match") as match:
        match.drop_column("unwanted_on")
    with op.batch_alter_table("account") as account:
        account.drop_column("phone")
