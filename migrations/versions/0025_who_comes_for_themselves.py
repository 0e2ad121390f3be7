"""Who works where a professional of the conference works, and comes for themselves all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participant", sa.Column("for_themselves", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("participant", "for_themselves")
