"""Somebody whom the plan says to ring took their number out of it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _kind(*, allowed: bool) -> None:
    """Let a notice be of this kind too, or no longer."""
    checks = {str(one["name"]): one["sqltext"] for one in sa.inspect(op.get_bind()).get_check_constraints("notice")}
    words = [one for one in re.findall(r"'(\w+)'", checks["ck_notice_noticekind"]) if one != "number_out"]
    words += ["number_out"] * allowed
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_noticekind"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_noticekind"), sa.text(f"kind IN ({', '.join(map(repr, words))})"))


def upgrade() -> None:
    _kind(allowed=True)


def downgrade() -> None:
    op.execute("delete from notice where kind = 'number_out'")
    _kind(allowed=False)
