"""Who says that they do not come, or no longer agree; and the numbers that may stand in a plan."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KINDS = ("not_coming", "dissent")


def _words(*, allowed: bool) -> None:
    """Let a notice be of these kinds too, or no longer."""
    name = "ck_notice_noticekind"
    checks = {str(one["name"]): one["sqltext"] for one in sa.inspect(op.get_bind()).get_check_constraints("notice")}
    words = [one for one in re.findall(r"'(\w+)'", checks[name]) if one not in _KINDS] + [*_KINDS] * allowed
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(f"kind IN ({', '.join(map(repr, words))})"))


def upgrade() -> None:
    _words(allowed=True)
    with op.batch_alter_table("participant") as table:
        table.add_column(sa.Column("plan_phone", sa.LargeBinary))
        table.add_column(sa.Column("plan_phone_on", sa.Date))


def downgrade() -> None:
    with op.batch_alter_table("participant") as table:
        table.drop_column("plan_phone_on")
        table.drop_column("plan_phone")
    op.execute(f"delete from notice where kind in ({', '.join(map(repr, _KINDS))})")  # noqa: S608 - of our own words
    _words(allowed=False)
