"""Corrections of a registration."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_VARIANTS = "family individual recovery group learning"


def _variant(name: str) -> sa.Enum:
    return sa.Enum(*_VARIANTS.split(), name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("region_before", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
        sa.Column("region_after", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
        sa.Column("profile_before", sa.String(16), nullable=False),
        sa.Column("profile_after", sa.String(16), nullable=False),
        sa.Column("variant_before", _variant("variant_before"), nullable=False),
        sa.Column("variant_after", _variant("variant_after"), nullable=False),
        sa.Column("municipality_before", sa.String(80), nullable=False),
        sa.Column("municipality_after", sa.String(80), nullable=False),
        sa.Column("referrer_before", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("referrer_after", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Index(None, "conference_id"),
        sa.Index(None, "region_before", "at"),
        sa.Index(None, "region_after", "at"),
    )


def downgrade() -> None:
    op.drop_table("correction")
