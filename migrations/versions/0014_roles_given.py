"""Of a role is kept when it was given, and by whom"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account_role") as role:
        role.add_column(sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))
        role.add_column(sa.Column("given_by", sa.Integer(), nullable=True))
        role.create_foreign_key(op.f("fk_account_role_given_by"), "account", ["given_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("account_role") as role:
        role.drop_constraint(op.f("fk_account_role_given_by"), type_="foreignkey")
        role.drop_column("given_by")
        role.drop_column("given_at")
