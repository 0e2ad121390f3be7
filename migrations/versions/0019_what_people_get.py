"""Who gets the plan, who hears that people come together again, when somebody was told, what a follow-up found."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = ("again", "plan", "unsafe", "not_done", "new_version")


def _words(table: str, name: str, column: str, new: tuple[str, ...], *, allowed: bool) -> None:
    """Let a column hold these words too, or no longer."""
    checks = {str(one["name"]): one["sqltext"] for one in sa.inspect(op.get_bind()).get_check_constraints(table)}
    words = [one for one in re.findall(r"'(\w+)'", checks[name]) if one not in new] + [*new] * allowed
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(f"{column} IN ({', '.join(map(repr, words))})"))


def _all_words(*, allowed: bool) -> None:
    _words("notice", "ck_notice_noticekind", "kind", _KINDS, allowed=allowed)
    _words("account_role", "ck_account_role_role", "role", ("grown_up_in_room",), allowed=allowed)


def upgrade() -> None:
    _all_words(allowed=True)
    with op.batch_alter_table("participant") as table:
        table.add_column(sa.Column("informed_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("follow_up") as table:
        table.add_column(sa.Column("unsafe", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.drop_column("unsafe")
    with op.batch_alter_table("participant") as table:
        table.drop_column("informed_at")
    op.execute(f"delete from notice where kind in ({', '.join(map(repr, _KINDS))})")  # noqa: S608 - of our own words
    _all_words(allowed=False)
