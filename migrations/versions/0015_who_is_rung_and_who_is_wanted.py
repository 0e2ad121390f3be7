"""The phone of staff, whom the circle rings; and the day on which a main person asked for another coordinator"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("phone", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("match") as match:
        match.add_column(sa.Column("unwanted_on", sa.Date(), nullable=True))
        match.add_column(sa.Column("unwanted_by", sa.Integer(), nullable=True))
        match.create_foreign_key(op.f("fk_match_unwanted_by"), "participant", ["unwanted_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("match") as match:
        match.drop_constraint(op.f("fk_match_unwanted_by"), type_="foreignkey")
        match.drop_column("unwanted_by")
        match.drop_column("unwanted_on")
    with op.batch_alter_table("account") as account:
        account.drop_column("phone")
