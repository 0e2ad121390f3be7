"""Who of staff wrote a contact down: the coordinator, or a regional manager."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact_entry") as table:
        table.add_column(sa.Column("written_by", sa.Integer))
        table.create_foreign_key(op.f("fk_contact_entry_written_by"), "account", ["written_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("contact_entry") as table:
        table.drop_constraint(op.f("fk_contact_entry_written_by"), type_="foreignkey")
        table.drop_column("written_by")
