"""Which contacts only say that somebody was told what stood on the list of what they had to hear."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_entry", sa.Column("from_list", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("contact_entry", "from_list")
