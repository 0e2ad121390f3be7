"""The one-time numbers of forms that add something."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_number",
        sa.Column("number", sa.LargeBinary(32), primary_key=True),
        sa.Column("content", sa.LargeBinary(32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(400)),
        sa.Index(None, "used_at"),
    )


def downgrade() -> None:
    op.drop_table("form_number")
