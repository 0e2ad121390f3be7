"""What somebody typed into a form and has not saved is kept for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("whose", sa.String(length=32), nullable=False),
        sa.Column("place", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=True),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft")),
        sa.UniqueConstraint("browser", "whose", "place", name=op.f("uq_form_draft_browser_whose_place")),
    )
    op.create_index(op.f("ix_form_draft_conference_id"), "form_draft", ["conference_id"])
    op.create_index(op.f("ix_form_draft_until"), "form_draft", ["until"])


def downgrade() -> None:
    op.drop_table("form_draft")
