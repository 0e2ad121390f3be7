"""The agencies of a case as they were since its coordinator took it

Of what was changed before now nothing is known any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conference", sa.Column("agencies_before", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("conference", "agencies_before")
