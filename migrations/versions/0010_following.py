"""Until when a plan asks something of whom; and the case on which another one follows.

Plans that are in force cannot be read here, as they are encrypted: until their next version, personal links of
professionals last as long as was promised.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participant", sa.Column("tasks_until", sa.Date(), nullable=True))
    with op.batch_alter_table("conference") as conference:
        conference.add_column(sa.Column("follows_id", sa.Integer(), nullable=True))
        conference.add_column(sa.Column("follows_said", sa.LargeBinary(), nullable=True))
        conference.create_foreign_key(op.f("fk_conference_follows_id_conference"), "conference", ["follows_id"], ["id"])
        conference.create_index(op.f("ix_conference_follows_id"), ["follows_id"])


def downgrade() -> None:
    with op.batch_alter_table("conference") as conference:
        conference.drop_index(op.f("ix_conference_follows_id"))
        conference.drop_constraint(op.f("fk_conference_follows_id_conference"), type_="foreignkey")
        conference.drop_column("follows_said")
        conference.drop_column("follows_id")
    op.drop_column("participant", "tasks_until")
