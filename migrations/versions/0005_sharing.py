"""What the family shares of its plan with each professional; until it says so, what concerns them"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In words of its own, because Alembic would make the table anew on SQLite, and other tables point to it.
    op.execute(
        "alter table participant add column plan_sharing varchar(32) not null default 'concerns' "
        "constraint ck_participant_plansharing check (plan_sharing in ('nothing', 'concerns', 'all'))"
    )


def downgrade() -> None:
    op.drop_column("participant", "plan_sharing")
