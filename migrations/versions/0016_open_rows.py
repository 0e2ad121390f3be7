"""Indexes for what is open (matches, follow-ups, devices that wait), and for what happened lately."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_match_open", "match", ["conference_id"], "ended_on is null"),
    ("ix_follow_up_open", "follow_up", ["region_id", "due_on", "id"], "held_on is null and given_up_on is null"),
    ("ix_follow_up_held", "follow_up", ["region_id", "held_on"], "held_on is not null"),
    ("ix_link_device_waiting", "link_device", ["asked_at"], "confirmed_at is null and ended_at is null"),
)


def upgrade() -> None:
    """Add the indexes."""
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index("ix_correction_at", "correction", ["at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_correction_at", "correction")
    for name, table, *_ in _INDEXES:
        op.drop_index(name, table)
