"""Consents that were taken back and are asked again; somebody whom the plan names is not in the circle any more."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _kind(*, allowed: bool) -> None:
    """Let a notice be of this kind too, or no longer."""
    checks = {str(one["name"]): one["sqltext"] for one in sa.inspect(op.get_bind()).get_check_constraints("notice")}
    words = [one for one in re.findall(r"'(\w+)'", checks["ck_notice_noticekind"]) if one != "left_plan"]
    words += ["left_plan"] * allowed
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_noticekind"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_noticekind"), sa.text(f"kind IN ({', '.join(map(repr, words))})"))


def upgrade() -> None:
    _kind(allowed=True)
    with op.batch_alter_table("consent") as table:
        table.add_column(sa.Column("withdrawal_stands", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "update consent set withdrawal_stands = true where withdrawn_on is not null and participant_id in "
        "(select id from participant where part in ('main_person', 'child'))"
    )


def downgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.drop_column("withdrawal_stands")
    op.execute("delete from notice where kind = 'left_plan'")
    _kind(allowed=False)
