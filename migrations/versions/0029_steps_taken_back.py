"""A step can be taken back, and two registrations can be the same conference."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
#: Table, name of the check, column, the word that it now knows too.
_WORDS = (
    ("conference", "stopreason", "stop_reason", "registered_twice"),
    ("notice", "end", '"end"', "twice"),
    ("phase_change", "step", "step", "registered_twice"),
    ("private_round", "step", "ended_by", "registered_twice"),
    ("safety_concern", "step", "said_with", "registered_twice"),
    ("voice", "stopreason", "reason_code", "registered_twice"),
)


def upgrade() -> None:
    for row in _WORDS:
        _change_word(*row, known=True)
    op.create_table(
        "step_taken_back",
        sa.Column("change_id", sa.Integer, sa.ForeignKey("phase_change.id"), primary_key=True, autoincrement=False),
        sa.Column("at", _INSTANT, nullable=False),
    )
    op.create_table(
        "look_alike",
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True),
        sa.Column("other_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True, index=True),
        sa.Column("same", sa.Boolean, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    )


def downgrade() -> None:
    """Not possible where a conference was registered twice: its step stays, and the older program does not know it."""
    op.drop_table("look_alike")
    op.drop_table("step_taken_back")
    for row in reversed(_WORDS):
        _change_word(*row, known=False)


def _change_word(table: str, name: str, column: str, word: str, *, known: bool) -> None:
    """Let a check know this word too, or no longer. SQLite documents changing the text of its schema for that."""
    bind, check = op.get_bind(), f"ck_{table}_{name}"
    checks = {str(one["name"]): one["sqltext"] for one in sa.inspect(bind).get_check_constraints(table)}
    old = re.findall(r"'(\w+)'", checks[check])
    new = [one for one in old if one != word] + [word] * known
    before, after = (", ".join(f"'{one}'" for one in some) for some in (old, new))
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(check), table, type_="check")
        op.create_check_constraint(op.f(check), table, sa.text(f"{column} in ({after})"))
        return
    version = bind.scalar(sa.text("pragma schema_version")) or 0
    bind.execute(sa.text("pragma writable_schema = on"))
    bind.execute(
        sa.text("update sqlite_master set sql = replace(sql, :old, :new) where type = 'table' and name = :table"),
        {"old": before, "new": after, "table": table},
    )
    bind.execute(sa.text(f"pragma schema_version = {int(version) + 1}"))
    bind.execute(sa.text("pragma writable_schema = off"))
